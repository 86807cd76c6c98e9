using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>A cancel request to another workflow.</summary>
internal sealed class ExternalCancelMachine : CommandMachine
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
        Delivered,
        Failed,
    }

    internal static readonly TransitionTable<State, Input> Table = new(
        "CancelExternal",
        (State.Issued, Input.Initiated, State.Initiated),
        (State.Initiated, Input.Delivered, State.Closed),
        (State.Initiated, Input.Failed, State.Closed));

    private readonly uint seq;
    private State state = State.Issued;

    internal ExternalCancelMachine(IMachineHost host, CancelExternal command)
        : base(host)
    {
        seq = command.Seq;
        host.Issue(new(this, new Command
        {
            CommandType = CommandType.RequestCancelExternalWorkflowExecution,
            RequestCancelExternalWorkflowExecutionCommandAttributes = command.Attributes,
        }));
    }

    internal override bool Records(HistoryEvent e, OutgoingCommand command) =>
        e.EventType == EventType.RequestCancelExternalWorkflowExecutionInitiated;

    internal override void OnRecorded(HistoryEvent e, OutgoingCommand command)
    {
        Step(Input.Initiated);
        Host.Route(e.EventId, this);
    }

    internal override void OnEvent(HistoryEvent e)
    {
        if (e.EventType == EventType.ExternalWorkflowExecutionCancelRequested)
        {
            Step(Input.Delivered);
            Host.AddJob(new ResolveExternalCancel(seq, null));
            return;
        }
        Step(Input.Failed);
        Host.AddJob(new ResolveExternalCancel(seq, new Failure
        {
            Message = "Unable to cancel external workflow because it was not found",
            ApplicationFailureInfo = new()
            {
                Type = e.RequestCancelExternalWorkflowExecutionFailedEventAttributes.Cause.ToString(),
            },
        }));
    }

    private void Step(Input input) => state = Table.Next(state, input, $"cancel request {seq}");
}
