using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// One update. Acceptance and response travel as protocol messages; a PROTOCOL_MESSAGE command beside each fixes its
/// place among the other commands. A rejection is a message alone and leaves nothing in history.
/// </summary>
internal sealed class UpdateMachine : CommandMachine
{
    internal enum State
    {
        Requested,
        AcceptIssued,
        Accepted,
        CompleteIssuedEarly,
        CompleteIssued,
        Completed,
        Rejected,
    }

    internal enum Input
    {
        Accept,
        Reject,
        Complete,
        AcceptRecorded,
        CompleteRecorded,
    }

    internal static readonly TransitionTable<State, Input> Table = new(
        "Update",
        (State.Requested, Input.Accept, State.AcceptIssued),
        (State.Requested, Input.Reject, State.Rejected),
        (State.AcceptIssued, Input.AcceptRecorded, State.Accepted),
        (State.AcceptIssued, Input.Complete, State.CompleteIssuedEarly),
        (State.CompleteIssuedEarly, Input.AcceptRecorded, State.CompleteIssued),
        (State.Accepted, Input.Complete, State.CompleteIssued),
        (State.CompleteIssued, Input.CompleteRecorded, State.Completed));

    private readonly DoUpdate request;
    private readonly string messageId;
    private readonly long sequencingEventId;
    private State state = State.Requested;
    private OutgoingCommand? accept;

    internal UpdateMachine(IMachineHost host, DoUpdate request, string messageId, long sequencingEventId)
        : base(host)
    {
        this.request = request;
        this.messageId = messageId;
        this.sequencingEventId = sequencingEventId;
    }

    internal void Accept()
    {
        Step(Input.Accept);
        accept = Send("accept", new Acceptance
        {
            AcceptedRequestMessageId = messageId,
            AcceptedRequestSequencingEventId = sequencingEventId,
            AcceptedRequest = request.Request,
        });
    }

    /// <summary>The message to send; there is no command for it.</summary>
    internal Message Reject(Failure failure)
    {
        Step(Input.Reject);
        return MakeMessage("reject", new Rejection
        {
            RejectedRequestMessageId = messageId,
            RejectedRequestSequencingEventId = sequencingEventId,
            RejectedRequest = request.Request,
            Failure = failure,
        });
    }

    internal void Complete(Payload? result, Failure? failure)
    {
        Step(Input.Complete);
        var outcome = new Temporalio.Api.Update.V1.Outcome();
        if (failure is not null)
        {
            outcome.Failure = failure;
        }
        else
        {
            outcome.Success = new Payloads();
            if (result is not null)
            {
                outcome.Success.Payloads_.Add(result);
            }
        }
        Send("complete", new Response { Meta = request.Request.Meta, Outcome = outcome });
    }

    internal override bool Records(HistoryEvent e, OutgoingCommand command)
    {
        if (command == accept)
        {
            return e.EventType == EventType.WorkflowExecutionUpdateAccepted &&
                e.WorkflowExecutionUpdateAcceptedEventAttributes.ProtocolInstanceId == request.ProtocolInstanceId;
        }
        return e.EventType == EventType.WorkflowExecutionUpdateCompleted &&
            e.WorkflowExecutionUpdateCompletedEventAttributes.Meta?.UpdateId == request.Request.Meta?.UpdateId;
    }

    internal override void OnRecorded(HistoryEvent e, OutgoingCommand command) =>
        Step(command == accept ? Input.AcceptRecorded : Input.CompleteRecorded);

    private OutgoingCommand Send(string suffix, IMessage body)
    {
        var message = MakeMessage(suffix, body);
        var command = new Command
        {
            CommandType = CommandType.ProtocolMessage,
            ProtocolMessageCommandAttributes = new() { MessageId = message.Id },
        };
        return Host.Issue(new(this, command) { Message = message });
    }

    private Message MakeMessage(string suffix, IMessage body) => new()
    {
        Id = $"{request.ProtocolInstanceId}/{suffix}",
        ProtocolInstanceId = request.ProtocolInstanceId,
        Body = Any.Pack(body),
    };

    private void Step(Input input) => state = Table.Next(state, input, $"update {request.ProtocolInstanceId}");
}
