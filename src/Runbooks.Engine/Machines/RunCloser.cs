using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Sdk.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Ends a run, and begins the next one of its chain where there is one.
/// <code>
///   how                      close event      next run
///   completed                Completed        cron: next time
///   failed, timed out        Failed/TimedOut  retry policy: after backoff; else cron: next time
///   continued as new         ContinuedAsNew   at once
///   canceled, terminated     that             none
/// </code>
/// The next run is part of the same transaction. Children and the parent are told through the outbox: children by their
/// close policy (not when continuing as new), the parent only by the last run of the chain.
/// </summary>
public static class RunCloser
{
    public static void Complete(Transition t, Payloads? result, long completedEventId, UserMetadata? metadata, HistoryEvent? first)
    {
        var e = t.Event(EventType.WorkflowExecutionCompleted);
        e.UserMetadata = metadata;
        e.WorkflowExecutionCompletedEventAttributes = new()
        {
            Result = result, WorkflowTaskCompletedEventId = completedEventId,
        };
        if (NextCron(t) is { } at)
        {
            Succeed(t, first!, ContinueAsNewInitiator.CronSchedule, at - t.Now, null, result, 1);
            e.WorkflowExecutionCompletedEventAttributes.NewExecutionRunId = t.Successor!.State.RunId.ToString();
        }

        Close(t, WorkflowExecutionStatus.Completed, e);
    }

    public static void Fail(Transition t, Failure failure, long completedEventId, UserMetadata? metadata, HistoryEvent? first)
    {
        var s = t.State;
        var decision = RetryDecision.For(s.RetryPolicy, s.Attempt, failure, false, t.Now, s.ExecutionExpiresAt);
        var e = t.Event(EventType.WorkflowExecutionFailed);
        e.UserMetadata = metadata;
        e.WorkflowExecutionFailedEventAttributes = new()
        {
            Failure = failure, RetryState = decision.State, WorkflowTaskCompletedEventId = completedEventId,
        };
        ContinueAfterFailure(t, decision, failure, first);
        e.WorkflowExecutionFailedEventAttributes.NewExecutionRunId = t.Successor?.State.RunId.ToString() ?? "";
        Close(t, WorkflowExecutionStatus.Failed, e);
    }

    public static void TimeOut(Transition t, HistoryEvent? first)
    {
        var s = t.State;
        WorkflowTaskMachine.CloseDown(t);
        var failure = new Failure
        {
            Message = "workflow timeout", Source = "Server",
            TimeoutFailureInfo = new() { TimeoutType = TimeoutType.StartToClose },
        };
        var wholeChain = s.ExecutionExpiresAt <= t.Now;
        var decision = wholeChain ? new RetryDecision(RetryState.Timeout, default)
            : RetryDecision.For(s.RetryPolicy, s.Attempt, failure, false, t.Now, s.ExecutionExpiresAt);
        var e = t.Event(EventType.WorkflowExecutionTimedOut);
        e.WorkflowExecutionTimedOutEventAttributes = new() { RetryState = decision.State };
        if (!wholeChain)
        {
            ContinueAfterFailure(t, decision, failure, first);
        }

        e.WorkflowExecutionTimedOutEventAttributes.NewExecutionRunId = t.Successor?.State.RunId.ToString() ?? "";
        Close(t, WorkflowExecutionStatus.TimedOut, e);
    }

    public static void Cancel(Transition t, Payloads? details, long completedEventId, UserMetadata? metadata)
    {
        var e = t.Event(EventType.WorkflowExecutionCanceled);
        e.UserMetadata = metadata;
        e.WorkflowExecutionCanceledEventAttributes = new()
        {
            Details = details, WorkflowTaskCompletedEventId = completedEventId,
        };
        Close(t, WorkflowExecutionStatus.Canceled, e);
    }

    public static void Terminate(
        Transition t, string reason, Payloads? details, string identity, IEnumerable<Link>? links = null)
    {
        WorkflowTaskMachine.CloseDown(t);
        var e = t.Event(EventType.WorkflowExecutionTerminated);
        e.WorkflowExecutionTerminatedEventAttributes = new() { Reason = reason, Details = details, Identity = identity };
        if (links is not null)
        {
            e.Links.AddRange(links);
        }

        Close(t, WorkflowExecutionStatus.Terminated, e);
    }

