using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Sdk.V1;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>What the language layer answers to an activation: commands in the order the code issued them.</summary>
internal sealed record WorkflowCompletion(
    IReadOnlyList<WorkflowCommand> Commands, Failure? TaskFailure, bool Nondeterminism)
{
    internal static WorkflowCompletion Failed(Failure failure, bool nondeterminism = false) =>
        new([], failure, nondeterminism);
}

/// <summary>One wish of workflow code.</summary>
internal abstract record WorkflowCommand;

internal sealed record StartTimer(uint Seq, TimeSpan Delay, UserMetadata? Metadata) : WorkflowCommand;

internal sealed record CancelTimer(uint Seq) : WorkflowCommand;

internal sealed record ScheduleActivity(
    uint Seq,
    ScheduleActivityTaskCommandAttributes Attributes,
    ActivityCancellationType CancellationType,
    UserMetadata? Metadata) : WorkflowCommand;

internal sealed record RequestCancelActivity(uint Seq) : WorkflowCommand;

internal sealed record ScheduleLocalActivity(
    uint Seq,
    ScheduleActivityTaskCommandAttributes Attributes,
    ActivityCancellationType CancellationType,
    TimeSpan LocalRetryThreshold,
    int Attempt,
    DateTime? OriginalScheduleTime,
    UserMetadata? Metadata) : WorkflowCommand;

internal sealed record RequestCancelLocalActivity(uint Seq) : WorkflowCommand;

internal sealed record StartChild(
    uint Seq,
    string Namespace,
    StartChildWorkflowExecutionCommandAttributes Attributes,
    ChildWorkflowCancellationType CancellationType,
    UserMetadata? Metadata) : WorkflowCommand;

internal sealed record CancelChild(uint Seq, string Reason) : WorkflowCommand;

internal sealed record SignalExternal(uint Seq, SignalExternalWorkflowExecutionCommandAttributes Attributes)
    : WorkflowCommand;

internal sealed record CancelSignalExternal(uint Seq) : WorkflowCommand;

internal sealed record CancelExternal(uint Seq, RequestCancelExternalWorkflowExecutionCommandAttributes Attributes)
    : WorkflowCommand;

internal sealed record SetPatchMarker(string PatchId, bool Deprecated) : WorkflowCommand;

internal sealed record UpsertSearchAttributes(SearchAttributes Attributes) : WorkflowCommand;

internal sealed record ModifyMemo(Memo Memo) : WorkflowCommand;

internal sealed record CompleteWorkflow(Payload? Result) : WorkflowCommand;

internal sealed record FailWorkflow(Failure Failure) : WorkflowCommand;

internal sealed record CancelWorkflowExecution : WorkflowCommand;

internal sealed record ContinueAsNew(ContinueAsNewWorkflowExecutionCommandAttributes Attributes) : WorkflowCommand;

internal sealed record AcceptUpdate(string ProtocolInstanceId) : WorkflowCommand;

internal sealed record RejectUpdate(string ProtocolInstanceId, Failure Failure) : WorkflowCommand;

internal sealed record CompleteUpdate(string ProtocolInstanceId, Payload? Result, Failure? Failure) : WorkflowCommand;

internal sealed record QueryAnswer(string QueryId, Payload? Result, Failure? Failure) : WorkflowCommand;
