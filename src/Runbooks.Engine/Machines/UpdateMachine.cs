using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;
using Message = Temporalio.Api.Protocol.V1.Message;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Updates of one run.
/// <code>
///   none      request               Admitted    nothing in history, but durable; a speculative task if none pends
///   Admitted  task started          Sent        nothing
///   Sent      task failed           Sent again with the next task
///   Sent      Acceptance            Accepted    UpdateAccepted, which holds the request
///   Sent      Rejection             forgotten   nothing
///   Sent      task completed silent forgotten   nothing (the worker knows no updates)
///   Accepted  Response              Completed   UpdateCompleted
///   Admitted  run closes            forgotten   nothing; moves along when the run continues as another
///   Accepted  run closes            Completed   nothing; outcome is a failure the server made
/// </code>
/// </summary>
public static class UpdateMachine
{
    private const string ServerRejection =
        "Workflow Update is rejected because it wasn't processed by worker. Probably, Workflow Update is not supported "
        + "by the worker.";

    public static void Admit(Transition t, Request request)
    {
        t.State.Updates.Add(request.Meta.UpdateId, new UpdateRecord
        {
            UpdateId = request.Meta.UpdateId,
            Request = request,
            Sequence = ++t.State.UpdateSequence,
        });
        InboxMachine.EndStartDelay(t);
        WorkflowTaskMachine.Schedule(t, speculative: true);
    }

    public static int InFlight(RunState s) => s.Updates.Values.Count(u => u.Stage != UpdateStage.Completed);

    public static bool HasUndelivered(RunState s) => s.Updates.Values.Any(u => u.Stage == UpdateStage.Admitted);

    /// <summary>The requests a starting task carries, in order of admission; they count as sent.</summary>
    public static IReadOnlyList<Message> Deliver(RunState s)
    {
        var messages = new List<Message>();
        foreach (var update in s.Updates.Values
            .Where(u => u.Stage is UpdateStage.Admitted or UpdateStage.Sent).OrderBy(u => u.Sequence))
        {
            update.Stage = UpdateStage.Sent;
            messages.Add(new Message
            {
                Id = RequestMessageId(update.UpdateId),
                ProtocolInstanceId = update.UpdateId,
                EventId = s.Task!.StartedEventId - 1,
                Body = Any.Pack(update.Request, "type.googleapis.com"),
            });
        }

        return messages;
    }

    public static CommandRefusal? Apply(Transition t, Message message)
    {
        var body = message.Body;
        if (body is null)
        {
            return Bad("Message body is missing.");
        }

        if (body.Is(Acceptance.Descriptor))
        {
            return Accept(t, message, body.Unpack<Acceptance>());
        }

        if (body.Is(Response.Descriptor))
        {
            return Respond(t, message, body.Unpack<Response>());
        }

        return body.Is(Rejection.Descriptor)
            ? Reject(t, message, body.Unpack<Rejection>())
            : Bad($"Message body of type {body.TypeUrl} is not supported.");
    }

    /// <summary>Updates the worker was given and said nothing about.</summary>
    public static void RejectUnanswered(Transition t)
    {
        foreach (var update in t.State.Updates.Values.Where(u => u.Stage == UpdateStage.Sent).ToList())
        {
            t.State.Updates.Remove(update.UpdateId);
            t.Notices.Add(new(UpdateNoticeKind.Rejected, update.UpdateId, Failure: new Failure
            {
                Message = ServerRejection,
                Source = "Server",
                ApplicationFailureInfo = new() { Type = "UnprocessedUpdate", NonRetryable = true },
            }));
        }
    }

