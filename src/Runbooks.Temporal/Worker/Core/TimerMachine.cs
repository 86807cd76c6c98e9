using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>A durable timer. Cancelled before it was sent it leaves no trace in history.</summary>
internal sealed class TimerMachine : CommandMachine
{
    internal enum State
    {
        Issued,
        Started,
        CancelIssued,
        Fired,
        Canceled,
    }

    internal enum Input
    {
        TimerStarted,
        Cancel,
        TimerFired,
        TimerCanceled,
    }

    internal static readonly TransitionTable<State, Input> Table = new(
        "Timer",
        (State.Issued, Input.TimerStarted, State.Started),
        (State.Issued, Input.Cancel, State.Canceled),
        (State.Started, Input.TimerFired, State.Fired),
        (State.Started, Input.Cancel, State.CancelIssued),
        (State.CancelIssued, Input.TimerCanceled, State.Canceled),
        (State.Canceled, Input.Cancel, State.Canceled),
        (State.Fired, Input.Cancel, State.Fired));

    private readonly uint seq;
    private readonly OutgoingCommand start;
    private State state = State.Issued;

    internal TimerMachine(IMachineHost host, StartTimer command)
        : base(host)
    {
        seq = command.Seq;
        start = host.Issue(new(this, new Command
        {
            CommandType = CommandType.StartTimer,
            UserMetadata = command.Metadata,
            StartTimerCommandAttributes = new()
            {
                TimerId = Id,
                StartToFireTimeout = Duration.FromTimeSpan(command.Delay),
            },
        }));
    }

    private string Id => seq.ToString();

    internal void Cancel()
    {
        var before = state;
        Step(Input.Cancel);
        if (before == State.Issued)
        {
            start.Withdrawn = true;
        }
        else if (before == State.Started)
        {
            Host.Issue(new(this, new Command
            {
                CommandType = CommandType.CancelTimer,
                CancelTimerCommandAttributes = new() { TimerId = Id },
            }));
        }
    }

    internal override bool Records(HistoryEvent e, OutgoingCommand command) =>
        e.EventType == (command == start ? EventType.TimerStarted : EventType.TimerCanceled);

    internal override void OnRecorded(HistoryEvent e, OutgoingCommand command)
    {
        if (command == start)
        {
            Step(Input.TimerStarted);
            Host.Route(e.EventId, this);
            return;
        }
        Step(Input.TimerCanceled);
    }

    internal override void OnEvent(HistoryEvent e)
    {
        Step(Input.TimerFired);
        Host.AddJob(new FireTimer(seq));
    }

    private void Step(Input input) => state = Table.Next(state, input, $"timer {seq}");
}
