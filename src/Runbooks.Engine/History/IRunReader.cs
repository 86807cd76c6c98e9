using Temporalio.Api.History.V1;

namespace Runbooks.Engine.History;

/// <summary>
/// Reads of runs for describe and history answers. What is returned is durable: anything the engine still held in
/// memory is committed first.
/// </summary>
public interface IRunReader
{
    /// <summary>
    /// The run's state. An empty run id means the current run. The caller must not change it.
    /// <b>Errors</b>: <see cref="Rpc.RpcFault"/> NOT_FOUND, INVALID_ARGUMENT for a malformed run id.
    /// </summary>
    Task<RunSnapshot> ReadAsync(string ns, string workflowId, string runId, CancellationToken cancel);

    /// <summary>Events [from, ...] in order; at most about <paramref name="maxEvents"/>.</summary>
    Task<IReadOnlyList<HistoryEvent>> ReadEventsAsync(
        RunKey run, long fromEventId, int maxEvents, CancellationToken cancel);

    Task<IReadOnlyList<HistoryEvent>> ReadEventsBackwardAsync(
        RunKey run, long beforeEventId, int maxEvents, CancellationToken cancel);

    /// <summary>
    /// Returns when the run has an event above <paramref name="lastEventId"/> or is closed, or when
    /// <paramref name="longest"/> has passed; the snapshot tells which.
    /// </summary>
    Task<RunSnapshot> WaitForEventsAsync(
        RunKey run, long lastEventId, bool closeOnly, TimeSpan longest, CancellationToken cancel);
}

/// <summary>
/// A run at one moment, detached from the engine's own copy. <see cref="TransientEvents"/>
/// are the Scheduled and Started events of a workflow task that is not yet in history.
/// </summary>
public sealed record RunSnapshot(RunState State, IReadOnlyList<HistoryEvent> TransientEvents)
{
    public RunKey Key => State.Key;
}
