using Runbooks.Engine.History;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Signals and cancel requests from this run to others.
/// <code>
///   none       command                Initiated   Initiated, and a promise to deliver it
///   Initiated  target took it         gone        Signaled | CancelRequested
///   Initiated  target is not there    gone        Failed(NOT_FOUND)
/// </code>
/// </summary>
public static class ExternalMachine
{
    public static CommandRefusal? InitiateSignal(Transition t, Command command, long completedEventId)
    {
        var s = t.State;
        var a = command.SignalExternalWorkflowExecutionCommandAttributes;
        if (string.IsNullOrEmpty(a.Execution?.WorkflowId) || string.IsNullOrEmpty(a.SignalName))
        {
            return new(WorkflowTaskFailedCause.BadSignalWorkflowExecutionAttributes,
                "WorkflowId or SignalName is not set on SignalExternalWorkflowExecutionCommand.");
        }

        if (!TryRunId(a.Execution.RunId, out var runId))
        {
            return new(WorkflowTaskFailedCause.BadSignalWorkflowExecutionAttributes,
                "Invalid RunId set on SignalExternalWorkflowExecutionCommand.");
        }

        if (s.ExternalSignals.Count >= t.Options.PendingMax)
        {
            return new(WorkflowTaskFailedCause.PendingSignalsLimitExceeded,
                "PendingSignalsLimitExceeded: the number of pending signals to external workflows has reached the "
                + $"per-workflow limit of {t.Options.PendingMax}");
        }

        var e = t.Event(EventType.SignalExternalWorkflowExecutionInitiated);
        e.UserMetadata = command.UserMetadata;
        e.SignalExternalWorkflowExecutionInitiatedEventAttributes = new()
        {
            WorkflowTaskCompletedEventId = completedEventId,
            Namespace = s.Namespace,
            WorkflowExecution = a.Execution,
            SignalName = a.SignalName,
            Input = a.Input,
            ChildWorkflowOnly = a.ChildWorkflowOnly,
            Header = a.Header,
        };
        t.Write(e);
        s.ExternalSignals.Add(e.EventId, new(e.EventId, $"{s.RunId}:{e.EventId}"));
        s.Outbox.Add(new(CrossRunKind.SignalExternal, e.EventId, s.Namespace, a.Execution.WorkflowId, runId, default));
        return null;
    }

    public static CommandRefusal? InitiateCancel(Transition t, Command command, long completedEventId)
    {
        var s = t.State;
        var a = command.RequestCancelExternalWorkflowExecutionCommandAttributes;
        if (string.IsNullOrEmpty(a.WorkflowId) || !TryRunId(a.RunId, out var runId))
        {
            return new(WorkflowTaskFailedCause.BadRequestCancelExternalWorkflowExecutionAttributes,
                "WorkflowId or RunId is invalid on RequestCancelExternalWorkflowExecutionCommand.");
        }

        if (s.ExternalCancels.Count >= t.Options.PendingMax)
        {
            return new(WorkflowTaskFailedCause.PendingRequestCancelLimitExceeded,
                "PendingRequestCancelLimitExceeded: the number of pending requests to cancel external workflows has "
                + $"reached the per-workflow limit of {t.Options.PendingMax}");
        }

        var e = t.Event(EventType.RequestCancelExternalWorkflowExecutionInitiated);
        e.UserMetadata = command.UserMetadata;
        e.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes = new()
        {
            WorkflowTaskCompletedEventId = completedEventId,
            Namespace = s.Namespace,
            WorkflowExecution = new() { WorkflowId = a.WorkflowId, RunId = a.RunId },
            ChildWorkflowOnly = a.ChildWorkflowOnly,
            Reason = a.Reason,
        };
        t.Write(e);
        s.ExternalCancels.Add(e.EventId, new(e.EventId, $"{s.RunId}:{e.EventId}"));
        s.Outbox.Add(new(CrossRunKind.CancelExternal, e.EventId, s.Namespace, a.WorkflowId, runId, default));
        return null;
    }

