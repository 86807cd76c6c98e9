using Temporalio.Api.History.V1;

namespace Runbooks.Engine.History;

/// <summary>
/// Durable home of runs. <b>Durability</b>: <see cref="CommitAsync"/> returns after
/// the commit is on stable storage. <b>Errors</b>: <see cref="StoreFault"/> only.
/// <b>Threading</b>: any thread; writes of one run are serialised by the caller.
/// </summary>
public interface IEngineStore
{
    Task CommitAsync(StoreWrite write);

    Task<Guid?> FindCurrentRunAsync(WorkflowKey workflow, CancellationToken cancel);

    Task<StoredRun?> LoadAsync(RunKey run, CancellationToken cancel);

    /// <summary>
    /// Events with id at or above <paramref name="fromEventId"/>, whole batches until the count is reached.
    /// </summary>
    Task<IReadOnlyList<HistoryEvent>> ReadEventsAsync(
        Guid runId, long fromEventId, int maxEvents, CancellationToken cancel);

    /// <summary>
    /// The batches that end below <paramref name="beforeEventId"/>, newest first, for reverse reading.
    /// </summary>
    Task<IReadOnlyList<HistoryEvent>> ReadEventsBackwardAsync(
        Guid runId, long beforeEventId, int maxEvents, CancellationToken cancel);

    /// <summary>All open runs, without their state: what a restarting owner must know.</summary>
    Task<IReadOnlyList<OpenRun>> ListOpenRunsAsync(CancellationToken cancel);

    /// <summary>Closed runs whose retention has passed; returns how many were removed.</summary>
    Task<int> RemoveExpiredAsync(int limit, CancellationToken cancel);
}

/// <summary>A run as stored: its encoded state and the version the next write must name.</summary>
public sealed record StoredRun(RunKey Key, long Version, bool Open, byte[] State);

public sealed record OpenRun(RunKey Key, bool PendingDispatch, DateTimeOffset? NextDeadline);

/// <summary>
/// All that one transition makes durable, atomically. Usually one run; two when a run continues as another.
/// </summary>
public sealed record StoreWrite(IReadOnlyList<RunWrite> Runs, CurrentRunChange? Current = null);

/// <summary>A run id becomes current if <paramref name="Expected"/> still is (null: none was).</summary>
public sealed record CurrentRunChange(WorkflowKey Workflow, Guid RunId, Guid? Expected);

/// <summary>One run's part of a transition. <paramref name="ExpectedVersion"/> 0 inserts the run.</summary>
public sealed record RunWrite(
    RunKey Key,
    long ExpectedVersion,
    bool Open,
    bool PendingDispatch,
    DateTimeOffset? NextDeadline,
    byte[] State,
    IReadOnlyList<HistoryEvent> NewEvents,
    VisibilityRow? Visibility,
    bool Deleted = false);

/// <summary>What lists show of a run. Written whole whenever one of its values changes.</summary>
public sealed record VisibilityRow(
    string WorkflowType,
    string TaskQueue,
    short Status,
    DateTimeOffset StartTime,
    DateTimeOffset ExecutionTime,
    DateTimeOffset? CloseTime,
    long HistoryLength,
    long HistorySize,
    long StateTransitions,
    byte[] Memo,
    string SearchAttributesJson,
    byte[] SearchAttributesRaw,
    string? ParentWorkflowId,
    Guid? ParentRunId,
    string RootWorkflowId,
    Guid RootRunId,
    Guid FirstRunId);
