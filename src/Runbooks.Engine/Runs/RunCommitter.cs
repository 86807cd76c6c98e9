using Google.Protobuf;
using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Runs;

/// <summary>What must happen after a commit: put tasks on queues, set the next deadline, run the outbox.</summary>
public interface IRunFollowUp
{
    void Follow(RunEntry entry);
}

/// <summary>
/// Turns transitions into store writes. Only after the database has answered are events remembered, waiters woken and
/// tasks put on queues: nothing is seen that could be lost.
/// </summary>
public sealed class RunCommitter(IEngineStore store, TimeProvider clock, EngineOptions options)
{
    public IRunFollowUp? FollowUp { get; set; }

    /// <summary>Told of each run whose memory was thrown away because a write was not confirmed.</summary>
    public Action<RunKey>? Forgotten { get; set; }

    public DateTimeOffset Now => clock.GetUtcNow();

    public Transition NewTransition(RunState state) => new(state, Now, options, Guid.NewGuid);

    /// <summary>
    /// Throws a workflow's memory away; what it held is loaded again, so that its tasks are not forgotten with it.
    /// </summary>
    public void Forget(WorkflowSlot slot, RunKey? alsoNew = null)
    {
        List<RunKey> held = [.. slot.Runs.Values.Select(r => r.Key)];
        slot.Forget();
        foreach (var run in alsoNew is { } made ? held.Append(made) : held)
        {
            Forgotten?.Invoke(run);
        }
    }

    public void AfterLoad(RunEntry entry) => FollowUp?.Follow(entry);

    public async Task CommitAsync(WorkflowSlot slot, RunEntry entry, Transition t)
    {
        var writes = new List<RunWrite> { Write(entry, t) };
        CurrentRunChange? current = null;
        if (t.Successor is { } next)
        {
            writes.Add(WriteNew(next));
            current = new(slot.Key, next.State.RunId, entry.Key.RunId);
        }

        await StoreAsync(new StoreWrite(writes, current));
        Committed(entry, t);
        if (t.Successor is { } began)
        {
            AddToSlot(slot, began);
        }
    }

    public async Task<RunEntry> CommitNewAsync(WorkflowSlot slot, Transition t, RunEntry? before, Transition? ending)
    {
        var writes = new List<RunWrite> { WriteNew(t) };
        if (before is not null && ending is not null)
        {
            writes.Add(Write(before, ending));
        }

        await StoreAsync(new StoreWrite(writes, new(slot.Key, t.State.RunId, before?.Key.RunId)));
        if (before is not null && ending is not null)
        {
            Committed(before, ending);
        }

        return AddToSlot(slot, t);
    }

    public void Defer(RunEntry entry, Transition t)
    {
        entry.Unwritten.AddRange(t.Written);
        entry.Remember(t.Written);
        entry.InTransition = false;
        FollowUp?.Follow(entry);
    }

    public async Task DeleteAsync(RunEntry entry) => await StoreAsync(new StoreWrite(
        [new RunWrite(entry.Key, entry.Version, false, false, null, [], [], null, Deleted: true)]));

    private RunEntry AddToSlot(WorkflowSlot slot, Transition began)
    {
        var entry = new RunEntry(began.State, 1);
        entry.Remember(began.Written);
        slot.Runs[began.State.RunId] = entry;
        slot.CurrentRunId = began.State.RunId;
        slot.CurrentKnown = true;
        FollowUp?.Follow(entry);
        return entry;
    }

    private void Committed(RunEntry entry, Transition t)
    {
        entry.Version++;
        entry.Unwritten.Clear();
        entry.Remember(t.Written);
        entry.InTransition = false;
        foreach (var notice in t.Notices)
        {
            entry.NoteEnding(notice);
        }

        entry.Pulse();
        FollowUp?.Follow(entry);
    }

    private static RunWrite Write(RunEntry entry, Transition t)
    {
        t.State.Transitions++;
        return Build(t, entry.Version, [.. entry.Unwritten, .. t.Written]);
    }

    private static RunWrite WriteNew(Transition t)
    {
        t.State.Transitions++;
        return Build(t, 0, t.Written);
    }

    private static RunWrite Build(Transition t, long version, IReadOnlyList<Temporalio.Api.History.V1.HistoryEvent> events)
    {
        var s = t.State;
        return new RunWrite(
            s.Key, version, s.IsOpen || s.Outbox.Count > 0, HasDispatch(s), Deadlines.Next(s), RunStateCodec.Encode(s),
            events, t.VisibilityChanged ? Visibility(s) : null);
    }

    private static bool HasDispatch(RunState s) =>
        s.Outbox.Count > 0 || s.Task is not null || s.Activities.Values.Any(a => !a.IsStarted);

    private static VisibilityRow Visibility(RunState s) => new(
        s.WorkflowType, s.TaskQueue, (short)s.Status, s.StartTime, s.ExecutionTime, s.CloseTime, s.LastEventId,
        s.HistorySize, s.Transitions, s.Memo.ToByteArray(), SearchAttributeTypes.ToJson(s.SearchAttributes),
        s.SearchAttributes.ToByteArray(), s.Parent?.WorkflowId, s.Parent?.RunId, s.Root?.WorkflowId ?? s.WorkflowId,
        s.Root is { } root ? Guid.Parse(root.RunId) : s.RunId, s.FirstRunId);

    private async Task StoreAsync(StoreWrite write)
    {
        try
        {
            await store.CommitAsync(write);
        }
        catch (StoreFault fault)
        {
            throw RpcFault.Unavailable(fault.Message, fault);
        }
    }
}
