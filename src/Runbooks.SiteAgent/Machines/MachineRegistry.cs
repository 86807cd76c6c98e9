using System.Security.Cryptography;
using System.Text;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Status;
using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Machines;

/// <summary>
/// The machines this site runs, by driver. A machine is known before it is started and forgotten after it was stopped, so a crash at any
/// point leaves nothing that the inventory does not show.
/// </summary>
/// <remarks><b>Threading</b>: any thread; calls for one machine wait for each other.</remarks>
public sealed class MachineRegistry : IDisposable
{
    private readonly string folder;
    private readonly ISite site;
    private readonly Dictionary<string, IMachineDriver> drivers;
    private readonly SemaphoreSlim gate = new(1, 1);

    /// <summary>Opens the registry.</summary>
    /// <param name="folder">Where machines have their folders; made when missing.</param>
    /// <param name="site">Whose volumes the machines use.</param>
    /// <param name="settings">How machines are run here.</param>
    public MachineRegistry(string folder, ISite site, MachineSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.folder = folder;
        this.site = site;
        Directory.CreateDirectory(folder);
        drivers = new Dictionary<string, IMachineDriver>(StringComparer.Ordinal)
        {
            ["none"] = new NoDriver(),
            ["command"] = new CommandDriver(settings),
            ["qemu"] = new QemuDriver(settings),
        };
    }

    /// <summary>Starts a machine; a running one is left alone.</summary>
    public async Task<Outcome<MachineResult>> StartAsync(StartMachineRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Find(request.Workload.Driver.Kind) is not { } driver)
        {
            return MachineRefusals.UnknownDriver(request.Workload, drivers.Keys);
        }

        var files = FilesOf(request.Workload.Id.ToString(), request.Key.Run, request.IsDrill);
        await gate.WaitAsync(cancellationToken);
        try
        {
            var resolved = Resolve(request);
            if (!resolved.IsOk)
            {
                return resolved.Refusal;
            }

            if (request.Workload.Driver.Kind != "none")
            {
                files.Write(new MachineRecord(
                    files.Name, request.Key.Run, request.Workload, request.IsDrill, UrisOf(resolved.Value)));
            }

            var detail = await driver.StartAsync(files, resolved.Value, cancellationToken);
            return new MachineResult(request.Workload.Id, request.Workload.Driver.Kind, true, detail);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Stops a machine; a stopped one is left alone.</summary>
    public async Task<Outcome<MachineResult>> StopAsync(StopMachineRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var detail = await StopAsync(FilesOf(request.Workload.Id.ToString(), request.Key.Run, request.IsDrill), cancellationToken);
        return new MachineResult(request.Workload.Id, request.Workload.Driver.Kind, false, detail);
    }

    /// <summary>Asks a machine's driver whether it is healthy.</summary>
    public async Task<Outcome<MachineResult>> CheckAsync(StopMachineRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var kind = request.Workload.Driver.Kind;
        if (Find(kind) is not { } driver)
        {
            return MachineRefusals.UnknownDriver(request.Workload, drivers.Keys);
        }

        var files = FilesOf(request.Workload.Id.ToString(), request.Key.Run, request.IsDrill);
        var record = files.Read();
        if (record is null)
        {
            return kind == "none"
                ? new MachineResult(request.Workload.Id, kind, false, NoDriver.Says)
                : throw new Fault(FaultSide.Workload, "check", $"{files.Name} was not started here.", isTransient: true);
        }

        var detail = await driver.CheckAsync(files, record, cancellationToken);
        return new MachineResult(request.Workload.Id, kind, true, detail);
    }

    /// <summary>Stops every machine that a run started; what was stopped, as inventory lines.</summary>
    public async Task<IReadOnlyList<string>> StopRunAsync(string run, CancellationToken cancellationToken)
    {
        var stopped = new List<string>();
        foreach (var record in Records().Where(r => r.Run == run && r.IsDrill))
        {
            await StopAsync(new MachineFiles(folder, record.Name), cancellationToken);
            stopped.Add($"machine {record.Name}");
        }

        return stopped;
    }

    /// <summary>Every machine that is known here.</summary>
    public IReadOnlyList<InventoryItem> Inventory() => [.. Records().Select(r => new InventoryItem("machine", r.Name))];

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    private async Task<string> StopAsync(MachineFiles files, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (files.Read() is not { } record)
            {
                return "was not running";
            }

            var detail = await Find(record.Workload.Driver.Kind)!.StopAsync(files, record, cancellationToken);
            files.Remove();
            return detail;
        }
        finally
        {
            gate.Release();
        }
    }

    private IEnumerable<MachineRecord> Records() =>
        Directory.EnumerateDirectories(folder)
            .Order(StringComparer.Ordinal)
            .Select(d => new MachineFiles(folder, Path.GetFileName(d)).Read())
            .Where(r => r is not null)
            .Select(r => r!);

    private IMachineDriver? Find(string kind) => drivers.GetValueOrDefault(kind);

    // A drill's machine has a name of its own: the real one may run beside it.
    private MachineFiles FilesOf(string workload, string run, bool isDrill)
    {
        if (!isDrill)
        {
            return new MachineFiles(folder, workload);
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run)))[..12];
        return new MachineFiles(folder, $"drill-{digest}-{workload}");
    }

    // Without exports in the request the machine uses the volumes this site serves now.
    private Outcome<StartMachineRequest> Resolve(StartMachineRequest request)
    {
        if (request.Exports.Count > 0)
        {
            return request;
        }

        var status = site.Describe();
        var exports = new Dictionary<string, string>();
        foreach (var disk in request.Workload.Disks)
        {
            var volume = status.Volumes.FirstOrDefault(v => v.Volume == disk.Volume);
            if (volume is null || !volume.IsOpen)
            {
                return MachineRefusals.NotServed(request.Workload, disk.Name, site.Id);
            }

            exports[disk.Name] = volume.ExportName;
        }

        return request with { Exports = exports, NbdAddress = status.NbdAddress };
    }

    private static Dictionary<string, string> UrisOf(StartMachineRequest request) =>
        request.Exports.ToDictionary(e => e.Key, e => NbdUri.Of(request.NbdAddress, e.Value));
}
