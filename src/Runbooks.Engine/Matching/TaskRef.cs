using Runbooks.Engine.History;
using Runbooks.Engine.Runs;

namespace Runbooks.Engine.Matching;

public enum QueueKind
{
    Workflow,
    Activity,
}

public readonly record struct QueueKey(string Namespace, string Name, QueueKind Kind);

/// <summary>
/// A hint that a run has something for a poller. The run's state decides when the task is taken: a hint that has been
/// overtaken is dropped, and one that was given out twice starts once.
/// </summary>
public sealed record TaskRef(RunKey Run, long ScheduledEventId, int Attempt, QueryTicket? Query = null);
