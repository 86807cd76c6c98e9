using Runbooks.Engine.History;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Children of one run, as the parent sees them.
/// <code>
///   none       start command           Initiated   Initiated, and a promise to start it
///   Initiated  child was created       Running     Started
///   Initiated  id in use               gone        StartFailed
///   Running    chain of runs closed    gone        Completed | Failed | Canceled | TimedOut | Terminated
///   Initiated  closed (report early)   gone        Started, then the result
/// </code>
/// </summary>
public static class ChildMachine
{
    public static CommandRefusal? Initiate(Transition t, Command command, long completedEventId)
    {
        var s = t.State;
        var a = command.StartChildWorkflowExecutionCommandAttributes;
        if (string.IsNullOrEmpty(a.WorkflowId) || string.IsNullOrEmpty(a.WorkflowType?.Name))
        {
            return new(WorkflowTaskFailedCause.BadStartChildExecutionAttributes,
                "Required field WorkflowId or WorkflowType is not set on StartChildWorkflowExecutionCommand.");
        }

        if (a.RetryPolicy is not null && RetryDecision.Fault(a.RetryPolicy) is { } bad)
        {
            return new(WorkflowTaskFailedCause.BadStartChildExecutionAttributes,
                $"Invalid WorkflowRetryPolicy: {bad} WorkflowId={a.WorkflowId}");
        }

        if (!string.IsNullOrEmpty(a.CronSchedule) && CronSchedule.Fault(a.CronSchedule) is { } badCron)
        {
            return new(WorkflowTaskFailedCause.BadStartChildExecutionAttributes, badCron);
        }

        if (s.Children.Count >= t.Options.PendingMax)
        {
            return new(WorkflowTaskFailedCause.PendingChildWorkflowsLimitExceeded,
                $"PendingChildWorkflowsLimitExceeded: the number of pending child workflows has reached the "
                + $"per-workflow limit of {t.Options.PendingMax}");
        }

        var policy = a.ParentClosePolicy == ParentClosePolicy.Unspecified
            ? ParentClosePolicy.Terminate : a.ParentClosePolicy;
        var initiated = t.Event(EventType.StartChildWorkflowExecutionInitiated);
        initiated.UserMetadata = command.UserMetadata;
        initiated.StartChildWorkflowExecutionInitiatedEventAttributes =
            InitiatedAttributes(s, a, policy, completedEventId);
        t.Write(initiated);
        s.Children.Add(initiated.EventId, new PendingChild
        {
            InitiatedEventId = initiated.EventId,
            Namespace = s.Namespace,
            WorkflowId = a.WorkflowId,
            WorkflowType = a.WorkflowType.Name,
            // Made from what is already durable, so that starting twice is starting once.
            RequestId = $"{s.RunId}:{initiated.EventId}",
            ClosePolicy = policy,
        });
        s.Outbox.Add(new(CrossRunKind.StartChild, initiated.EventId, s.Namespace, a.WorkflowId, null, policy));
        return null;
    }

    public static void Started(Transition t, long initiatedEventId, Guid runId)
    {
        if (!t.State.Children.TryGetValue(initiatedEventId, out var child) || child.RunId is not null)
        {
            return;
        }

        child.RunId = runId;
        var e = t.Event(EventType.ChildWorkflowExecutionStarted);
        e.ChildWorkflowExecutionStartedEventAttributes = new ChildWorkflowExecutionStartedEventAttributes
        {
            Namespace = child.Namespace,
            InitiatedEventId = initiatedEventId,
            WorkflowExecution = new() { WorkflowId = child.WorkflowId, RunId = runId.ToString() },
            WorkflowType = new() { Name = child.WorkflowType },
        };
        child.StartedEventId = t.Append(e).EventId;
        WorkflowTaskMachine.Schedule(t);
    }

    public static void StartFailed(
        Transition t, HistoryEvent initiated, StartChildWorkflowExecutionFailedCause cause)
    {
        if (!t.State.Children.Remove(initiated.EventId, out var child))
        {
            return;
        }

        var e = t.Event(EventType.StartChildWorkflowExecutionFailed);
        e.StartChildWorkflowExecutionFailedEventAttributes = new StartChildWorkflowExecutionFailedEventAttributes
        {
            Namespace = child.Namespace,
            WorkflowId = child.WorkflowId,
            WorkflowType = new() { Name = child.WorkflowType },
            Cause = cause,
            InitiatedEventId = initiated.EventId,
            WorkflowTaskCompletedEventId =
                initiated.StartChildWorkflowExecutionInitiatedEventAttributes.WorkflowTaskCompletedEventId,
        };
        t.Append(e);
        WorkflowTaskMachine.Schedule(t);
    }

