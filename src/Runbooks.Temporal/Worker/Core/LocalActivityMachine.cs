using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// A local activity: the worker runs it inside the workflow task and records only its outcome, as a marker. The marker
/// command is issued when the outcome is known, so markers stand in history in the order of outcomes; replay resolves
/// in that same order, one outcome per activation, exactly as live execution does.
/// </summary>
internal sealed class LocalActivityMachine : CommandMachine
{
    internal enum State
    {
        Requested,
        Canceling,
        MarkerIssued,
        Recorded,
    }

    internal enum Input
    {
        CancelWaiting,
        Resolve,
        MarkerRecorded,
    }

    internal static readonly TransitionTable<State, Input> Table = new(
        "LocalActivity",
        (State.Requested, Input.CancelWaiting, State.Canceling),
        (State.Requested, Input.Resolve, State.MarkerIssued),
        (State.Canceling, Input.Resolve, State.MarkerIssued),
        (State.MarkerIssued, Input.MarkerRecorded, State.Recorded));

    private readonly DateTime scheduledAt;
    private State state = State.Requested;

    internal LocalActivityMachine(IMachineHost host, ScheduleLocalActivity request, DateTime now)
        : base(host)
    {
        Request = request;
        scheduledAt = now;
    }

    internal ScheduleLocalActivity Request { get; }

    internal bool IsOpen => state is State.Requested or State.Canceling;

    internal DateTime OriginalScheduleTime => Request.OriginalScheduleTime ?? scheduledAt;

    /// <summary>True when the executor must be told; false when the code stopped waiting or never cared.</summary>
    internal bool Cancel()
    {
        if (state != State.Requested)
        {
            return false;
        }
        if (Request.CancellationType == ActivityCancellationType.WaitCancellationCompleted)
        {
            Step(Input.CancelWaiting);
            return true;
        }
        var failure = new Failure { Message = "Activity cancelled", CanceledFailureInfo = new() };
        Resolve(MakeRecord(Request.Attempt, TimeSpan.Zero, null, failure, null));
        return Request.CancellationType == ActivityCancellationType.TryCancel;
    }

    /// <summary>The marker for an outcome of the executor.</summary>
    internal LocalActivityRecord MakeRecord(
        int attempt, TimeSpan elapsed, Payload? result, Failure? failure, TimeSpan? backoff) => new(
        Request.Seq,
        attempt,
        Request.Attributes.ActivityId,
        Request.Attributes.ActivityType.Name,
        scheduledAt + elapsed,
        backoff,
        OriginalScheduleTime,
        result,
        failure);

    /// <summary>Takes the outcome, from the executor or from a marker found in history.</summary>
    internal void Resolve(LocalActivityRecord record)
    {
        Step(Input.Resolve);
        // The job gets its own copies: the marker's payloads belong to the wire, where the codec has been.
        Host.Issue(new(this, new Command
        {
            CommandType = CommandType.RecordMarker,
            UserMetadata = Request.Metadata,
            RecordMarkerCommandAttributes = Markers.LocalActivity(record),
        }));
        if (record.CompleteTime is { } time)
        {
            Host.AdvanceTime(time);
        }
        if (record.Backoff is { } delay)
        {
            var backoff = new LocalBackoff(
                record.Attempt + 1, delay, record.OriginalScheduleTime ?? OriginalScheduleTime);
            Host.AddJob(new ResolveActivity(Request.Seq, true, new Outcome(null, null, false), backoff));
            return;
        }
        Host.AddJob(new ResolveActivity(Request.Seq, true, record.Failure is null
            ? new Outcome(record.Result, null, false)
            : new Outcome(null, Wrap(record.Failure), record.Failure.CanceledFailureInfo is not null)));
    }

    internal override bool Records(HistoryEvent e, OutgoingCommand command) =>
        Markers.TryReadLocalActivity(e) is { } record && record.Seq == Request.Seq;

    internal override void OnRecorded(HistoryEvent e, OutgoingCommand command)
    {
        var record = Markers.TryReadLocalActivity(e)!;
        if (Host.ChecksIdAndType)
        {
            Identity.Require("Local activity id", record.ActivityId, Request.Attributes.ActivityId, e);
            Identity.Require("Local activity type", record.ActivityType, Request.Attributes.ActivityType.Name, e);
        }
        Step(Input.MarkerRecorded);
    }

    private Failure Wrap(Failure cause) => new()
    {
        Message = cause.CanceledFailureInfo is not null ? "Local Activity cancelled" : "Local Activity failed",
        Cause = cause,
        ActivityFailureInfo = new()
        {
            ActivityId = Request.Attributes.ActivityId,
            ActivityType = Request.Attributes.ActivityType,
            RetryState = cause.CanceledFailureInfo is not null
                ? RetryState.CancelRequested
                : RetryState.MaximumAttemptsReached,
        },
    };

    private void Step(Input input) =>
        state = Table.Next(state, input, $"local activity {Request.Attributes.ActivityId}");
}
