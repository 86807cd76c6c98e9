using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;
using TaskQueue = Temporalio.Api.TaskQueue.V1.TaskQueue;

namespace Runbooks.Engine.Machines;

/// <summary>
/// The one pending workflow task of a run.
/// <code>
///   state      on                      next        history
///   none       new event               Scheduled   Scheduled (normal) | nothing (attempt above 1, or update only)
///   Scheduled  poll                    Started     Started (normal) | nothing (virtual)
///   Scheduled  sticky expiry           Scheduled   TimedOut, then Scheduled on the normal queue
///   Started    completed               none        Completed, command events, then the buffer
///   Started    failed, timed out       Scheduled   Failed/TimedOut (not for transient), then the buffer
///   any        run closes              none        Failed(FORCE_CLOSE_COMMAND) if started
/// </code>
/// Virtual tasks (transient, speculative) predict their event ids: nothing may be written between their schedule and
/// their end, so an event that arrives before the start makes them give way, and one that arrives later is buffered.
/// </summary>
public static class WorkflowTaskMachine
{
    private static readonly TimeSpan SpeculativeExpiry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetryTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Makes sure a task is pending. Does nothing while the first task is still delayed.</summary>
    public static void Schedule(Transition t, bool speculative = false, DateTimeOffset? heartbeatSince = null)
    {
        var s = t.State;
        if (!s.IsOpen || s.FirstTaskAt is not null || s.Task is not null)
        {
            return;
        }

        var sticky = s.TaskAttempt == 1 ? s.Sticky : null;
        var task = new WorkflowTask
        {
            Kind = s.TaskAttempt > 1 ? WorkflowTaskKind.Transient
                : speculative ? WorkflowTaskKind.Speculative : WorkflowTaskKind.Normal,
            Attempt = s.TaskAttempt,
            ScheduledTime = t.Now,
            StartToClose = TimeoutOf(s),
            TaskQueue = sticky?.TaskQueue ?? s.TaskQueue,
            OnStickyQueue = sticky is not null,
            ScheduledEventId = s.NextEventId,
        };
        task.ScheduleToStartExpires = sticky is not null ? t.Now + sticky.ScheduleToStart
            : task.Kind == WorkflowTaskKind.Speculative ? t.Now + SpeculativeExpiry : null;
        s.HeartbeatingSince = heartbeatSince;
        if (!task.IsVirtual)
        {
            WriteScheduled(t, task);
        }

        s.Task = task;
    }

    /// <summary>Hands the task to a poller. The caller has checked that it is pending and not started.</summary>
    public static void Start(Transition t, string requestId, string identity)
    {
        var s = t.State;
        var task = s.Task!;
        task.HistorySizeAtStart = s.HistorySize;
        task.SuggestContinueAsNew = s.NextEventId > t.Options.SuggestContinueEvents
            || s.HistorySize >= t.Options.SuggestContinueBytes || s.UpdateSequence >= t.Options.UpdatesTotalMax * 9 / 10;
        task.Identity = identity;
        task.StartRequestId = requestId;
        task.ScheduleToStartExpires = null;
        if (task.IsVirtual)
        {
            task.ScheduledEventId = s.NextEventId;
            task.StartedEventId = s.NextEventId + 1;
        }
        else
        {
            task.StartedEventId = t.Write(StartedEvent(t, task, t.Now)).EventId;
        }

        task.StartedTime = t.Now;
    }

    /// <summary>
    /// The poller vanished before it saw the task: it is pending again, unless its start is already history.
    /// </summary>
    public static bool TryGiveBack(RunState s)
    {
        if (s.Task is not { IsStarted: true, IsVirtual: true } task)
        {
            return false;
        }

        task.StartedTime = null;
        task.StartedEventId = 0;
        return true;
    }

