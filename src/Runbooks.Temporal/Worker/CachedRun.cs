using Runbooks.Temporal.Worker.Core;
using Runbooks.Temporal.Worker.Language;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// A run in memory: its core, its instance, and the results of its local activities on their way back.
/// </summary>
internal sealed class CachedRun(string runId)
{
    internal string RunId { get; } = runId;

    internal RunMachine Machine { get; } = new(runId);

    internal WorkflowInstance? Instance { get; set; }

    internal TimeSpan TaskTimeout { get; set; } = TimeSpan.FromSeconds(10);

    internal LocalActivityBoard Locals { get; } = new();
}