    public static void SignalResolved(
        Transition t, HistoryEvent initiated, SignalExternalWorkflowExecutionFailedCause failure)
    {
        if (!t.State.ExternalSignals.Remove(initiated.EventId))
        {
            return;
        }

        var a = initiated.SignalExternalWorkflowExecutionInitiatedEventAttributes;
        if (failure == SignalExternalWorkflowExecutionFailedCause.Unspecified)
        {
            var e = t.Event(EventType.ExternalWorkflowExecutionSignaled);
            e.ExternalWorkflowExecutionSignaledEventAttributes = new()
            {
                InitiatedEventId = initiated.EventId, Namespace = a.Namespace, WorkflowExecution = a.WorkflowExecution,
            };
            t.Append(e);
        }
        else
        {
            var e = t.Event(EventType.SignalExternalWorkflowExecutionFailed);
            e.SignalExternalWorkflowExecutionFailedEventAttributes = new()
            {
                Cause = failure, InitiatedEventId = initiated.EventId, Namespace = a.Namespace,
                WorkflowExecution = a.WorkflowExecution, WorkflowTaskCompletedEventId = a.WorkflowTaskCompletedEventId,
            };
            t.Append(e);
        }

        WorkflowTaskMachine.Schedule(t);
    }

    public static void CancelResolved(
        Transition t, HistoryEvent initiated, CancelExternalWorkflowExecutionFailedCause failure)
    {
        if (!t.State.ExternalCancels.Remove(initiated.EventId))
        {
            return;
        }

        var a = initiated.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
        if (failure == CancelExternalWorkflowExecutionFailedCause.Unspecified)
        {
            var e = t.Event(EventType.ExternalWorkflowExecutionCancelRequested);
            e.ExternalWorkflowExecutionCancelRequestedEventAttributes = new()
            {
                InitiatedEventId = initiated.EventId, Namespace = a.Namespace, WorkflowExecution = a.WorkflowExecution,
            };
            t.Append(e);
        }
        else
        {
            var e = t.Event(EventType.RequestCancelExternalWorkflowExecutionFailed);
            e.RequestCancelExternalWorkflowExecutionFailedEventAttributes = new()
            {
                Cause = failure, InitiatedEventId = initiated.EventId, Namespace = a.Namespace,
                WorkflowExecution = a.WorkflowExecution, WorkflowTaskCompletedEventId = a.WorkflowTaskCompletedEventId,
            };
            t.Append(e);
        }

        WorkflowTaskMachine.Schedule(t);
    }

    /// <summary>Follows the events of external signals and cancels without writing any.</summary>
    internal static void Rebuild(RunState s, HistoryEvent e)
    {
        switch (e.EventType)
        {
            case EventType.SignalExternalWorkflowExecutionInitiated:
                s.ExternalSignals.Add(e.EventId, new(e.EventId, $"{s.RunId}:{e.EventId}"));
                break;
            case EventType.RequestCancelExternalWorkflowExecutionInitiated:
                s.ExternalCancels.Add(e.EventId, new(e.EventId, $"{s.RunId}:{e.EventId}"));
                break;
            default:
                Settle(s, e);
                break;
        }
    }

    /// <summary>True if the event settles what is pending here; the caller writes it.</summary>
    internal static bool Reapply(Transition t, HistoryEvent e) => Settle(t.State, e);

    private static bool Settle(RunState s, HistoryEvent e) => e.EventType switch
    {
        EventType.ExternalWorkflowExecutionSignaled =>
            s.ExternalSignals.Remove(e.ExternalWorkflowExecutionSignaledEventAttributes.InitiatedEventId),
        EventType.SignalExternalWorkflowExecutionFailed =>
            s.ExternalSignals.Remove(e.SignalExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId),
        EventType.ExternalWorkflowExecutionCancelRequested =>
            s.ExternalCancels.Remove(e.ExternalWorkflowExecutionCancelRequestedEventAttributes.InitiatedEventId),
        EventType.RequestCancelExternalWorkflowExecutionFailed =>
            s.ExternalCancels.Remove(e.RequestCancelExternalWorkflowExecutionFailedEventAttributes.InitiatedEventId),
        _ => false,
    };

    private static bool TryRunId(string text, out Guid? runId)
    {
        runId = Guid.TryParse(text, out var parsed) ? parsed : null;
        return runId is not null || string.IsNullOrEmpty(text);
    }
}
