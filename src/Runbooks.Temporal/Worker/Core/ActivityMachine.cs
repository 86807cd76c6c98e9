using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// A regular activity. Cancelling one that was not sent withdraws it; otherwise the cancellation type says whether a
/// request is sent and whether the code waits for the activity's own answer.
/// </summary>
internal sealed class ActivityMachine : CommandMachine
{
    internal enum State
    {
        Issued,
        Scheduled,
        Canceling,
        Abandoned,
        Closed,
    }

    internal enum Input
    {
        Scheduled,
        Started,
        CancelUnsent,
        CancelWaiting,
        CancelAbandoning,
        CancelRecorded,
        Ended,
    }

    internal static readonly TransitionTable<State, Input> Table = new(
        "Activity",
        (State.Issued, Input.Scheduled, State.Scheduled),
        (State.Issued, Input.CancelUnsent, State.Closed),
        (State.Scheduled, Input.Started, State.Scheduled),
        (State.Scheduled, Input.CancelWaiting, State.Canceling),
        (State.Scheduled, Input.CancelAbandoning, State.Abandoned),
        (State.Scheduled, Input.Ended, State.Closed),
        (State.Canceling, Input.CancelRecorded, State.Canceling),
        (State.Canceling, Input.Started, State.Canceling),
        (State.Canceling, Input.Ended, State.Closed),
        (State.Abandoned, Input.CancelRecorded, State.Abandoned),
        (State.Abandoned, Input.Started, State.Abandoned),
        (State.Abandoned, Input.Ended, State.Abandoned));

    private readonly ScheduleActivity scheduled;
    private readonly OutgoingCommand start;
    private State state = State.Issued;
    private long scheduledEventId;
    private long startedEventId;
    private string identity = string.Empty;

    internal ActivityMachine(IMachineHost host, ScheduleActivity command)
        : base(host)
    {
        scheduled = command;
        start = host.Issue(new(this, new Command
        {
            CommandType = CommandType.ScheduleActivityTask,
            UserMetadata = command.Metadata,
            ScheduleActivityTaskCommandAttributes = command.Attributes,
        }));
    }

    internal void Cancel()
    {
        if (state == State.Issued)
        {
            Step(Input.CancelUnsent);
            start.Withdrawn = true;
            ResolveCanceled(null);
        }
        else if (state == State.Scheduled)
        {
            var waits = scheduled.CancellationType == ActivityCancellationType.WaitCancellationCompleted;
            Step(waits ? Input.CancelWaiting : Input.CancelAbandoning);
            if (scheduled.CancellationType != ActivityCancellationType.Abandon)
            {
                Host.Issue(new(this, new Command
                {
                    CommandType = CommandType.RequestCancelActivityTask,
                    RequestCancelActivityTaskCommandAttributes = new() { ScheduledEventId = scheduledEventId },
                }));
            }
            if (!waits)
            {
                ResolveCanceled(null);
            }
        }
    }

    internal override bool Records(HistoryEvent e, OutgoingCommand command) =>
        e.EventType == (command == start ? EventType.ActivityTaskScheduled : EventType.ActivityTaskCancelRequested);

    internal override void OnRecorded(HistoryEvent e, OutgoingCommand command)
    {
        if (command != start)
        {
            Step(Input.CancelRecorded);
            return;
        }
        var a = e.ActivityTaskScheduledEventAttributes;
        if (Host.ChecksIdAndType)
        {
            Identity.Require("Activity id", a.ActivityId, scheduled.Attributes.ActivityId, e);
            Identity.Require("Activity type", a.ActivityType.Name, scheduled.Attributes.ActivityType.Name, e);
        }
        Step(Input.Scheduled);
        scheduledEventId = e.EventId;
        Host.Route(e.EventId, this);
    }

    internal override void OnEvent(HistoryEvent e)
    {
        if (e.EventType == EventType.ActivityTaskStarted)
        {
            Step(Input.Started);
            startedEventId = e.EventId;
            identity = e.ActivityTaskStartedEventAttributes.Identity;
            return;
        }
        var silent = state == State.Abandoned;
        Step(Input.Ended);
        if (silent)
        {
            return;
        }
        switch (e.EventType)
        {
            case EventType.ActivityTaskCompleted:
                Resolve(Outcome.Completed(e.ActivityTaskCompletedEventAttributes.Result));
                break;
            case EventType.ActivityTaskFailed:
                var failed = e.ActivityTaskFailedEventAttributes;
                Resolve(Outcome.Failed(Wrap("Activity task failed", failed.Failure, failed.RetryState)));
                break;
            case EventType.ActivityTaskTimedOut:
                var timedOut = e.ActivityTaskTimedOutEventAttributes;
                Resolve(Outcome.Failed(Wrap("Activity task timed out", timedOut.Failure, timedOut.RetryState)));
                break;
            case EventType.ActivityTaskCanceled:
                ResolveCanceled(e.ActivityTaskCanceledEventAttributes.Details);
                break;
            default:
                throw Nondeterminism.Error($"Activity machine cannot take {Nondeterminism.Describe(e)}");
        }
    }

    private void ResolveCanceled(Temporalio.Api.Common.V1.Payloads? details)
    {
        var cause = new Failure
        {
            Message = "Activity cancelled",
            CanceledFailureInfo = new() { Details = details },
        };
        Resolve(Outcome.Cancelled(Wrap("Activity cancelled", cause, RetryState.CancelRequested)));
    }

    private void Resolve(Outcome outcome) => Host.AddJob(new ResolveActivity(scheduled.Seq, false, outcome));

    private Failure Wrap(string message, Failure? cause, RetryState retryState) => new()
    {
        Message = message,
        Cause = cause,
        ActivityFailureInfo = new()
        {
            ActivityId = scheduled.Attributes.ActivityId,
            ActivityType = scheduled.Attributes.ActivityType,
            ScheduledEventId = scheduledEventId,
            StartedEventId = startedEventId,
            Identity = identity,
            RetryState = retryState,
        },
    };

    private void Step(Input input) =>
        state = Table.Next(state, input, $"activity {scheduled.Attributes.ActivityId}");
}