    /// <summary>Writes Completed and clears the task. Commands and the buffer come after.</summary>
    public static HistoryEvent Complete(Transition t, RespondWorkflowTaskCompletedRequest request)
    {
        var s = t.State;
        var task = s.Task!;
        MakeReal(t);
        var completed = t.Event(EventType.WorkflowTaskCompleted);
        completed.WorkflowTaskCompletedEventAttributes = new WorkflowTaskCompletedEventAttributes
        {
            ScheduledEventId = task.ScheduledEventId,
            StartedEventId = task.StartedEventId,
            Identity = request.Identity,
            SdkMetadata = request.SdkMetadata,
            MeteringMetadata = request.MeteringMetadata,
        };
#pragma warning disable CS0612 // Workers of the deprecated stamp still send it and tools show it.
        completed.WorkflowTaskCompletedEventAttributes.WorkerVersion = request.WorkerVersionStamp;
#pragma warning restore CS0612
        t.Write(completed);
        s.Task = null;
        s.TaskAttempt = 1;
        s.LastCompletedTaskStartedId = task.StartedEventId;
        s.LastCompletedTaskCompletedId = completed.EventId;
        var sticky = request.StickyAttributes;
        s.Sticky = sticky?.WorkerTaskQueue is { Name.Length: > 0 } queue
            ? new StickyWorker(queue.Name, sticky.ScheduleToStartTimeout?.ToTimeSpan() ?? TimeSpan.FromSeconds(10))
            : null;
        return completed;
    }

    /// <summary>Drops a speculative task whose updates were all rejected: nothing of it stays.</summary>
    public static void Discard(Transition t)
    {
        t.State.Task = null;
        t.State.TaskAttempt = 1;
    }

    public static void Fail(
        Transition t, WorkflowTaskFailedCause cause, Failure? failure, string identity, Action<WorkflowTaskFailedEventAttributes>? more = null)
    {
        var task = t.State.Task!;
        if (task.Kind == WorkflowTaskKind.Speculative)
        {
            MakeReal(t);
        }

        if (task.Kind != WorkflowTaskKind.Transient)
        {
            var failed = t.Event(EventType.WorkflowTaskFailed);
            failed.WorkflowTaskFailedEventAttributes = new WorkflowTaskFailedEventAttributes
            {
                ScheduledEventId = task.ScheduledEventId,
                StartedEventId = task.StartedEventId,
                Cause = cause,
                Failure = failure,
                Identity = identity,
            };
            more?.Invoke(failed.WorkflowTaskFailedEventAttributes);
            t.Write(failed);
        }

        AfterFailure(t, task, countAttempt: !task.OnStickyQueue);
    }

    /// <summary>
    /// The worker did not answer in time (start to close), or no sticky worker took it (schedule to start).
    /// </summary>
    public static void TimeOut(Transition t, TimeoutType type)
    {
        var task = t.State.Task!;
        if (task.Kind == WorkflowTaskKind.Speculative)
        {
            MakeReal(t);
            if (type == TimeoutType.ScheduleToStart && !task.OnStickyQueue)
            {
                task.ScheduleToStartExpires = null;
                return;
            }
        }

        if (task.Kind != WorkflowTaskKind.Transient)
        {
            var late = t.Event(EventType.WorkflowTaskTimedOut);
            late.WorkflowTaskTimedOutEventAttributes = new WorkflowTaskTimedOutEventAttributes
            {
                ScheduledEventId = task.ScheduledEventId,
                StartedEventId = task.StartedEventId,
                TimeoutType = type,
            };
            t.Write(late);
        }

        AfterFailure(t, task, countAttempt: type == TimeoutType.StartToClose && !task.OnStickyQueue);
    }

    /// <summary>Before a close that no worker asked for: a started task fails, a pending one just goes.</summary>
    public static void CloseDown(Transition t)
    {
        if (t.State.Task is { IsStarted: true } task)
        {
            MakeReal(t);
            var failed = t.Event(EventType.WorkflowTaskFailed);
            failed.WorkflowTaskFailedEventAttributes = new WorkflowTaskFailedEventAttributes
            {
                ScheduledEventId = task.ScheduledEventId,
                StartedEventId = task.StartedEventId,
                Cause = WorkflowTaskFailedCause.ForceCloseCommand,
                Identity = "history-service",
            };
            t.Write(failed);
        }

        t.State.Task = null;
        EventBuffer.Flush(t);
    }

    /// <summary>An event is about to be written before a virtual task has started.</summary>
    internal static void GiveWay(Transition t)
    {
        var task = t.State.Task!;
        if (task.Kind == WorkflowTaskKind.Speculative)
        {
            MakeReal(t);
            return;
        }

        // A retry of old history would miss the new event: forget it, the event's own schedule makes a normal task.
        t.State.Task = null;
        t.State.TaskAttempt = 1;
    }

