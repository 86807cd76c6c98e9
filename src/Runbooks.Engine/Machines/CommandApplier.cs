using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Message = Temporalio.Api.Protocol.V1.Message;

namespace Runbooks.Engine.Machines;

/// <summary>
/// The commands of one completed workflow task, in their order, each to its machine. The first command that closes the
/// run is the last that counts.
/// </summary>
public sealed class CommandApplier(
    Transition t, long completedEventId, string identity, IReadOnlyList<Message> messages, HistoryEvent first,
    Func<string, IndexedValueType?> attributeType)
{
    private readonly Dictionary<string, Message> _messages = messages.ToDictionary(m => m.Id, StringComparer.Ordinal);

    public static bool Closes(CommandType type) => type is CommandType.CompleteWorkflowExecution
        or CommandType.FailWorkflowExecution or CommandType.CancelWorkflowExecution
        or CommandType.ContinueAsNewWorkflowExecution;

    public CommandRefusal? ApplyAll(IEnumerable<Command> commands)
    {
        foreach (var command in commands)
        {
            if (!t.State.IsOpen)
            {
                break;
            }

            if (Closes(command.CommandType) && ApplyLeftovers() is { } early)
            {
                return early;
            }

            if (Apply(command) is { } refusal)
            {
                return refusal;
            }
        }

        return t.State.IsOpen ? ApplyLeftovers() : null;
    }

    // Messages without a command of their own come after all commands, but before the run is closed.
    private CommandRefusal? ApplyLeftovers()
    {
        foreach (var message in messages)
        {
            if (_messages.Remove(message.Id) && UpdateMachine.Apply(t, message) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private CommandRefusal? Apply(Command c)
    {
        switch (c.CommandType)
        {
            case CommandType.ScheduleActivityTask:
                return ActivityMachine.Schedule(t, c, completedEventId);
            case CommandType.RequestCancelActivityTask:
                return ActivityMachine.RequestCancel(
                    t, c.RequestCancelActivityTaskCommandAttributes, completedEventId, identity);
            case CommandType.StartTimer:
                return TimerMachine.Start(t, c, completedEventId);
            case CommandType.CancelTimer:
                return TimerMachine.Cancel(t, c.CancelTimerCommandAttributes, completedEventId, identity);
            case CommandType.StartChildWorkflowExecution:
                return CheckAttributes(c.StartChildWorkflowExecutionCommandAttributes?.SearchAttributes,
                    WorkflowTaskFailedCause.BadStartChildExecutionAttributes)
                    ?? ChildMachine.Initiate(t, c, completedEventId);
            case CommandType.SignalExternalWorkflowExecution:
                return ExternalMachine.InitiateSignal(t, c, completedEventId);
            case CommandType.RequestCancelExternalWorkflowExecution:
                return ExternalMachine.InitiateCancel(t, c, completedEventId);
            case CommandType.RecordMarker:
                return RecordMarker(c);
            case CommandType.UpsertWorkflowSearchAttributes:
                return UpsertAttributes(c);
            case CommandType.ModifyWorkflowProperties:
                return ModifyProperties(c);
            case CommandType.ProtocolMessage:
                return ApplyMessage(c.ProtocolMessageCommandAttributes.MessageId);
            case CommandType.CompleteWorkflowExecution:
                RunCloser.Complete(
                    t, c.CompleteWorkflowExecutionCommandAttributes.Result, completedEventId, c.UserMetadata, first);
                return null;
            case CommandType.FailWorkflowExecution:
                RunCloser.Fail(
                    t, c.FailWorkflowExecutionCommandAttributes.Failure ?? new(), completedEventId, c.UserMetadata, first);
                return null;
            case CommandType.CancelWorkflowExecution:
                RunCloser.Cancel(
                    t, c.CancelWorkflowExecutionCommandAttributes.Details, completedEventId, c.UserMetadata);
                return null;
            case CommandType.ContinueAsNewWorkflowExecution:
                return CheckAttributes(c.ContinueAsNewWorkflowExecutionCommandAttributes.SearchAttributes,
                    WorkflowTaskFailedCause.BadContinueAsNewAttributes)
                    ?? RunCloser.ContinueAsNew(t, c, completedEventId, first);
            default:
                return new(WorkflowTaskFailedCause.FeatureDisabled, $"Command {c.CommandType} is not supported.");
        }
    }

    private CommandRefusal? ApplyMessage(string id) => _messages.Remove(id, out var message)
        ? UpdateMachine.Apply(t, message)
        : new(WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage, $"ProtocolMessageCommand references message {id}, which is not there.");

    private CommandRefusal? RecordMarker(Command c)
    {
        var a = c.RecordMarkerCommandAttributes;
        if (string.IsNullOrEmpty(a.MarkerName))
        {
            return new(WorkflowTaskFailedCause.BadRecordMarkerAttributes, "MarkerName is not set on RecordMarkerCommand.");
        }

        var e = t.Event(EventType.MarkerRecorded);
        e.UserMetadata = c.UserMetadata;
        e.MarkerRecordedEventAttributes = new()
        {
            MarkerName = a.MarkerName, Details = { a.Details }, WorkflowTaskCompletedEventId = completedEventId,
            Header = a.Header, Failure = a.Failure,
        };
        t.Write(e);
        return null;
    }

    private CommandRefusal? UpsertAttributes(Command c)
    {
        var given = c.UpsertWorkflowSearchAttributesCommandAttributes.SearchAttributes ?? new SearchAttributes();
        if (CheckAttributes(given, WorkflowTaskFailedCause.BadSearchAttributes) is { } refusal)
        {
            return refusal;
        }

        var e = t.Event(EventType.UpsertWorkflowSearchAttributes);
        e.UserMetadata = c.UserMetadata;
        e.UpsertWorkflowSearchAttributesEventAttributes = new()
        {
            WorkflowTaskCompletedEventId = completedEventId, SearchAttributes = given,
        };
        t.Write(e);
        Merge(t.State.SearchAttributes.IndexedFields, given.IndexedFields);
        t.VisibilityChanged = true;
        return null;
    }

    private CommandRefusal? ModifyProperties(Command c)
    {
        var memo = c.ModifyWorkflowPropertiesCommandAttributes.UpsertedMemo;
        if (memo is null)
        {
            return new(WorkflowTaskFailedCause.BadModifyWorkflowPropertiesAttributes,
                "UpsertedMemo is not set on ModifyWorkflowPropertiesCommand.");
        }

        var e = t.Event(EventType.WorkflowPropertiesModified);
        e.UserMetadata = c.UserMetadata;
        e.WorkflowPropertiesModifiedEventAttributes = new()
        {
            WorkflowTaskCompletedEventId = completedEventId, UpsertedMemo = memo,
        };
        t.Write(e);
        Merge(t.State.Memo.Fields, memo.Fields);
        t.VisibilityChanged = true;
        return null;
    }

    private CommandRefusal? CheckAttributes(SearchAttributes? given, WorkflowTaskFailedCause cause) =>
        given is not null && SearchAttributeTypes.Fault(given, attributeType) is { } fault ? new(cause, fault) : null;

    internal static void Merge(IDictionary<string, Payload> into, IDictionary<string, Payload> changes)
    {
        foreach (var (key, payload) in changes)
        {
            if (SearchAttributeTypes.IsNull(payload))
            {
                into.Remove(key);
            }
            else
            {
                into[key] = payload;
            }
        }
    }
}
