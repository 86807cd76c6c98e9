using System.Net.Sockets;
using System.Text;
using Runbooks.Domain.Errors;
using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Machines;

/// <summary>Machines under QEMU, with the volumes' NBD exports as disks. A drill gets no network at all.</summary>
internal sealed class QemuDriver(MachineSettings settings) : IMachineDriver
{
    public Task<string> StartAsync(MachineFiles files, StartMachineRequest request, CancellationToken cancellationToken)
    {
        using var running = ChildProcess.Find(files);
        if (running is not null)
        {
            return Task.FromResult($"already running as process {running.Id}");
        }

        File.Delete(Monitor(files));
        ChildProcess.StartDetached(Arguments(files, files.Read()!), files, settings.DieWithAgent);
        return Task.FromResult($"started under {settings.Accelerator}");
    }

    public async Task<string> StopAsync(MachineFiles files, MachineRecord record, CancellationToken cancellationToken)
    {
        // SIGTERM makes QEMU flush its block devices and end: the guest sees a power cut, which a crash-consistent disk survives.
        return await ChildProcess.StopAsync(files, TimeSpan.FromSeconds(20), cancellationToken);
    }

    public async Task<string> CheckAsync(MachineFiles files, MachineRecord record, CancellationToken cancellationToken)
    {
        using var running = ChildProcess.Find(files);
        if (running is null)
        {
            var log = File.Exists(files.LogFile) ? await File.ReadAllTextAsync(files.LogFile, cancellationToken) : string.Empty;
            throw new Fault(FaultSide.Workload, "check", $"QEMU of {files.Name} is not running. {log.Trim()}", isTransient: true);
        }

        var answer = await AskAsync(files, "query-status", cancellationToken);
        if (answer.Contains("\"running\"", StringComparison.Ordinal))
        {
            if (!record.IsDrill)
            {
                return "QEMU says: running";
            }

            var adapters = await AskAsync(files, "query-rx-filter", cancellationToken);
            return $"QEMU says: running; {QemuIsolation.Prove(files.Name, running.Id, adapters)}";
        }

        throw new Fault(FaultSide.Workload, "check", $"QEMU of {files.Name} says: {answer.Trim()}", isTransient: true);
    }

    private static string Monitor(MachineFiles files) => Path.Combine(files.Folder, "qmp");

    private List<string> Arguments(MachineFiles files, MachineRecord record)
    {
        List<string> arguments =
        [
            settings.Qemu, "-name", record.Name, "-nodefaults", "-display", "none",
            "-machine", $"q35,accel={settings.Accelerator}", "-smp", $"{Math.Max(1, record.Workload.CpuCount)}",
            "-m", $"{Math.Max(64, record.Workload.MemoryMiB)}",
            "-serial", $"file:{Path.Combine(files.Folder, "console")}",
            "-qmp", $"unix:{Monitor(files)},server=on,wait=off",
        ];
        foreach (var disk in record.Workload.Disks)
        {
            arguments.Add("-drive");
            arguments.Add($"file={record.Exports[disk.Name]},format=raw,if=virtio,cache=none");
        }

        if (record.IsDrill || record.Workload.Nics.Count == 0)
        {
            arguments.Add("-nic");
            arguments.Add("none");
        }
        else
        {
            foreach (var nic in record.Workload.Nics)
            {
                arguments.Add("-nic");
                arguments.Add($"user,model=virtio-net-pci{(nic.Mac is null ? string.Empty : $",mac={nic.Mac}")}");
            }
        }

        return arguments;
    }

    private static async Task<string> AskAsync(MachineFiles files, string query, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Monitor(files)), limit.Token);
            await using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
            await reader.ReadLineAsync(limit.Token);
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($"{{\"execute\":\"qmp_capabilities\"}}\n{{\"execute\":\"{query}\"}}\n"),
                    limit.Token);
            await reader.ReadLineAsync(limit.Token);
            return await reader.ReadLineAsync(limit.Token) ?? string.Empty;
        }
        catch (Exception e) when (e is SocketException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new Fault(FaultSide.Workload, "check", $"QEMU's monitor of {files.Name} does not answer: {e.Message}", isTransient: true, e);
        }
    }
}