    public static void CloseAll(Transition t)
    {
        var successor = t.Successor?.State;
        foreach (var update in t.State.Updates.Values.ToList())
        {
            if (update.Stage == UpdateStage.Completed)
            {
                continue;
            }

            if (update.Stage == UpdateStage.Accepted)
            {
                update.Stage = UpdateStage.Completed;
                update.ServerOutcome = new Outcome { Failure = AcceptedButClosed() };
                t.Notices.Add(new(UpdateNoticeKind.Completed, update.UpdateId, update.ServerOutcome));
                continue;
            }

            t.State.Updates.Remove(update.UpdateId);
            if (successor is null)
            {
                t.Notices.Add(new(UpdateNoticeKind.Aborted, update.UpdateId));
                continue;
            }

            update.Stage = UpdateStage.Admitted;
            successor.Updates.Add(update.UpdateId, update);
            successor.UpdateSequence = Math.Max(successor.UpdateSequence, update.Sequence);
            t.Notices.Add(new(UpdateNoticeKind.Moved, update.UpdateId));
        }
    }

    private static string RequestMessageId(string updateId) => updateId + "/request";

    private static CommandRefusal? Accept(Transition t, Message message, Acceptance acceptance)
    {
        if (!t.State.Updates.TryGetValue(message.ProtocolInstanceId, out var update)
            || update.Stage is not (UpdateStage.Sent or UpdateStage.Admitted))
        {
            return Bad($"Update {message.ProtocolInstanceId} was accepted but is not waiting for an answer.");
        }

        var e = t.Event(EventType.WorkflowExecutionUpdateAccepted);
        e.WorkflowExecutionUpdateAcceptedEventAttributes = new WorkflowExecutionUpdateAcceptedEventAttributes
        {
            ProtocolInstanceId = update.UpdateId,
            AcceptedRequestMessageId = acceptance.AcceptedRequestMessageId,
            AcceptedRequestSequencingEventId = acceptance.AcceptedRequestSequencingEventId,
            AcceptedRequest = acceptance.AcceptedRequest ?? update.Request,
        };
        update.AcceptedEventId = t.Write(e).EventId;
        update.Stage = UpdateStage.Accepted;
        update.Request = null;
        t.Notices.Add(new(UpdateNoticeKind.Accepted, update.UpdateId));
        return null;
    }

    private static CommandRefusal? Respond(Transition t, Message message, Response response)
    {
        if (!t.State.Updates.TryGetValue(message.ProtocolInstanceId, out var update)
            || update.Stage != UpdateStage.Accepted)
        {
            return Bad($"Update {message.ProtocolInstanceId} was completed but had not been accepted.");
        }

        var e = t.Event(EventType.WorkflowExecutionUpdateCompleted);
        e.WorkflowExecutionUpdateCompletedEventAttributes = new WorkflowExecutionUpdateCompletedEventAttributes
        {
            Meta = response.Meta ?? new Meta { UpdateId = update.UpdateId },
            AcceptedEventId = update.AcceptedEventId,
            Outcome = response.Outcome,
        };
        update.CompletedEventId = t.Write(e).EventId;
        update.Stage = UpdateStage.Completed;
        t.Notices.Add(new(UpdateNoticeKind.Completed, update.UpdateId, response.Outcome));
        return null;
    }

    private static CommandRefusal? Reject(Transition t, Message message, Rejection rejection)
    {
        if (!t.State.Updates.TryGetValue(message.ProtocolInstanceId, out var update)
            || update.Stage is not (UpdateStage.Sent or UpdateStage.Admitted))
        {
            return Bad($"Update {message.ProtocolInstanceId} was rejected but is not waiting for an answer.");
        }

        t.State.Updates.Remove(update.UpdateId);
        t.Notices.Add(new(UpdateNoticeKind.Rejected, update.UpdateId, Failure: rejection.Failure));
        return null;
    }

    private static CommandRefusal Bad(string message) =>
        new(WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage, message);

    private static Failure AcceptedButClosed() => new()
    {
        Message = "Workflow Update failed because the Workflow completed before the Update completed.",
        Source = "Server",
        ApplicationFailureInfo = new() { Type = "AcceptedUpdateCompletedWorkflow", NonRetryable = true },
    };
}
