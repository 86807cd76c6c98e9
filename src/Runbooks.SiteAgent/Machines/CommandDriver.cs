using Runbooks.Domain.Errors;
using Runbooks.Workflows.Sites;

namespace Runbooks.SiteAgent.Machines;

/// <summary>
/// Machines that commands start and stop. With a stop command the start command runs to its end; without one the start command is the
/// machine itself: it is kept running and stopped by a signal.
/// </summary>
internal sealed class CommandDriver(MachineSettings settings) : IMachineDriver
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(20);

    public async Task<string> StartAsync(MachineFiles files, StartMachineRequest request, CancellationToken cancellationToken)
    {
        var driver = request.Workload.Driver;
        if (driver.Start is not { Count: > 0 } start)
        {
            throw new RefusalException(MachineRefusals.CommandMissing(request.Workload, "start"));
        }

        var arguments = Fill(start, files, files.Read()!);
        if (driver.Stop is { Count: > 0 })
        {
            return await ChildProcess.RunAsync(arguments, Within(driver.TimeoutSeconds), "start", cancellationToken);
        }

        using var running = ChildProcess.Find(files);
        if (running is not null)
        {
            return $"already running as process {running.Id}";
        }

        ChildProcess.StartDetached(arguments, files, settings.DieWithAgent);
        return $"started {arguments[0]}";
    }

    public async Task<string> StopAsync(MachineFiles files, MachineRecord record, CancellationToken cancellationToken)
    {
        var driver = record.Workload.Driver;
        return driver.Stop is { Count: > 0 } stop
            ? await ChildProcess.RunAsync(Fill(stop, files, record), Within(driver.TimeoutSeconds), "stop", cancellationToken)
            : await ChildProcess.StopAsync(files, StopWithin, cancellationToken);
    }

    public async Task<string> CheckAsync(MachineFiles files, MachineRecord record, CancellationToken cancellationToken)
    {
        var driver = record.Workload.Driver;
        if (driver.Stop is not { Count: > 0 })
        {
            using var running = ChildProcess.Find(files);
            if (running is null)
            {
                var log = File.Exists(files.LogFile) ? Tail(await File.ReadAllTextAsync(files.LogFile, cancellationToken)) : string.Empty;
                throw new Fault(FaultSide.Workload, "check", $"{files.Name} is not running. {log}", isTransient: true);
            }
        }

        var healthy = driver.Health is { Count: > 0 } health
            ? await ChildProcess.RunAsync(Fill(health, files, record), Within(driver.TimeoutSeconds), "check", cancellationToken)
            : "running; no health command is set";
        return record.IsDrill
            ? $"{healthy} (isolation is the command's own: not proven by this driver)".TrimStart()
            : healthy;
    }

    // {workload}, {machine}, {mode}, {folder} and {nbd:DISK}; an argument is filled in place and never split.
    private static List<string> Fill(IReadOnlyList<string> arguments, MachineFiles files, MachineRecord record)
    {
        var values = record.Exports.ToDictionary(e => $"{{nbd:{e.Key}}}", e => e.Value);
        values["{workload}"] = record.Workload.Id.ToString();
        values["{machine}"] = record.Name;
        values["{mode}"] = record.IsDrill ? "drill" : "real";
        values["{folder}"] = files.Folder;
        return [.. arguments.Select(a => values.Aggregate(
            a, (text, value) => text.Replace(value.Key, value.Value, StringComparison.Ordinal)))];
    }

    private static TimeSpan Within(int seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 3600));

    private static string Tail(string text) => text.Length <= 2000 ? text : text[^2000..];
}
