using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Activities of one run.
/// <code>
///   state       on                              next        history
///   none        schedule command                Waiting     Scheduled
///   Waiting     poll                            Started     nothing (the start is written with the result)
///   Waiting     cancel command                  gone        CancelRequested, Canceled
///   Waiting     schedule-to-start/close passed  gone        TimedOut
///   Started     completed, canceled             gone        Started, Completed | Canceled
///   Started     failed, timed out, may retry    BackingOff  nothing
///   Started     failed, timed out, finally      gone        Started, Failed | TimedOut
///   Started     cancel command                  Started     CancelRequested (the worker hears it by heartbeat)
///   BackingOff  backoff passed                  Waiting     nothing
/// </code>
/// </summary>
public static class ActivityMachine
{
    public static CommandRefusal? Schedule(Transition t, Command command, long completedEventId)
    {
        var s = t.State;
        var a = command.ScheduleActivityTaskCommandAttributes;
        if (Fault(s, a) is { } fault)
        {
            return new(WorkflowTaskFailedCause.BadScheduleActivityAttributes, fault);
        }

        if (s.Activities.Values.Any(p => p.ActivityId == a.ActivityId))
        {
            return new(WorkflowTaskFailedCause.ScheduleActivityDuplicateId,
                $"ScheduleActivityDuplicateID: ActivityID {a.ActivityId} is already in use.");
        }

        if (s.Activities.Count >= t.Options.PendingMax)
        {
            return new(WorkflowTaskFailedCause.PendingActivitiesLimitExceeded,
                $"PendingActivitiesLimitExceeded: the number of pending activities, {s.Activities.Count}, "
                + $"has reached the per-workflow limit of {t.Options.PendingMax}");
        }

        var times = ActivityTimeouts.Normalise(a, s.RunTimeout);
        var queue = string.IsNullOrEmpty(a.TaskQueue?.Name) ? s.TaskQueue : a.TaskQueue.Name;
        var policy = RetryDecision.Complete(a.RetryPolicy);
        var scheduled = t.Event(EventType.ActivityTaskScheduled);
        scheduled.UserMetadata = command.UserMetadata;
        scheduled.ActivityTaskScheduledEventAttributes = new ActivityTaskScheduledEventAttributes
        {
            ActivityId = a.ActivityId,
            ActivityType = a.ActivityType,
            TaskQueue = new TaskQueue { Name = queue, Kind = TaskQueueKind.Normal },
            Header = a.Header,
            Input = a.Input,
            ScheduleToCloseTimeout = Duration.FromTimeSpan(times.ScheduleToClose),
            ScheduleToStartTimeout = Duration.FromTimeSpan(times.ScheduleToStart),
            StartToCloseTimeout = Duration.FromTimeSpan(times.StartToClose),
            HeartbeatTimeout = Duration.FromTimeSpan(times.Heartbeat),
            WorkflowTaskCompletedEventId = completedEventId,
            RetryPolicy = policy,
            Priority = a.Priority,
        };
        t.Write(scheduled);
        s.Activities.Add(scheduled.EventId, new PendingActivity
        {
            ScheduledEventId = scheduled.EventId,
            ActivityId = a.ActivityId,
            ActivityType = a.ActivityType.Name,
            TaskQueue = queue,
            ScheduledTime = t.Now,
            AttemptScheduledTime = t.Now,
            ScheduleToClose = times.ScheduleToClose,
            ScheduleToStart = times.ScheduleToStart,
            StartToClose = times.StartToClose,
            Heartbeat = times.Heartbeat,
            RetryPolicy = policy,
            Priority = a.Priority,
        });
        return null;
    }

