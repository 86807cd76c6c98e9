using Runbooks.Engine.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Gives buffered events their ids when the started workflow task ends. Results of activities and children go last:
/// a worker resolves signals and timers of the same batch before it resumes code that awaited a result, and the started
/// events that results refer to come first.
/// </summary>
public static class EventBuffer
{
    private static readonly HashSet<EventType> Last =
    [
        EventType.ActivityTaskCompleted, EventType.ActivityTaskFailed, EventType.ActivityTaskTimedOut,
        EventType.ActivityTaskCanceled, EventType.ChildWorkflowExecutionCompleted,
        EventType.ChildWorkflowExecutionFailed, EventType.ChildWorkflowExecutionCanceled,
        EventType.ChildWorkflowExecutionTimedOut, EventType.ChildWorkflowExecutionTerminated,
    ];

    /// <summary>True when something was flushed.</summary>
    public static bool Flush(Transition t)
    {
        var waiting = t.State.Buffered;
        if (waiting.Count == 0)
        {
            return false;
        }

        t.State.Buffered = [];
        var startedIds = new Dictionary<long, long>();
        foreach (var e in waiting.Where(e => !Last.Contains(e.EventType)))
        {
            t.Write(e);
            RememberStarted(t.State, e, startedIds);
        }

        foreach (var e in waiting.Where(e => Last.Contains(e.EventType)))
        {
            PointAtStarted(e, startedIds);
            t.Write(e);
        }

        return true;
    }

    public static bool IsOverLimit(RunState state, EngineOptions options) =>
        state.Buffered.Count > options.BufferedEventsMax
        || state.Buffered.Sum(e => (long)e.CalculateSize()) > options.BufferedBytesMax;

    /// <summary>Removes a fired timer that the worker has not seen; true if there was one.</summary>
    public static bool DropTimerFired(RunState state, string timerId) =>
        state.Buffered.RemoveAll(e => e.EventType == EventType.TimerFired
            && e.TimerFiredEventAttributes.TimerId == timerId) > 0;

    private static void RememberStarted(RunState state, HistoryEvent e, Dictionary<long, long> startedIds)
    {
        switch (e.EventType)
        {
            case EventType.ActivityTaskStarted:
                startedIds[e.ActivityTaskStartedEventAttributes.ScheduledEventId] = e.EventId;
                break;
            case EventType.ChildWorkflowExecutionStarted:
                var initiated = e.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId;
                startedIds[initiated] = e.EventId;
                if (state.Children.TryGetValue(initiated, out var child))
                {
                    child.StartedEventId = e.EventId;
                }

                break;
        }
    }

    private static void PointAtStarted(HistoryEvent e, Dictionary<long, long> ids)
    {
        switch (e.EventType)
        {
            case EventType.ActivityTaskCompleted:
                var done = e.ActivityTaskCompletedEventAttributes;
                done.StartedEventId = ids.GetValueOrDefault(done.ScheduledEventId, done.StartedEventId);
                break;
            case EventType.ActivityTaskFailed:
                var failed = e.ActivityTaskFailedEventAttributes;
                failed.StartedEventId = ids.GetValueOrDefault(failed.ScheduledEventId, failed.StartedEventId);
                break;
            case EventType.ActivityTaskTimedOut:
                var late = e.ActivityTaskTimedOutEventAttributes;
                late.StartedEventId = ids.GetValueOrDefault(late.ScheduledEventId, late.StartedEventId);
                break;
            case EventType.ActivityTaskCanceled:
                var canceled = e.ActivityTaskCanceledEventAttributes;
                canceled.StartedEventId = ids.GetValueOrDefault(canceled.ScheduledEventId, canceled.StartedEventId);
                break;
            default:
                ChildMachine.PointAtStarted(e, ids);
                break;
        }
    }
}
