using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Service;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.Runs;

/// <summary>Durable reads: a start that is only in memory is committed before it is shown.</summary>
public sealed class RunReader(EngineContext engine) : IRunReader
{
    public Task<RunSnapshot> ReadAsync(string ns, string workflowId, string runId, CancellationToken cancel)
    {
        var key = engine.RequireWorkflow(ns, workflowId);
        var run = EngineContext.RunId(runId);
        return engine.Runs.WithAsync(key, async w => await SnapshotAsync(w, await engine.RequireRunAsync(w, run)), cancel);
    }

    public Task<IReadOnlyList<HistoryEvent>> ReadEventsAsync(
        RunKey run, long fromEventId, int maxEvents, CancellationToken cancel) =>
        engine.Runs.WithAsync<IReadOnlyList<HistoryEvent>>(run.Workflow, async w =>
        {
            var entry = await engine.RequireRunAsync(w, run.RunId);
            await w.FlushAsync(entry);
            if (fromEventId >= entry.FirstCachedEventId)
            {
                return [.. entry.CachedFrom(fromEventId).Take(maxEvents)];
            }

            return await engine.Store.ReadEventsAsync(run.RunId, fromEventId, maxEvents, cancel);
        }, cancel);

    public Task<IReadOnlyList<HistoryEvent>> ReadEventsBackwardAsync(
        RunKey run, long beforeEventId, int maxEvents, CancellationToken cancel) =>
        engine.Store.ReadEventsBackwardAsync(run.RunId, beforeEventId, maxEvents, cancel);

    public async Task<RunSnapshot> WaitForEventsAsync(
        RunKey run, long lastEventId, bool closeOnly, TimeSpan longest, CancellationToken cancel)
    {
        using var pin = engine.Runs.Pin(run.Workflow);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(longest);
        while (true)
        {
            var (snapshot, changed) = await engine.Runs.WithAsync(run.Workflow, async w =>
            {
                var entry = await engine.RequireRunAsync(w, run.RunId);
                var s = entry.State;
                var wanted = !s.IsOpen || (!closeOnly && s.LastEventId > lastEventId) || limit.IsCancellationRequested;
                return (Snapshot: wanted ? await SnapshotAsync(w, entry) : null, entry.Changed);
            }, cancel);
            if (snapshot is not null)
            {
                return snapshot;
            }

            await Task.WhenAny(changed, Task.Delay(Timeout.Infinite, limit.Token));
        }
    }

    private async Task<RunSnapshot> SnapshotAsync(LockedWorkflow w, RunEntry entry)
    {
        await w.FlushAsync(entry);
        var copy = RunStateCodec.Decode(RunStateCodec.Encode(entry.State));
        var shown = copy.Task is { IsVirtual: true }
            ? WorkflowTaskMachine.VirtualEvents(new Transition(copy, engine.Now, engine.Options, Guid.NewGuid)) : [];
        return new RunSnapshot(copy, shown);
    }
}
