using Runbooks.Engine.History;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Signals and cancel requests that arrive at a run.
/// <code>
///   signal   new request id    Signaled, task; a start delay goes on
///   signal   known request id  nothing
///   cancel   first             CancelRequested, task; ends a start delay
///   cancel   any later         nothing (the first one stands)
/// </code>
/// </summary>
public static class InboxMachine
{
    /// <summary>False when this request id was seen before.</summary>
    public static bool Signal(
        Transition t, WorkflowExecutionSignaledEventAttributes signal, IEnumerable<Link>? links = null)
    {
        var s = t.State;
        if (signal.RequestId.Length > 0 && !s.SignalRequestIds.Add(signal.RequestId))
        {
            return false;
        }

        s.SignalCount++;
        var e = t.Event(EventType.WorkflowExecutionSignaled);
        e.WorkflowExecutionSignaledEventAttributes = signal;
        if (links is not null)
        {
            e.Links.AddRange(links);
        }

        t.Append(e);
        FailFullBuffer(t);
        WorkflowTaskMachine.Schedule(t);
        return true;
    }

    /// <summary>False when cancellation had been requested before.</summary>
    public static bool RequestCancel(
        Transition t, string requestId, WorkflowExecutionCancelRequestedEventAttributes request,
        IEnumerable<Link>? links = null)
    {
        var s = t.State;
        if (s.CancelRequested)
        {
            return false;
        }

        s.CancelRequested = true;
        s.CancelRequestId = requestId;
        var e = t.Event(EventType.WorkflowExecutionCancelRequested);
        e.WorkflowExecutionCancelRequestedEventAttributes = request;
        if (links is not null)
        {
            e.Links.AddRange(links);
        }

        t.Append(e);
        EndStartDelay(t);
        WorkflowTaskMachine.Schedule(t);
        return true;
    }

    /// <summary>
    /// A start delay ends when a cancel request or an update comes (a signal waits; seen on the real server 1.32). The
    /// backoff of a retry or a cron time does not: those runs exist because an earlier one ended.
    /// </summary>
    public static void EndStartDelay(Transition t)
    {
        if (t.State.FirstTaskAt is not null && t.State.Attempt == 1 && t.State.CronSchedule.Length == 0)
        {
            t.State.FirstTaskAt = null;
        }
    }

    private static void FailFullBuffer(Transition t)
    {
        if (EventBuffer.IsOverLimit(t.State, t.Options))
        {
            WorkflowTaskMachine.Fail(t, WorkflowTaskFailedCause.ForceCloseCommand, null, "history-service");
        }
    }
}