    public static CommandRefusal? RequestCancel(
        Transition t, RequestCancelActivityTaskCommandAttributes command, long completedEventId, string identity)
    {
        if (!t.State.Activities.TryGetValue(command.ScheduledEventId, out var activity))
        {
            if (command.ScheduledEventId <= 0 || command.ScheduledEventId >= completedEventId)
            {
                return new(WorkflowTaskFailedCause.BadRequestCancelActivityAttributes,
                    $"ACTIVITY_UNKNOWN: no activity was scheduled by event {command.ScheduledEventId}");
            }

            // A result may be buffered already: then the request is late, not wrong. Its event is due all the same: the
            // worker finds it in no history otherwise and calls its own command nondeterministic.
            var late = t.Event(EventType.ActivityTaskCancelRequested);
            late.ActivityTaskCancelRequestedEventAttributes = new ActivityTaskCancelRequestedEventAttributes
            {
                ScheduledEventId = command.ScheduledEventId,
                WorkflowTaskCompletedEventId = completedEventId,
            };
            t.Write(late);
            return null;
        }

        if (activity.CancelRequested)
        {
            return null;
        }

        var requested = t.Event(EventType.ActivityTaskCancelRequested);
        requested.ActivityTaskCancelRequestedEventAttributes = new ActivityTaskCancelRequestedEventAttributes
        {
            ScheduledEventId = activity.ScheduledEventId,
            WorkflowTaskCompletedEventId = completedEventId,
        };
        activity.CancelRequestedEventId = t.Write(requested).EventId;
        if (!activity.IsStarted)
        {
            // ACTIVITY_ID_NOT_STARTED is the detail the real server gives for an activity no worker has begun.
            Resolve(t, activity, CanceledEvent(t, activity, 0, Payloads("ACTIVITY_ID_NOT_STARTED"), identity));
            t.NeedsTask = true;
        }

        return null;
    }

    public static void Start(Transition t, PendingActivity activity, string requestId, string identity)
    {
        activity.StartedTime = t.Now;
        activity.StartRequestId = requestId;
        activity.Identity = identity;
        activity.LastHeartbeat = null;
    }

    /// <summary>The poller never saw the attempt.</summary>
    public static void GiveBack(PendingActivity activity)
    {
        activity.StartedTime = null;
        activity.StartRequestId = "";
        activity.Identity = "";
    }

    public static void Heartbeat(Transition t, PendingActivity activity, Payloads? details)
    {
        activity.LastHeartbeat = t.Now;
        activity.HeartbeatDetails = details ?? activity.HeartbeatDetails;
    }

    public static void Complete(Transition t, PendingActivity activity, Payloads? result, string identity)
    {
        var started = WriteStarted(t, activity);
        var e = t.Event(EventType.ActivityTaskCompleted);
        e.ActivityTaskCompletedEventAttributes = new ActivityTaskCompletedEventAttributes
        {
            Result = result,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            Identity = identity,
        };
        Resolve(t, activity, e);
        WorkflowTaskMachine.Schedule(t);
    }

    /// <summary>The worker says it stopped because it was asked to. The caller checked that it was.</summary>
    public static void Cancel(Transition t, PendingActivity activity, Payloads? details, string identity)
    {
        var started = WriteStarted(t, activity);
        Resolve(t, activity, CanceledEvent(t, activity, started, details, identity));
        WorkflowTaskMachine.Schedule(t);
    }

    /// <summary>True when another attempt will follow.</summary>
    public static bool Fail(Transition t, PendingActivity activity, Failure failure, string identity)
    {
        var decision = Decide(t, activity, failure);
        if (decision.Retries)
        {
            BackOff(t, activity, failure, identity, decision.Backoff);
            return true;
        }

        var started = WriteStarted(t, activity);
        var e = t.Event(EventType.ActivityTaskFailed);
        e.ActivityTaskFailedEventAttributes = new ActivityTaskFailedEventAttributes
        {
            Failure = failure,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            Identity = identity,
            RetryState = decision.State,
        };
        Resolve(t, activity, e);
        WorkflowTaskMachine.Schedule(t);
        return false;
    }

    public static void TimeOut(Transition t, PendingActivity activity, TimeoutType type)
    {
        var failure = TimeoutFailure(type, activity);
        var state = RetryState.Timeout;
        if (type is TimeoutType.StartToClose or TimeoutType.Heartbeat)
        {
            var decision = Decide(t, activity, failure);
            if (decision.Retries)
            {
                BackOff(t, activity, failure, activity.Identity, decision.Backoff);
                return;
            }

            state = decision.State;
            if (state == RetryState.Timeout)
            {
                // What ended it is that no time is left for another attempt; the attempt's own timeout is the cause.
                var outer = TimeoutFailure(TimeoutType.ScheduleToClose, activity);
                outer.Cause = failure;
                failure = outer;
            }
        }
        else
        {
            failure.Cause = activity.LastFailure;
        }

        var started = activity.IsStarted ? WriteStarted(t, activity) : 0;
        var e = t.Event(EventType.ActivityTaskTimedOut);
        e.ActivityTaskTimedOutEventAttributes = new ActivityTaskTimedOutEventAttributes
        {
            Failure = failure,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            RetryState = state,
        };
        Resolve(t, activity, e);
        WorkflowTaskMachine.Schedule(t);
    }

