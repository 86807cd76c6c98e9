using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Worker;

/// <summary>Outcome of one replay.</summary>
/// <param name="History">History that was replayed.</param>
/// <param name="ReplayFailure">Why the code does not fit it; null when it fits.</param>
public record WorkflowReplayResult(WorkflowHistory History, Exception? ReplayFailure);
