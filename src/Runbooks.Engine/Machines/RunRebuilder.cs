using Runbooks.Engine.History;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Makes the state a run had after its first events, from those events alone: what was pending at that point is pending
/// again. Times of the whole run count from now, and an activity without a result is due anew, as on the real server; a
/// timer keeps the moment it was to fire at.
/// </summary>
public sealed class RunRebuilder
{
    private readonly DateTimeOffset _now;

    private RunRebuilder(RunState state, DateTimeOffset now) => (State, _now) = (state, now);

    public RunState State { get; }

    /// <summary>The workflow task that was pending at the end: its scheduled and, unless 0, started event.</summary>
    public (long Scheduled, long Started)? PendingTask { get; private set; }

    /// <param name="events">From the first on, without gaps. Not changed and not kept.</param>
    public static RunRebuilder Rebuild(
        RunState of, Guid runId, string requestId, IReadOnlyList<HistoryEvent> events, EngineOptions options,
        DateTimeOffset now)
    {
        var attributes = events[0].WorkflowExecutionStartedEventAttributes.Clone();
        attributes.FirstWorkflowTaskBackoff = null;
        attributes.WorkflowExecutionExpirationTime = null;
        attributes.FirstExecutionRunId = of.FirstRunId.ToString();
        var state = RunStarter.Prepare(of.Namespace, runId, requestId, attributes, options, now);
        state.OriginalRunId = of.OriginalRunId;
        var rebuilder = new RunRebuilder(state, now);
        foreach (var e in events)
        {
            rebuilder.Apply(e);
            state.HistorySize += e.CalculateSize();
        }

        state.NextEventId = events[^1].EventId + 1;
        return rebuilder;
    }

    private void Apply(HistoryEvent e)
    {
        switch (e.EventType)
        {
            case EventType.WorkflowTaskScheduled:
                PendingTask = (e.EventId, 0);
                break;
            case EventType.WorkflowTaskStarted:
                PendingTask = (e.WorkflowTaskStartedEventAttributes.ScheduledEventId, e.EventId);
                break;
            case EventType.WorkflowTaskCompleted:
                PendingTask = null;
                State.LastCompletedTaskStartedId = e.WorkflowTaskCompletedEventAttributes.StartedEventId;
                State.LastCompletedTaskCompletedId = e.EventId;
                break;
            case EventType.WorkflowTaskFailed or EventType.WorkflowTaskTimedOut:
                PendingTask = null;
                break;
            case EventType.WorkflowExecutionSignaled:
                State.SignalCount++;
                State.SignalRequestIds.Add(e.WorkflowExecutionSignaledEventAttributes.RequestId);
                break;
            case EventType.WorkflowExecutionCancelRequested:
                State.CancelRequested = true;
                break;
            case EventType.UpsertWorkflowSearchAttributes:
                CommandApplier.Merge(State.SearchAttributes.IndexedFields,
                    e.UpsertWorkflowSearchAttributesEventAttributes.SearchAttributes.IndexedFields);
                break;
            case EventType.WorkflowPropertiesModified:
                CommandApplier.Merge(State.Memo.Fields,
                    e.WorkflowPropertiesModifiedEventAttributes.UpsertedMemo.Fields);
                break;
            default:
                ApplyPending(e);
                break;
        }
    }

    private void ApplyPending(HistoryEvent e)
    {
        switch (e.EventType)
        {
            case EventType.ActivityTaskScheduled:
                Schedule(e);
                break;
            case EventType.ActivityTaskCancelRequested:
                if (State.Activities.TryGetValue(
                    e.ActivityTaskCancelRequestedEventAttributes.ScheduledEventId, out var activity))
                {
                    activity.CancelRequestedEventId = e.EventId;
                }

                break;
            case EventType.ActivityTaskCompleted:
                State.Activities.Remove(e.ActivityTaskCompletedEventAttributes.ScheduledEventId);
                break;
            case EventType.ActivityTaskFailed:
                State.Activities.Remove(e.ActivityTaskFailedEventAttributes.ScheduledEventId);
                break;
            case EventType.ActivityTaskTimedOut:
                State.Activities.Remove(e.ActivityTaskTimedOutEventAttributes.ScheduledEventId);
                break;
            case EventType.ActivityTaskCanceled:
                State.Activities.Remove(e.ActivityTaskCanceledEventAttributes.ScheduledEventId);
                break;
            case EventType.TimerStarted:
                var timer = e.TimerStartedEventAttributes;
                State.Timers[timer.TimerId] = new(timer.TimerId, e.EventId,
                    e.EventTime.ToDateTimeOffset() + timer.StartToFireTimeout.ToTimeSpan());
                break;
            case EventType.TimerFired:
                State.Timers.Remove(e.TimerFiredEventAttributes.TimerId);
                break;
            case EventType.TimerCanceled:
                State.Timers.Remove(e.TimerCanceledEventAttributes.TimerId);
                break;
            case EventType.WorkflowExecutionUpdateAccepted:
                Accept(e);
                break;
            case EventType.WorkflowExecutionUpdateCompleted:
                var update = State.Updates[e.WorkflowExecutionUpdateCompletedEventAttributes.Meta.UpdateId];
                (update.Stage, update.CompletedEventId) = (UpdateStage.Completed, e.EventId);
                break;
            default:
                ChildMachine.Rebuild(State, e);
                ExternalMachine.Rebuild(State, e);
                break;
        }
    }

    private void Schedule(HistoryEvent e)
    {
        var a = e.ActivityTaskScheduledEventAttributes;
        State.Activities.Add(e.EventId, new PendingActivity
        {
            ScheduledEventId = e.EventId,
            ActivityId = a.ActivityId,
            ActivityType = a.ActivityType.Name,
            TaskQueue = a.TaskQueue.Name,
            ScheduledTime = _now,
            AttemptScheduledTime = _now,
            ScheduleToClose = a.ScheduleToCloseTimeout.ToTimeSpan(),
            ScheduleToStart = a.ScheduleToStartTimeout.ToTimeSpan(),
            StartToClose = a.StartToCloseTimeout.ToTimeSpan(),
            Heartbeat = a.HeartbeatTimeout.ToTimeSpan(),
            RetryPolicy = a.RetryPolicy ?? new RetryPolicy(),
            Priority = a.Priority,
        });
    }

    private void Accept(HistoryEvent e)
    {
        var id = e.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId;
        State.Updates[id] = new UpdateRecord
        {
            UpdateId = id,
            Stage = UpdateStage.Accepted,
            Sequence = ++State.UpdateSequence,
            AcceptedEventId = e.EventId,
        };
    }
}