    public static CommandRefusal? ContinueAsNew(Transition t, Command command, long completedEventId, HistoryEvent first)
    {
        var s = t.State;
        var a = command.ContinueAsNewWorkflowExecutionCommandAttributes;
        if (a.RetryPolicy is not null && RetryDecision.Fault(a.RetryPolicy) is { } bad)
        {
            return new(WorkflowTaskFailedCause.BadContinueAsNewAttributes, bad);
        }

        var next = NextAttributes(s, first);
        next.WorkflowType = string.IsNullOrEmpty(a.WorkflowType?.Name) ? new() { Name = s.WorkflowType } : a.WorkflowType;
        next.TaskQueue = new()
        {
            Name = string.IsNullOrEmpty(a.TaskQueue?.Name) ? s.TaskQueue : a.TaskQueue.Name, Kind = TaskQueueKind.Normal,
        };
        next.Input = a.Input;
        next.WorkflowRunTimeout = Positive(a.WorkflowRunTimeout) ?? Duration.FromTimeSpan(s.RunTimeout);
        next.WorkflowTaskTimeout = Positive(a.WorkflowTaskTimeout) ?? Duration.FromTimeSpan(s.TaskTimeout);
        next.RetryPolicy = a.RetryPolicy is null ? s.RetryPolicy : RetryDecision.Complete(a.RetryPolicy);
        next.CronSchedule = string.IsNullOrEmpty(a.CronSchedule) ? s.CronSchedule : a.CronSchedule;
        next.Header = a.Header ?? next.Header;
        next.Memo = a.Memo ?? s.Memo.Clone();
        next.SearchAttributes = a.SearchAttributes ?? s.SearchAttributes.Clone();
        next.Initiator = a.Initiator == ContinueAsNewInitiator.Unspecified
            ? ContinueAsNewInitiator.Workflow : a.Initiator;
        next.ContinuedFailure = a.Failure;
        next.LastCompletionResult = a.LastCompletionResult ?? next.LastCompletionResult;
        next.FirstWorkflowTaskBackoff = a.BackoffStartInterval ?? new();
        next.Attempt = 1;
        StartSuccessor(t, next);

        var e = t.Event(EventType.WorkflowExecutionContinuedAsNew);
        e.UserMetadata = command.UserMetadata;
        e.WorkflowExecutionContinuedAsNewEventAttributes = new()
        {
            NewExecutionRunId = t.Successor!.State.RunId.ToString(),
            WorkflowType = next.WorkflowType, TaskQueue = next.TaskQueue, Input = next.Input,
            WorkflowRunTimeout = next.WorkflowRunTimeout, WorkflowTaskTimeout = next.WorkflowTaskTimeout,
            WorkflowTaskCompletedEventId = completedEventId, BackoffStartInterval = next.FirstWorkflowTaskBackoff,
            Initiator = next.Initiator, LastCompletionResult = next.LastCompletionResult, Header = next.Header,
            Memo = next.Memo, SearchAttributes = next.SearchAttributes,
        };
        Close(t, WorkflowExecutionStatus.ContinuedAsNew, e);
        return null;
    }

    private static void Close(Transition t, WorkflowExecutionStatus status, HistoryEvent close)
    {
        var s = t.State;
        s.Task = null;
        EventBuffer.Flush(t);
        t.Write(close);
        s.Status = status;
        s.CloseTime = t.Now;
        s.ContinuedAsRunId = t.Successor?.State.RunId;
        s.Sticky = null;
        s.FirstTaskAt = null;
        s.Activities.Clear();
        s.Timers.Clear();
        UpdateMachine.CloseAll(t);
        PromiseToChildren(s, status);
        if (s.Parent is { } parent && t.Successor is null)
        {
            s.Outbox.Add(new(CrossRunKind.ReportToParent, close.EventId, parent.Namespace, parent.WorkflowId,
                parent.RunId, default));
        }

        t.VisibilityChanged = true;
    }

    private static void PromiseToChildren(RunState s, WorkflowExecutionStatus status)
    {
        // A child that was promised but not yet started is started only if it was to outlive its parent anyway.
        s.Outbox.RemoveAll(x => x.Kind == CrossRunKind.StartChild && x.Policy != ParentClosePolicy.Abandon);
        if (status != WorkflowExecutionStatus.ContinuedAsNew)
        {
            foreach (var child in s.Children.Values.Where(c => c.ClosePolicy != ParentClosePolicy.Abandon))
            {
                s.Outbox.Add(new(CrossRunKind.CloseChild, child.InitiatedEventId, child.Namespace, child.WorkflowId,
                    child.RunId, child.ClosePolicy));
            }
        }

        s.Children.Clear();
    }

    private static void ContinueAfterFailure(Transition t, RetryDecision decision, Failure failure, HistoryEvent? first)
    {
        if (decision.Retries)
        {
            Succeed(t, first!, ContinueAsNewInitiator.Retry, decision.Backoff, failure, null, t.State.Attempt + 1);
        }
        else if (NextCron(t) is { } at)
        {
            Succeed(t, first!, ContinueAsNewInitiator.CronSchedule, at - t.Now, failure, null, 1);
        }
    }

    private static DateTimeOffset? NextCron(Transition t)
    {
        var s = t.State;
        if (s.CronSchedule.Length == 0)
        {
            return null;
        }

        var next = CronSchedule.Next(s.CronSchedule, s.ExecutionTime, t.Now);
        return next > s.ExecutionExpiresAt ? null : next;
    }

    private static void Succeed(
        Transition t, HistoryEvent first, ContinueAsNewInitiator initiator, TimeSpan backoff, Failure? failure,
        Payloads? result, int attempt)
    {
        var next = NextAttributes(t.State, first);
        next.Initiator = initiator;
        next.ContinuedFailure = failure;
        next.LastCompletionResult = result ?? next.LastCompletionResult;
        next.FirstWorkflowTaskBackoff = Duration.FromTimeSpan(backoff);
        next.Attempt = attempt;
        next.Memo = t.State.Memo.Clone();
        next.SearchAttributes = t.State.SearchAttributes.Clone();
        StartSuccessor(t, next);
    }

    private static WorkflowExecutionStartedEventAttributes NextAttributes(RunState s, HistoryEvent first)
    {
        var next = first.WorkflowExecutionStartedEventAttributes.Clone();
        next.ContinuedExecutionRunId = s.RunId.ToString();
        next.FirstExecutionRunId = s.FirstRunId.ToString();
        next.WorkflowRunTimeout = Duration.FromTimeSpan(s.RunTimeout);
        return next;
    }

    private static void StartSuccessor(Transition t, WorkflowExecutionStartedEventAttributes a)
    {
        var state = RunStarter.Prepare(
            t.State.Namespace, t.NewId(), t.NewId().ToString(), a, t.Options, t.Now);
        var successor = t.ForSuccessor(state);
        RunStarter.WriteStarted(successor, a, null, null);
        WorkflowTaskMachine.Schedule(successor);
        t.Successor = successor;
    }

    private static Duration? Positive(Duration? d) => d is not null && d.ToTimeSpan() > TimeSpan.Zero ? d : null;
}
