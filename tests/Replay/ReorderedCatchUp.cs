using Runbooks.Temporal.Workflows;
using Runbooks.Workflows.CatchUp;

namespace Runbooks.Tests.Replay;

/// <summary>A catch-up changed without a patch: it waits where the recorded one asked the arbiter.</summary>
[Workflow("CatchUp")]
public sealed class ReorderedCatchUp
{
    [WorkflowRun]
    public Task RunAsync(CatchUpInput input) => Workflow.DelayAsync(TimeSpan.FromSeconds(1));
}
