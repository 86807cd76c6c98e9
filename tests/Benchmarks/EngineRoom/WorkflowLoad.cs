using System.Collections.Concurrent;
using System.Diagnostics;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Worker;
using Runbooks.Tests.Benchmarks.Measuring;

namespace Runbooks.Tests.Benchmarks.EngineRoom;

/// <summary>A client and a worker on one server, and closed loops that start a workflow and wait for its end.</summary>
internal sealed class WorkflowLoad : IAsyncDisposable
{
    public const string NoOperation = nameof(NoOperationWorkflow);
    public const string FiveActivities = nameof(FiveActivitiesWorkflow);
    private const string Queue = "benchmark";

    /// <summary>When the code of a workflow first ran, by workflow id; written by the workflows.</summary>
    internal static readonly ConcurrentDictionary<string, long> FirstRan = [];

    private readonly MeasuredServer _server;
    private readonly TemporalClient _client;
    private readonly TemporalWorker _worker;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _working;

    private WorkflowLoad(MeasuredServer server, TemporalClient client)
    {
        (_server, _client) = (server, client);
        _worker = new TemporalWorker(client, new TemporalWorkerOptions(Queue) { MaxConcurrentWorkflowTaskPolls = 10 }
            .AddWorkflow<NoOperationWorkflow>().AddWorkflow<FiveActivitiesWorkflow>()
            .AddAllActivities<NoActivities>(new NoActivities()));
        _working = _worker.ExecuteAsync(_stop.Token);
    }

    public string Name => _server.Name;

    public static async Task<WorkflowLoad> StartAsync(MeasuredServer server)
    {
        var load = new WorkflowLoad(server, await TemporalClient.ConnectAsync(new(server.Address)));
        // Both programs are compiled as they run: what was never called is slow once.
        await load.MeasureAsync(NoOperation, 10, TimeSpan.FromSeconds(3));
        await load.MeasureAsync(FiveActivities, 10, TimeSpan.FromSeconds(2));
        return load;
    }

    public async Task<Sample> MeasureAsync(string workflow, int inFlight, TimeSpan time)
    {
        var first = new ConcurrentBag<TimeSpan>();
        var cpu = _server.CpuTime;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, inFlight)
            .Select(_ => Task.Run(() => LoopAsync(workflow, began, time, first))));
        var took = Stopwatch.GetElapsedTime(began);
        var sorted = first.Order().ToList();
        FirstRan.Clear();
        return new Sample(
            sorted.Count / took.TotalSeconds, At(sorted, 0.5), At(sorted, 0.99),
            (_server.CpuTime - cpu) / Math.Max(1, sorted.Count));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _working.ContinueWith(
            _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _worker.Dispose();
        _stop.Dispose();
    }

    private async Task LoopAsync(string workflow, long began, TimeSpan time, ConcurrentBag<TimeSpan> first)
    {
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            var id = Guid.NewGuid().ToString("N");
            var asked = Stopwatch.GetTimestamp();
            var handle = await _client.StartWorkflowAsync(workflow, [], new(id, Queue));
            await handle.GetResultAsync();
            if (FirstRan.TryRemove(id, out var ran))
            {
                first.Add(Stopwatch.GetElapsedTime(asked, ran));
            }
        }
    }

    private static TimeSpan At(List<TimeSpan> sorted, double share) =>
        sorted.Count == 0 ? TimeSpan.Zero : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
