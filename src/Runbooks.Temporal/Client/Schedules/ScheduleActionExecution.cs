namespace Runbooks.Temporal.Client.Schedules;

/// <summary>One action of a schedule that was taken.</summary>
public abstract record ScheduleActionExecution
{
    private protected ScheduleActionExecution()
    {
    }
}

/// <summary>A workflow that was started.</summary>
public record ScheduleActionExecutionStartWorkflow(string WorkflowId, string FirstExecutionRunId)
    : ScheduleActionExecution
{
    internal static ScheduleActionExecutionStartWorkflow FromProto(
        Temporalio.Api.Common.V1.WorkflowExecution proto) => new(proto.WorkflowId, proto.RunId);
}

/// <summary>When an action was due, when it was taken, and what became of it.</summary>
public record ScheduleActionResult(DateTime ScheduledAt, DateTime StartedAt, ScheduleActionExecution Action)
{
    internal static ScheduleActionResult FromProto(Temporalio.Api.Schedule.V1.ScheduleActionResult proto) => new(
        proto.ScheduleTime.ToDateTime(),
        proto.ActualTime.ToDateTime(),
        ScheduleActionExecutionStartWorkflow.FromProto(proto.StartWorkflowResult));
}
