using Google.Protobuf.WellKnownTypes;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Worker.Core;
using Runbooks.Temporal.Workflows;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>Reads the start event into the facts that workflow code sees.</summary>
internal static class WorkflowInfoFactory
{
    internal static WorkflowInfo Make(
        InitializeWorkflow init, string runId, DateTime firstTaskTime, WorkflowInstanceOptions options)
    {
        var s = init.Started;
        return new()
        {
            Attempt = s.Attempt,
            ContinuedRunId = NullIfEmpty(s.ContinuedExecutionRunId),
            CronSchedule = NullIfEmpty(s.CronSchedule),
            ExecutionTimeout = NullIfZero(s.WorkflowExecutionTimeout),
            FirstExecutionRunId = s.FirstExecutionRunId,
            Headers = s.Header?.Fields,
            LastFailure = s.ContinuedFailure is null
                ? null
                : options.DataConverter.FailureConverter.ToException(
                    s.ContinuedFailure, options.DataConverter.PayloadConverter),
            LastResult = s.LastCompletionResult?.Payloads_,
            Namespace = options.Namespace,
            Parent = s.ParentWorkflowExecution is { } parent
                ? new(s.ParentWorkflowNamespace, parent.RunId, parent.WorkflowId)
                : null,
            Priority = Common.Priority.FromProto(s.Priority),
            RetryPolicy = s.RetryPolicy is { } retry ? Common.RetryPolicy.FromProto(retry) : null,
            Root = s.RootWorkflowExecution is { } root ? new(root.RunId, root.WorkflowId) : null,
            RunId = runId,
            RunTimeout = NullIfZero(s.WorkflowRunTimeout),
            StartTime = firstTaskTime,
            TaskQueue = s.TaskQueue?.Name ?? options.TaskQueue,
            TaskTimeout = s.WorkflowTaskTimeout?.ToTimeSpan() ?? TimeSpan.FromSeconds(10),
            WorkflowId = s.WorkflowId,
            WorkflowStartTime = init.StartTime,
            WorkflowType = s.WorkflowType.Name,
        };
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static TimeSpan? NullIfZero(Duration? duration) =>
        duration is null or { Seconds: 0, Nanos: 0 } ? null : duration.ToTimeSpan();
}
