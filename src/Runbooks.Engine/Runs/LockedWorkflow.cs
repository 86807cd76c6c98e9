using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.Runs;

/// <summary>A workflow id whose lock the holder has. Not to be kept beyond the callback that received it.</summary>
public sealed class LockedWorkflow(WorkflowSlot slot, IEngineStore store, RunCommitter committer)
{
    public WorkflowKey Key => slot.Key;

    public async Task<RunEntry?> CurrentAsync()
    {
        if (!slot.CurrentKnown)
        {
            slot.CurrentRunId = await store.FindCurrentRunAsync(slot.Key, CancellationToken.None);
            slot.CurrentKnown = true;
        }

        return slot.CurrentRunId is { } run ? await FindAsync(run) : null;
    }

    public async Task<RunEntry?> FindAsync(Guid runId)
    {
        if (slot.Runs.TryGetValue(runId, out var entry))
        {
            return entry;
        }

        var key = new RunKey(slot.Key.Namespace, slot.Key.WorkflowId, runId);
        if (await store.LoadAsync(key, CancellationToken.None) is not { } stored)
        {
            return null;
        }

        entry = new RunEntry(RunStateCodec.Decode(stored.State), stored.Version);
        slot.Runs.Add(runId, entry);
        committer.AfterLoad(entry);
        return entry;
    }

    /// <summary>
    /// Begins a step. It ends in <see cref="CommitAsync"/> or <see cref="Defer"/>, or the run is loaded anew.
    /// </summary>
    public Transition Begin(RunEntry entry)
    {
        entry.InTransition = true;
        return committer.NewTransition(entry.State);
    }

    /// <summary>Makes the step durable, then lets its consequences be seen.</summary>
    public async Task CommitAsync(RunEntry entry, Transition t)
    {
        try
        {
            await committer.CommitAsync(slot, entry, t);
        }
        catch
        {
            committer.Forget(slot, t.Successor?.State.Key);
            throw;
        }
    }

    /// <summary>A new run, and in the same transaction possibly the end of the one before it.</summary>
    public async Task<RunEntry> CommitNewAsync(Transition t, RunEntry? before = null, Transition? ending = null)
    {
        try
        {
            return await committer.CommitNewAsync(slot, t, before, ending);
        }
        catch
        {
            committer.Forget(slot, t.State.Key);
            throw;
        }
    }

    /// <summary>
    /// Keeps the step in memory until the next commit: the start of a workflow task, the end of a backoff.
    /// </summary>
    public void Defer(RunEntry entry, Transition t) => committer.Defer(entry, t);

    /// <summary>Nothing changed after all.</summary>
    public void Drop(RunEntry entry) => entry.InTransition = false;

    /// <summary>Makes durable what was deferred, so that it may be shown.</summary>
    public async Task FlushAsync(RunEntry entry)
    {
        if (entry.Unwritten.Count > 0)
        {
            await CommitAsync(entry, Begin(entry));
        }
    }

    /// <summary>Events from an id on, with those not yet in the database.</summary>
    public async Task<IReadOnlyList<HistoryEvent>> EventsAsync(RunEntry entry, long fromEventId)
    {
        while (fromEventId < entry.FirstCachedEventId)
        {
            var older = new List<HistoryEvent>();
            for (var next = fromEventId; next < entry.FirstCachedEventId;)
            {
                var page = await store.ReadEventsAsync(entry.Key.RunId, next, 1_000, CancellationToken.None);
                if (page.Count == 0)
                {
                    throw new StoreFault(StoreFaultKind.Conflict, $"Run {entry.Key} has no event {next} in the database.");
                }

                older.AddRange(page);
                next = page[^1].EventId + 1;
            }

            var first = entry.FirstCachedEventId;
            var rest = entry.CachedFrom(first).ToList();
            entry.RememberOlder(older);
            return [.. older.Where(e => e.EventId < first), .. rest];
        }

        return [.. entry.CachedFrom(fromEventId)];
    }

    public async Task<HistoryEvent> EventAsync(RunEntry entry, long eventId)
    {
        if (eventId >= entry.FirstCachedEventId)
        {
            return entry.CachedFrom(eventId).First();
        }

        var read = await store.ReadEventsAsync(entry.Key.RunId, eventId, 1, CancellationToken.None);
        return read.Count > 0 ? read[0]
            : throw new StoreFault(StoreFaultKind.Conflict, $"Run {entry.Key} has no event {eventId} in the database.");
    }

    public async Task DeleteAsync(RunEntry entry)
    {
        try
        {
            await committer.DeleteAsync(entry);
        }
        finally
        {
            slot.Forget();
        }
    }

    internal async Task UnloadAsync()
    {
        foreach (var entry in slot.Runs.Values.Where(e => e.Unwritten.Count > 0).ToList())
        {
            await FlushAsync(entry);
        }

        slot.Forget();
    }
}