    /// <summary>Scheduled (and Started) events of a virtual task as a worker or reader is shown them.</summary>
    public static IReadOnlyList<HistoryEvent> VirtualEvents(Transition t)
    {
        if (t.State.Task is not { IsVirtual: true } task)
        {
            return [];
        }

        var scheduled = ScheduledEvent(t, task);
        scheduled.EventId = t.State.NextEventId;
        if (!task.IsStarted)
        {
            return [scheduled];
        }

        var started = StartedEvent(t, task, task.StartedTime!.Value);
        started.EventId = scheduled.EventId + 1;
        started.WorkflowTaskStartedEventAttributes.ScheduledEventId = scheduled.EventId;
        return [scheduled, started];
    }

    private static void AfterFailure(Transition t, WorkflowTask task, bool countAttempt)
    {
        var s = t.State;
        s.Task = null;
        s.Sticky = null;
        s.TaskAttempt = countAttempt ? task.Attempt + 1 : task.Attempt;
        if (EventBuffer.Flush(t))
        {
            s.TaskAttempt = 1;
        }

        Schedule(t);
    }

    private static void MakeReal(Transition t)
    {
        var task = t.State.Task!;
        if (!task.IsVirtual)
        {
            return;
        }

        WriteScheduled(t, task);
        if (task.IsStarted)
        {
            task.StartedEventId = t.Write(StartedEvent(t, task, task.StartedTime!.Value)).EventId;
        }

        task.Kind = WorkflowTaskKind.Normal;
    }

    private static void WriteScheduled(Transition t, WorkflowTask task) =>
        task.ScheduledEventId = t.Write(ScheduledEvent(t, task)).EventId;

    private static HistoryEvent ScheduledEvent(Transition t, WorkflowTask task)
    {
        var e = t.Event(EventType.WorkflowTaskScheduled, task.ScheduledTime);
        e.WorkflowTaskScheduledEventAttributes = new WorkflowTaskScheduledEventAttributes
        {
            TaskQueue = task.OnStickyQueue
                ? new TaskQueue { Name = task.TaskQueue, Kind = TaskQueueKind.Sticky, NormalName = t.State.TaskQueue }
                : new TaskQueue { Name = task.TaskQueue, Kind = TaskQueueKind.Normal },
            StartToCloseTimeout = Duration.FromTimeSpan(task.StartToClose),
            Attempt = task.Attempt,
        };
        return e;
    }

    private static HistoryEvent StartedEvent(Transition t, WorkflowTask task, DateTimeOffset time)
    {
        var e = t.Event(EventType.WorkflowTaskStarted, time);
        var attributes = new WorkflowTaskStartedEventAttributes
        {
            ScheduledEventId = task.ScheduledEventId,
            Identity = task.Identity,
            RequestId = task.StartRequestId,
            HistorySizeBytes = task.HistorySizeAtStart,
            SuggestContinueAsNew = task.SuggestContinueAsNew,
        };
        if (task.SuggestContinueAsNew)
        {
            attributes.SuggestContinueAsNewReasons.Add(Reason(t, task));
        }

        e.WorkflowTaskStartedEventAttributes = attributes;
        return e;
    }

    private static SuggestContinueAsNewReason Reason(Transition t, WorkflowTask task) =>
        task.HistorySizeAtStart >= t.Options.SuggestContinueBytes ? SuggestContinueAsNewReason.HistorySizeTooLarge
        : task.ScheduledEventId >= t.Options.SuggestContinueEvents
            ? SuggestContinueAsNewReason.TooManyHistoryEvents : SuggestContinueAsNewReason.TooManyUpdates;

    // From the fourth attempt on the timeout grows by 5 s, 10 s, 20 s ... so that a worker that is merely slow can win.
    private static TimeSpan TimeoutOf(RunState s)
    {
        if (s.TaskAttempt < 4)
        {
            return s.TaskTimeout;
        }

        var more = TimeSpan.FromSeconds(5 * Math.Pow(2, Math.Min(s.TaskAttempt - 4, 12)));
        return s.TaskTimeout + (more < LongestRetryTimeout ? more : LongestRetryTimeout);
    }
}