    /// <summary>The last run of the child closed with the event given. A second report finds nothing pending.</summary>
    public static void Closed(Transition t, long initiatedEventId, Guid firstRunId, Guid closedRunId, HistoryEvent close)
    {
        if (!t.State.Children.TryGetValue(initiatedEventId, out var child))
        {
            return;
        }

        Started(t, initiatedEventId, firstRunId);
        t.State.Children.Remove(initiatedEventId);
        t.Append(ResultEvent(t, child, closedRunId, close));
        WorkflowTaskMachine.Schedule(t);
    }

    /// <summary>Follows a child's events without writing any, for a state made from history.</summary>
    internal static void Rebuild(RunState s, HistoryEvent e)
    {
        if (e.EventType == EventType.StartChildWorkflowExecutionInitiated)
        {
            var a = e.StartChildWorkflowExecutionInitiatedEventAttributes;
            s.Children.Add(e.EventId, new PendingChild
            {
                InitiatedEventId = e.EventId,
                Namespace = s.Namespace,
                WorkflowId = a.WorkflowId,
                WorkflowType = a.WorkflowType.Name,
                RequestId = $"{s.RunId}:{e.EventId}",
                ClosePolicy = a.ParentClosePolicy,
            });
        }
        else if (InitiatedIdOf(e) is { } initiated && s.Children.TryGetValue(initiated, out var child))
        {
            if (e.ChildWorkflowExecutionStartedEventAttributes is { } started)
            {
                child.RunId = Guid.Parse(started.WorkflowExecution.RunId);
                child.StartedEventId = e.EventId;
            }
            else
            {
                s.Children.Remove(initiated);
            }
        }
    }

    /// <summary>
    /// True if the event tells of a child that is pending here; what it says is taken over and the event's reference to
    /// its start is put right. The caller writes it.
    /// </summary>
    internal static bool Reapply(Transition t, HistoryEvent e)
    {
        if (InitiatedIdOf(e) is not { } initiated || !t.State.Children.TryGetValue(initiated, out var child))
        {
            return false;
        }

        if (e.ChildWorkflowExecutionStartedEventAttributes is { } started)
        {
            child.RunId = Guid.Parse(started.WorkflowExecution.RunId);
            child.StartedEventId = t.State.NextEventId;
        }
        else
        {
            PointAtStarted(e, new() { [initiated] = child.StartedEventId });
            t.State.Children.Remove(initiated);
        }

        return true;
    }

    private static long? InitiatedIdOf(HistoryEvent e) => e.EventType switch
    {
        EventType.StartChildWorkflowExecutionFailed =>
            e.StartChildWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionStarted => e.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionCompleted => e.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionFailed => e.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionCanceled => e.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionTimedOut => e.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionTerminated =>
            e.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId,
        _ => null,
    };

    internal static void PointAtStarted(HistoryEvent e, Dictionary<long, long> ids)
    {
        switch (e.EventType)
        {
            case EventType.ChildWorkflowExecutionCompleted:
                var done = e.ChildWorkflowExecutionCompletedEventAttributes;
                done.StartedEventId = ids.GetValueOrDefault(done.InitiatedEventId, done.StartedEventId);
                break;
            case EventType.ChildWorkflowExecutionFailed:
                var failed = e.ChildWorkflowExecutionFailedEventAttributes;
                failed.StartedEventId = ids.GetValueOrDefault(failed.InitiatedEventId, failed.StartedEventId);
                break;
            case EventType.ChildWorkflowExecutionCanceled:
                var canceled = e.ChildWorkflowExecutionCanceledEventAttributes;
                canceled.StartedEventId = ids.GetValueOrDefault(canceled.InitiatedEventId, canceled.StartedEventId);
                break;
            case EventType.ChildWorkflowExecutionTimedOut:
                var late = e.ChildWorkflowExecutionTimedOutEventAttributes;
                late.StartedEventId = ids.GetValueOrDefault(late.InitiatedEventId, late.StartedEventId);
                break;
            case EventType.ChildWorkflowExecutionTerminated:
                var ended = e.ChildWorkflowExecutionTerminatedEventAttributes;
                ended.StartedEventId = ids.GetValueOrDefault(ended.InitiatedEventId, ended.StartedEventId);
                break;
        }
    }

