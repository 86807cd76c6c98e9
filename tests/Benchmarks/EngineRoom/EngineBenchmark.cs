using Runbooks.Tests.Benchmarks.Measuring;

namespace Runbooks.Tests.Benchmarks.EngineRoom;

// One driver and one worker, ours, against two servers by turns: our engine in a process of its own over a private
// PostgreSQL cluster that flushes every commit, and the official dev server with a SQLite file. p50 and p99 are the
// time from before the start call to the first line of workflow code: what an operator waits for at every step.
internal static class EngineBenchmark
{
    public static async Task RunAsync(BenchmarkSettings settings)
    {
        // Not a private temporary folder: the account of the database server must be able to walk in.
        var folder = Path.Combine(Path.GetTempPath(), $"runbooks-bench-{Guid.NewGuid():N}"[..24]);
        Directory.CreateDirectory(folder);
        var servers = new List<MeasuredServer>();
        try
        {
            servers.Add(await MeasuredServer.StartOursAsync(folder));
            if (await MeasuredServer.TryStartDevServerAsync(folder) is { } dev)
            {
                servers.Add(dev);
            }
            else
            {
                Console.WriteLine("peer left out: no temporal command line (TEMPORAL_CLI, PATH)");
            }

            var loads = new List<WorkflowLoad>();
            foreach (var server in servers)
            {
                loads.Add(await WorkflowLoad.StartAsync(server));
            }

            await MeasureAsync(settings, loads);
            foreach (var load in loads)
            {
                await load.DisposeAsync();
            }
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(BenchmarkSettings settings, List<WorkflowLoad> loads)
    {
        foreach (var (workflow, what) in new[]
            { (WorkflowLoad.NoOperation, "no-op workflow"),
                (WorkflowLoad.FiveActivities, "five activities in series") })
        {
            foreach (var inFlight in new[] { 1, 30 })
            {
                await Rounds.RunAsync($"{what}, {inFlight} in flight", settings, [.. loads.Select(load => new Contender(
                    load.Name, () => load.MeasureAsync(workflow, inFlight, TimeSpan.FromSeconds(settings.Seconds))))]);
            }
        }
    }
}
