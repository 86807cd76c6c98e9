using Runbooks.Engine.History;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Timers of one run.
/// <code>
///   none     start command             Running   Started
///   Running  time passed               gone      Fired
///   Running  cancel command            gone      Canceled
///   gone     cancel, firing buffered   gone      Canceled, and the buffered firing is dropped
/// </code>
/// </summary>
public static class TimerMachine
{
    public static CommandRefusal? Start(Transition t, Command command, long completedEventId)
    {
        var a = command.StartTimerCommandAttributes;
        if (string.IsNullOrEmpty(a.TimerId))
        {
            return new(WorkflowTaskFailedCause.BadStartTimerAttributes, "TimerId is not set on StartTimerCommand.");
        }

        var delay = a.StartToFireTimeout?.ToTimeSpan() ?? TimeSpan.Zero;
        if (delay < TimeSpan.Zero)
        {
            return new(WorkflowTaskFailedCause.BadStartTimerAttributes,
                $"An invalid StartToFireTimeout is set on StartTimerCommand. TimerId={a.TimerId}");
        }

        if (t.State.Timers.ContainsKey(a.TimerId))
        {
            return new(WorkflowTaskFailedCause.StartTimerDuplicateId,
                $"StartTimerDuplicateID: TimerID {a.TimerId} is already in use.");
        }

        var started = t.Event(EventType.TimerStarted);
        started.UserMetadata = command.UserMetadata;
        started.TimerStartedEventAttributes = new TimerStartedEventAttributes
        {
            TimerId = a.TimerId,
            StartToFireTimeout = a.StartToFireTimeout ?? new(),
            WorkflowTaskCompletedEventId = completedEventId,
        };
        t.Write(started);
        t.State.Timers.Add(a.TimerId, new PendingTimer(a.TimerId, started.EventId, t.Now + delay));
        return null;
    }

    public static CommandRefusal? Cancel(
        Transition t, CancelTimerCommandAttributes command, long completedEventId, string identity)
    {
        long startedEventId;
        if (t.State.Timers.Remove(command.TimerId, out var timer))
        {
            startedEventId = timer.StartedEventId;
        }
        else
        {
            var fired = t.State.Buffered.Find(e => e.EventType == EventType.TimerFired
                && e.TimerFiredEventAttributes.TimerId == command.TimerId);
            if (fired is null)
            {
                return new(WorkflowTaskFailedCause.BadCancelTimerAttributes,
                    $"BadCancelTimerAttributes: TimerID {command.TimerId} is not running.");
            }

            startedEventId = fired.TimerFiredEventAttributes.StartedEventId;
            EventBuffer.DropTimerFired(t.State, command.TimerId);
        }

        var canceled = t.Event(EventType.TimerCanceled);
        canceled.TimerCanceledEventAttributes = new TimerCanceledEventAttributes
        {
            TimerId = command.TimerId,
            StartedEventId = startedEventId,
            WorkflowTaskCompletedEventId = completedEventId,
            Identity = identity,
        };
        t.Write(canceled);
        return null;
    }

    public static void Fire(Transition t, PendingTimer timer)
    {
        t.State.Timers.Remove(timer.TimerId);
        var fired = t.Event(EventType.TimerFired);
        fired.TimerFiredEventAttributes = new TimerFiredEventAttributes
        {
            TimerId = timer.TimerId,
            StartedEventId = timer.StartedEventId,
        };
        t.Append(fired);
        WorkflowTaskMachine.Schedule(t);
    }
}