    private static RetryDecision Decide(Transition t, PendingActivity activity, Failure failure) => RetryDecision.For(
        activity.RetryPolicy, activity.Attempt, failure, activity.CancelRequested, t.Now,
        activity.ScheduleToClose > TimeSpan.Zero ? activity.ScheduledTime + activity.ScheduleToClose : null);

    private static void BackOff(
        Transition t, PendingActivity activity, Failure failure, string identity, TimeSpan backoff)
    {
        activity.Attempt++;
        activity.LastFailure = failure;
        activity.LastIdentity = identity;
        activity.LastAttemptCompleted = t.Now;
        activity.StartedTime = null;
        activity.StartRequestId = "";
        activity.Identity = "";
        activity.LastHeartbeat = null;
        activity.AttemptScheduledTime = t.Now + backoff;
        activity.BackingOff = backoff > TimeSpan.Zero;
    }

    private static void Resolve(Transition t, PendingActivity activity, HistoryEvent result)
    {
        t.State.Activities.Remove(activity.ScheduledEventId);
        t.Append(result);
    }

    // An activity completed by its id may never have been started; its start is then written as of now.
    private static long WriteStarted(Transition t, PendingActivity activity)
    {
        var e = t.Event(EventType.ActivityTaskStarted, activity.StartedTime ?? t.Now);
        e.ActivityTaskStartedEventAttributes = new ActivityTaskStartedEventAttributes
        {
            ScheduledEventId = activity.ScheduledEventId,
            Identity = activity.Identity,
            RequestId = activity.StartRequestId,
            Attempt = activity.Attempt,
            LastFailure = activity.LastFailure,
        };
        return t.Append(e).EventId;
    }

    private static HistoryEvent CanceledEvent(
        Transition t, PendingActivity activity, long started, Payloads? details, string identity)
    {
        var e = t.Event(EventType.ActivityTaskCanceled);
        e.ActivityTaskCanceledEventAttributes = new ActivityTaskCanceledEventAttributes
        {
            Details = details,
            LatestCancelRequestedEventId = activity.CancelRequestedEventId,
            ScheduledEventId = activity.ScheduledEventId,
            StartedEventId = started,
            Identity = identity,
        };
        return e;
    }

    private static Failure TimeoutFailure(TimeoutType type, PendingActivity activity) => new()
    {
        Message = type switch
        {
            TimeoutType.StartToClose => "activity StartToClose timeout",
            TimeoutType.ScheduleToStart => "activity ScheduleToStart timeout",
            TimeoutType.ScheduleToClose => "activity ScheduleToClose timeout",
            _ => "activity Heartbeat timeout",
        },
        Source = "Server",
        TimeoutFailureInfo = new TimeoutFailureInfo
        {
            TimeoutType = type,
            LastHeartbeatDetails = activity.HeartbeatDetails,
        },
    };

    private static Payloads Payloads(string text)
    {
        var payload = new Payload { Data = Google.Protobuf.ByteString.CopyFromUtf8($"\"{text}\"") };
        payload.Metadata.Add("encoding", Google.Protobuf.ByteString.CopyFromUtf8("json/plain"));
        return new Payloads { Payloads_ = { payload } };
    }

    private static string? Fault(RunState s, ScheduleActivityTaskCommandAttributes a)
    {
        if (string.IsNullOrEmpty(a.ActivityId))
        {
            return "ActivityId is not set on ScheduleActivityTaskCommand.";
        }

        if (string.IsNullOrEmpty(a.ActivityType?.Name))
        {
            return $"ActivityType is not set on ScheduleActivityTaskCommand. ActivityId={a.ActivityId}";
        }

        if (a.RetryPolicy is not null && RetryDecision.Fault(a.RetryPolicy) is { } bad)
        {
            return $"Invalid ActivityRetryPolicy: {bad} ActivityId={a.ActivityId} ActivityType={a.ActivityType.Name}";
        }

        return ActivityTimeouts.Fault(a);
    }
}
