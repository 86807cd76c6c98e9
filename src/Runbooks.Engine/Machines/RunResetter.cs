using Runbooks.Engine.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Begins a run anew from a point of its history.
/// <code>
///   events before the point    copied, and the state they made rebuilt
///   the task pending there     Failed(RESET_WORKFLOW), which gives workers the new random seed
///   later signals, updates,    written again (updates are delivered again), unless excluded
///     cancel request
///   later results of children  written again, if the child was promised before the point
///     and external signals
///   everything else later      forgotten: the worker decides anew
/// </code>
/// Ending the run that was current is the caller's part of the same transaction.
/// </summary>
public static class RunResetter
{
    public const string Identity = "history-resetter";

    /// <summary>The first transition of the new run, or why the point cannot be returned to.</summary>
    public static (Transition? Began, string? Refusal) Reset(
        RunState of, Guid runId, string requestId, string reason, IReadOnlyList<HistoryEvent> before,
        IEnumerable<HistoryEvent> after, ResetExclusions exclusions, Func<RunState, Transition> begin,
        EngineOptions options, DateTimeOffset now)
    {
        var rebuilt = RunRebuilder.Rebuild(of, runId, requestId, before, options, now);
        if (rebuilt.PendingTask is not { } task)
        {
            return (null, "Can only reset workflow to event ID in range [WorkflowTaskScheduled +1, WorkflowTaskStarted "
                + $"+ 1]: {before[^1].EventId + 1}");
        }

        var t = begin(rebuilt.State);
        t.Written.AddRange(before.Select(e => e.Clone()));
        t.VisibilityChanged = true;
        FailTask(t, task, of.RunId, reason);
        foreach (var e in after)
        {
            Reapply(t, e, exclusions);
        }

        if (Unsettled(t.State) is { } unsettled)
        {
            return (null, unsettled);
        }

        WorkflowTaskMachine.Schedule(t);
        return (t, null);
    }

    private static void FailTask(Transition t, (long Scheduled, long Started) task, Guid from, string reason)
    {
        var started = task.Started;
        if (started == 0)
        {
            var e = t.Event(EventType.WorkflowTaskStarted);
            e.WorkflowTaskStartedEventAttributes =
                new() { ScheduledEventId = task.Scheduled, Identity = "history-service" };
            started = t.Write(e).EventId;
        }

        var failed = t.Event(EventType.WorkflowTaskFailed);
        failed.WorkflowTaskFailedEventAttributes = new()
        {
            ScheduledEventId = task.Scheduled,
            StartedEventId = started,
            Cause = WorkflowTaskFailedCause.ResetWorkflow,
            Failure = new() { Message = reason, ResetWorkflowFailureInfo = new() },
            Identity = "history-service",
            BaseRunId = from.ToString(),
            NewRunId = t.State.RunId.ToString(),
        };
        t.Write(failed);
    }

    private static void Reapply(Transition t, HistoryEvent e, ResetExclusions exclusions)
    {
        switch (e.EventType)
        {
            case EventType.WorkflowExecutionSignaled when !exclusions.Signals:
                var signal = e.WorkflowExecutionSignaledEventAttributes;
                if (signal.RequestId.Length == 0 || t.State.SignalRequestIds.Add(signal.RequestId))
                {
                    t.State.SignalCount++;
                    t.WriteAgain(e);
                }

                break;
            case EventType.WorkflowExecutionCancelRequested when !exclusions.CancelRequest:
                if (!t.State.CancelRequested)
                {
                    t.State.CancelRequested = true;
                    t.WriteAgain(e);
                }

                break;
            case EventType.WorkflowExecutionUpdateAccepted when !exclusions.Updates:
                var accepted = e.WorkflowExecutionUpdateAcceptedEventAttributes;
                if (!t.State.Updates.ContainsKey(accepted.ProtocolInstanceId))
                {
                    t.State.Updates.Add(accepted.ProtocolInstanceId, new UpdateRecord
                    {
                        UpdateId = accepted.ProtocolInstanceId,
                        Request = accepted.AcceptedRequest.Clone(),
                        Sequence = ++t.State.UpdateSequence,
                    });
                }

                break;
            default:
                var again = e.Clone();
                if (ChildMachine.Reapply(t, again) || ExternalMachine.Reapply(t, again))
                {
                    t.WriteAgain(again);
                }

                break;
        }
    }

    /// <summary>
    /// A promise to another run whose outcome is not known would be kept a second time, under another request id: such
    /// a point lasts milliseconds, so the caller chooses another.
    /// </summary>
    private static string? Unsettled(RunState s) =>
        s.Children.Values.FirstOrDefault(c => c.RunId is null) is { } child
            ? $"Can not reset to a point at which the start of child {child.WorkflowId} was not yet known."
        : s.ExternalSignals.Count + s.ExternalCancels.Count > 0
            ? "Can not reset to a point at which a signal or cancel request to another workflow was on its way."
        : null;
}