    private static HistoryEvent ResultEvent(Transition t, PendingChild child, Guid runId, HistoryEvent close)
    {
        var execution = new WorkflowExecution { WorkflowId = child.WorkflowId, RunId = runId.ToString() };
        var type = new WorkflowType { Name = child.WorkflowType };
        var (initiated, started) = (child.InitiatedEventId, child.StartedEventId);
        switch (close.EventType)
        {
            case EventType.WorkflowExecutionCompleted:
                var completed = t.Event(EventType.ChildWorkflowExecutionCompleted);
                completed.ChildWorkflowExecutionCompletedEventAttributes = new()
                {
                    Result = close.WorkflowExecutionCompletedEventAttributes.Result, Namespace = child.Namespace,
                    WorkflowExecution = execution, WorkflowType = type, InitiatedEventId = initiated,
                    StartedEventId = started,
                };
                return completed;
            case EventType.WorkflowExecutionFailed:
                var failed = t.Event(EventType.ChildWorkflowExecutionFailed);
                failed.ChildWorkflowExecutionFailedEventAttributes = new()
                {
                    Failure = close.WorkflowExecutionFailedEventAttributes.Failure, Namespace = child.Namespace,
                    WorkflowExecution = execution, WorkflowType = type, InitiatedEventId = initiated,
                    StartedEventId = started, RetryState = close.WorkflowExecutionFailedEventAttributes.RetryState,
                };
                return failed;
            case EventType.WorkflowExecutionCanceled:
                var canceled = t.Event(EventType.ChildWorkflowExecutionCanceled);
                canceled.ChildWorkflowExecutionCanceledEventAttributes = new()
                {
                    Details = close.WorkflowExecutionCanceledEventAttributes.Details, Namespace = child.Namespace,
                    WorkflowExecution = execution, WorkflowType = type, InitiatedEventId = initiated,
                    StartedEventId = started,
                };
                return canceled;
            case EventType.WorkflowExecutionTimedOut:
                var late = t.Event(EventType.ChildWorkflowExecutionTimedOut);
                late.ChildWorkflowExecutionTimedOutEventAttributes = new()
                {
                    Namespace = child.Namespace, WorkflowExecution = execution, WorkflowType = type,
                    InitiatedEventId = initiated, StartedEventId = started, RetryState = RetryState.Timeout,
                };
                return late;
            default:
                var ended = t.Event(EventType.ChildWorkflowExecutionTerminated);
                ended.ChildWorkflowExecutionTerminatedEventAttributes = new()
                {
                    Namespace = child.Namespace, WorkflowExecution = execution, WorkflowType = type,
                    InitiatedEventId = initiated, StartedEventId = started,
                };
                return ended;
        }
    }

    private static StartChildWorkflowExecutionInitiatedEventAttributes InitiatedAttributes(
        RunState s, StartChildWorkflowExecutionCommandAttributes a, ParentClosePolicy policy, long completedEventId) => new()
        {
            Namespace = s.Namespace,
            WorkflowId = a.WorkflowId,
            WorkflowType = a.WorkflowType,
            TaskQueue = string.IsNullOrEmpty(a.TaskQueue?.Name)
                ? new() { Name = s.TaskQueue, Kind = TaskQueueKind.Normal } : a.TaskQueue,
            Input = a.Input,
            WorkflowExecutionTimeout = a.WorkflowExecutionTimeout ?? new(),
            WorkflowRunTimeout = a.WorkflowRunTimeout ?? new(),
            WorkflowTaskTimeout = a.WorkflowTaskTimeout ?? new(),
            ParentClosePolicy = policy,
            WorkflowTaskCompletedEventId = completedEventId,
            WorkflowIdReusePolicy = a.WorkflowIdReusePolicy == WorkflowIdReusePolicy.Unspecified
                ? WorkflowIdReusePolicy.AllowDuplicate : a.WorkflowIdReusePolicy,
            RetryPolicy = a.RetryPolicy,
            CronSchedule = a.CronSchedule,
            Header = a.Header,
            Memo = a.Memo,
            SearchAttributes = a.SearchAttributes,
            Priority = a.Priority,
        };
}
