using Runbooks.Workflows.Control;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Schedules;

/// <summary>
/// What a Temporal Schedule starts: it asks the control plane for the run, which is then recorded, approved and started like any other.
/// </summary>
[Workflow("ScheduledStart")]
public sealed class ScheduledStartWorkflow
{
    /// <summary>Runs the procedure.</summary>
    /// <param name="schedule">Which schedule fired.</param>
    [WorkflowRun]
    public Task<string> RunAsync(string schedule) => Workflow.ExecuteActivityAsync(
        (IScheduleActivities a) => a.StartScheduledRunAsync(new ScheduledFiring(schedule, Workflow.Info.WorkflowId)),
        Calls.Control("start"));
}
