using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>A signal to a child or to another workflow.</summary>
internal sealed class ExternalSignalMachine : CommandMachine
{
    internal enum State
    {
        Issued,
        Initiated,
        Closed,
    }

    internal enum Input
    {
        Initiated,
        CancelUnsent,
        Delivered,
        Failed,
    }

    internal static readonly TransitionTable<State, Input> Table = new(
        "SignalExternal",
        (State.Issued, Input.Initiated, State.Initiated),
        (State.Issued, Input.CancelUnsent, State.Closed),
        (State.Initiated, Input.Delivered, State.Closed),
        (State.Initiated, Input.Failed, State.Closed));

    private readonly uint seq;
    private readonly OutgoingCommand start;
    private State state = State.Issued;

    internal ExternalSignalMachine(IMachineHost host, SignalExternal command)
        : base(host)
    {
        seq = command.Seq;
        start = host.Issue(new(this, new Command
        {
            CommandType = CommandType.SignalExternalWorkflowExecution,
            SignalExternalWorkflowExecutionCommandAttributes = command.Attributes,
        }));
    }

    /// <summary>A signal that is on its way cannot be called back: then nothing happens.</summary>
    internal void Cancel()
    {
        if (state != State.Issued)
        {
            return;
        }
        Step(Input.CancelUnsent);
        start.Withdrawn = true;
        Host.AddJob(new ResolveExternalSignal(seq, new Failure
        {
            Message = "Signal was cancelled before being sent",
            CanceledFailureInfo = new(),
        }));
    }

    internal override bool Records(HistoryEvent e, OutgoingCommand command) =>
        e.EventType == EventType.SignalExternalWorkflowExecutionInitiated;

    internal override void OnRecorded(HistoryEvent e, OutgoingCommand command)
    {
        Step(Input.Initiated);
        Host.Route(e.EventId, this);
    }

    internal override void OnEvent(HistoryEvent e)
    {
        if (e.EventType == EventType.ExternalWorkflowExecutionSignaled)
        {
            Step(Input.Delivered);
            Host.AddJob(new ResolveExternalSignal(seq, null));
            return;
        }
        Step(Input.Failed);
        Host.AddJob(new ResolveExternalSignal(seq, new Failure
        {
            Message = "Unable to signal external workflow because it was not found",
            ApplicationFailureInfo = new()
            {
                Type = e.SignalExternalWorkflowExecutionFailedEventAttributes.Cause.ToString(),
            },
        }));
    }

    private void Step(Input input) => state = Table.Next(state, input, $"signal {seq}");
}
