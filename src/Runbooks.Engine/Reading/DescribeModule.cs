using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Runbooks.Engine.Namespaces;
using Runbooks.Engine.Rpc;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.Workflow.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Reading;

/// <summary>Describes one run: what it is, how it was started, and everything it waits for.</summary>
public sealed class DescribeModule(NamespaceCatalog catalog, IRunReader runs) : IRpcModule
{
    public void Register(RpcTable table) =>
        table.Add<DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse>(
            RpcTable.WorkflowService + "DescribeWorkflowExecution", DescribeAsync);

    private async Task<DescribeWorkflowExecutionResponse> DescribeAsync(
        DescribeWorkflowExecutionRequest request, RpcCall call)
    {
        catalog.Require(request.Namespace);
        var asked = request.Execution ?? throw RpcFault.Invalid("Execution is not set on request.");
        var run = await runs.ReadAsync(request.Namespace, asked.WorkflowId, asked.RunId, call.Cancelled);
        var first = (await runs.ReadEventsAsync(run.Key, 1, 1, call.Cancelled))[0];
        var state = run.State;
        var response = new DescribeWorkflowExecutionResponse
        {
            WorkflowExecutionInfo = InfoOf(state),
            ExecutionConfig = new WorkflowExecutionConfig
            {
                TaskQueue = new TaskQueue { Name = state.TaskQueue, Kind = TaskQueueKind.Normal },
                WorkflowExecutionTimeout = Duration.FromTimeSpan(state.ExecutionTimeout),
                WorkflowRunTimeout = Duration.FromTimeSpan(state.RunTimeout),
                DefaultWorkflowTaskTimeout = Duration.FromTimeSpan(state.TaskTimeout),
                UserMetadata = first.UserMetadata,
            },
            PendingWorkflowTask = state.Task is { } task ? TaskOf(task) : null,
            WorkflowExtendedInfo = new WorkflowExecutionExtendedInfo
            {
                ExecutionExpirationTime = At(state.ExecutionExpiresAt),
                RunExpirationTime = At(state.RunExpiresAt),
                CancelRequested = state.CancelRequested,
                OriginalStartTime = At(state.StartTime),
                ResetRunId = state.ResetRunId?.ToString() ?? "",
            },
        };
        response.PendingActivities.AddRange(state.Activities.Values.Select(ActivityOf));
        response.PendingChildren.AddRange(state.Children.Values.Select(ChildOf));
        return response;
    }

    private WorkflowExecutionInfo InfoOf(RunState state)
    {
        var execution = new WorkflowExecution { WorkflowId = state.WorkflowId, RunId = state.RunId.ToString() };
        var info = new WorkflowExecutionInfo
        {
            Execution = execution,
            Type = new WorkflowType { Name = state.WorkflowType },
            StartTime = At(state.StartTime),
            ExecutionTime = At(state.ExecutionTime),
            CloseTime = At(state.CloseTime),
            Status = state.Status,
            HistoryLength = state.LastEventId,
            HistorySizeBytes = state.HistorySize,
            StateTransitionCount = state.Transitions,
            Memo = state.Memo.Clone(),
            SearchAttributes = state.SearchAttributes.Clone(),
            AutoResetPoints = new ResetPoints(),
            TaskQueue = state.TaskQueue,
            RootExecution = state.Root?.Clone() ?? execution.Clone(),
            FirstRunId = state.FirstRunId.ToString(),
            Priority = state.Priority?.Clone(),
        };
        if (state.CloseTime is not null)
        {
            info.ExecutionDuration = info.CloseTime - info.ExecutionTime;
        }
        if (state.Parent is { } parent)
        {
            info.ParentNamespaceId = catalog.Exists(parent.Namespace) ? catalog.Require(parent.Namespace).Id.ToString() : "";
            info.ParentExecution = new WorkflowExecution
            {
                WorkflowId = parent.WorkflowId,
                RunId = parent.RunId.ToString(),
            };
        }
        return info;
    }

    private static PendingWorkflowTaskInfo TaskOf(WorkflowTask task) => new()
    {
        State = task.IsStarted ? PendingWorkflowTaskState.Started : PendingWorkflowTaskState.Scheduled,
        ScheduledTime = At(task.ScheduledTime),
        OriginalScheduledTime = At(task.ScheduledTime),
        StartedTime = At(task.StartedTime),
        Attempt = task.Attempt,
    };

    private static PendingActivityInfo ActivityOf(PendingActivity activity)
    {
        var info = new PendingActivityInfo
        {
            ActivityId = activity.ActivityId,
            ActivityType = new ActivityType { Name = activity.ActivityType },
            State = activity.CancelRequested ? PendingActivityState.CancelRequested
                : activity.IsStarted ? PendingActivityState.Started
                : PendingActivityState.Scheduled,
            HeartbeatDetails = activity.HeartbeatDetails,
            LastHeartbeatTime = At(activity.LastHeartbeat),
            LastStartedTime = At(activity.StartedTime),
            Attempt = activity.Attempt,
            MaximumAttempts = activity.RetryPolicy.MaximumAttempts,
            LastFailure = activity.LastFailure,
            LastWorkerIdentity = activity.LastIdentity,
            LastAttemptCompleteTime = At(activity.LastAttemptCompleted),
            Priority = activity.Priority,
        };
        if (activity.ScheduleToClose > TimeSpan.Zero)
        {
            info.ExpirationTime = At(activity.ScheduledTime + activity.ScheduleToClose);
        }
        if (!activity.IsStarted)
        {
            info.ScheduledTime = At(activity.AttemptScheduledTime);
            if (activity.LastAttemptCompleted is { } completed && activity.AttemptScheduledTime > completed)
            {
                info.NextAttemptScheduleTime = At(activity.AttemptScheduledTime);
                info.CurrentRetryInterval = Duration.FromTimeSpan(activity.AttemptScheduledTime - completed);
            }
        }
        return info;
    }

    private static PendingChildExecutionInfo ChildOf(PendingChild child) => new()
    {
        WorkflowId = child.WorkflowId,
        RunId = child.RunId?.ToString() ?? "",
        WorkflowTypeName = child.WorkflowType,
        InitiatedId = child.InitiatedEventId,
        ParentClosePolicy = child.ClosePolicy,
    };

    private static Timestamp? At(DateTimeOffset? time) => time is { } known ? Timestamp.FromDateTimeOffset(known) : null;
}
