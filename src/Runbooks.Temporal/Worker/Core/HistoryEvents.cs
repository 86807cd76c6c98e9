using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>Which event types record commands, which belong to workflow tasks, and whom the others concern.</summary>
internal static class HistoryEvents
{
    internal static bool RecordsCommand(EventType type) => type is
        EventType.ActivityTaskScheduled or EventType.ActivityTaskCancelRequested or
        EventType.TimerStarted or EventType.TimerCanceled or
        EventType.MarkerRecorded or
        EventType.StartChildWorkflowExecutionInitiated or
        EventType.SignalExternalWorkflowExecutionInitiated or
        EventType.RequestCancelExternalWorkflowExecutionInitiated or
        EventType.UpsertWorkflowSearchAttributes or EventType.WorkflowPropertiesModified or
        EventType.WorkflowExecutionUpdateAccepted or EventType.WorkflowExecutionUpdateCompleted or
        EventType.WorkflowExecutionCompleted or EventType.WorkflowExecutionFailed or
        EventType.WorkflowExecutionCanceled or EventType.WorkflowExecutionContinuedAsNew;

    internal static bool IsWorkflowTask(EventType type) => type is
        EventType.WorkflowTaskScheduled or EventType.WorkflowTaskStarted or EventType.WorkflowTaskCompleted or
        EventType.WorkflowTaskFailed or EventType.WorkflowTaskTimedOut;

    /// <summary>The event that opened the operation this event continues; 0 when it continues none.</summary>
    internal static long OpenedBy(HistoryEvent e) => e.EventType switch
    {
        EventType.TimerFired => e.TimerFiredEventAttributes.StartedEventId,
        EventType.ActivityTaskStarted => e.ActivityTaskStartedEventAttributes.ScheduledEventId,
        EventType.ActivityTaskCompleted => e.ActivityTaskCompletedEventAttributes.ScheduledEventId,
        EventType.ActivityTaskFailed => e.ActivityTaskFailedEventAttributes.ScheduledEventId,
        EventType.ActivityTaskTimedOut => e.ActivityTaskTimedOutEventAttributes.ScheduledEventId,
        EventType.ActivityTaskCanceled => e.ActivityTaskCanceledEventAttributes.ScheduledEventId,
        EventType.StartChildWorkflowExecutionFailed =>
            e.StartChildWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionStarted => e.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionCompleted =>
            e.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionFailed => e.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionCanceled => e.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionTimedOut => e.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId,
        EventType.ChildWorkflowExecutionTerminated =>
            e.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId,
        EventType.ExternalWorkflowExecutionSignaled =>
            e.ExternalWorkflowExecutionSignaledEventAttributes.InitiatedEventId,
        EventType.SignalExternalWorkflowExecutionFailed =>
            e.SignalExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        EventType.ExternalWorkflowExecutionCancelRequested =>
            e.ExternalWorkflowExecutionCancelRequestedEventAttributes.InitiatedEventId,
        EventType.RequestCancelExternalWorkflowExecutionFailed =>
            e.RequestCancelExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId,
        _ => 0,
    };
}
