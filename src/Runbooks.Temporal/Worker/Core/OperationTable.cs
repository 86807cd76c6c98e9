using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// The open operations of a run by the sequence numbers of the language layer and by the event ids of the server.
/// Closed operations are forgotten by event id when their last event came, so a long run does not grow.
/// </summary>
internal sealed class OperationTable(IMachineHost host)
{
    private readonly Dictionary<uint, TimerMachine> timers = [];
    private readonly Dictionary<uint, ActivityMachine> activities = [];
    private readonly Dictionary<uint, LocalActivityMachine> locals = [];
    private readonly Dictionary<uint, ChildWorkflowMachine> children = [];
    private readonly Dictionary<uint, ExternalSignalMachine> signals = [];
    private readonly Dictionary<string, UpdateMachine> updates = new(StringComparer.Ordinal);
    private readonly Dictionary<long, CommandMachine> byEvent = [];
    private readonly List<LocalActivityMachine> unstartedLocals = [];
    private readonly List<uint> localCancels = [];

    internal bool HasOpenLocalActivities => locals.Values.Any(l => l.IsOpen);

    internal void Route(long eventId, CommandMachine machine) => byEvent[eventId] = machine;

    internal void Deliver(long openedBy, HistoryEvent e)
    {
        if (!byEvent.TryGetValue(openedBy, out var machine))
        {
            throw Nondeterminism.Error(
                $"{Nondeterminism.Describe(e)} belongs to event {openedBy}, which no command of this code caused");
        }
        machine.OnEvent(e);
        if (e.EventType is not (EventType.ActivityTaskStarted or EventType.ChildWorkflowExecutionStarted))
        {
            byEvent.Remove(openedBy);
        }
    }

    internal LocalActivityMachine? FindLocal(uint seq) => locals.GetValueOrDefault(seq);

    internal void AddLocal(ScheduleLocalActivity request, DateTime now)
    {
        var machine = new LocalActivityMachine(host, request, now);
        locals[request.Seq] = machine;
        unstartedLocals.Add(machine);
    }

    internal IReadOnlyList<LocalActivityMachine> TakeUnstartedLocals()
    {
        var taken = unstartedLocals.Where(l => l.IsOpen).ToArray();
        unstartedLocals.Clear();
        return taken;
    }

    internal IReadOnlyList<uint> TakeLocalCancels()
    {
        var taken = localCancels.ToArray();
        localCancels.Clear();
        return taken;
    }

    internal void ResolveLocal(LocalActivityRecord record)
    {
        if (locals.GetValueOrDefault(record.Seq) is { IsOpen: true } machine)
        {
            machine.Resolve(record);
        }
    }

    internal void AddUpdate(DoUpdate update, string messageId, long sequencingEventId) =>
        updates[update.ProtocolInstanceId] = new(host, update, messageId, sequencingEventId);

    internal UpdateMachine Update(string protocolInstanceId) => updates[protocolInstanceId];

    internal void Apply(WorkflowCommand command)
    {
        switch (command)
        {
            case StartTimer c:
                timers[c.Seq] = new(host, c);
                break;
            case CancelTimer c:
                timers[c.Seq].Cancel();
                break;
            case ScheduleActivity c:
                activities[c.Seq] = new(host, c);
                break;
            case RequestCancelActivity c:
                activities[c.Seq].Cancel();
                break;
            case RequestCancelLocalActivity c:
                if (locals[c.Seq].Cancel())
                {
                    localCancels.Add(c.Seq);
                }
                break;
            case StartChild c:
                children[c.Seq] = new(host, c);
                break;
            case CancelChild c:
                children[c.Seq].Cancel(c.Reason);
                break;
            case SignalExternal c:
                signals[c.Seq] = new(host, c);
                break;
            case CancelSignalExternal c:
                signals[c.Seq].Cancel();
                break;
            case CancelExternal c:
                _ = new ExternalCancelMachine(host, c);
                break;
            case AcceptUpdate c:
                updates[c.ProtocolInstanceId].Accept();
                break;
            case CompleteUpdate c:
                updates[c.ProtocolInstanceId].Complete(c.Result, c.Failure);
                break;
            default:
                _ = new SingleCommandMachine(host, ToCommand(command));
                break;
        }
    }

    private static Command ToCommand(WorkflowCommand command) => command switch
    {
        UpsertSearchAttributes c => new()
        {
            CommandType = CommandType.UpsertWorkflowSearchAttributes,
            UpsertWorkflowSearchAttributesCommandAttributes = new() { SearchAttributes = c.Attributes },
        },
        ModifyMemo c => new()
        {
            CommandType = CommandType.ModifyWorkflowProperties,
            ModifyWorkflowPropertiesCommandAttributes = new() { UpsertedMemo = c.Memo },
        },
        CompleteWorkflow c => new()
        {
            CommandType = CommandType.CompleteWorkflowExecution,
            CompleteWorkflowExecutionCommandAttributes = new()
            {
                Result = c.Result is null ? null : new Payloads { Payloads_ = { c.Result } },
            },
        },
        FailWorkflow c => new()
        {
            CommandType = CommandType.FailWorkflowExecution,
            FailWorkflowExecutionCommandAttributes = new() { Failure = c.Failure },
        },
        CancelWorkflowExecution => new()
        {
            CommandType = CommandType.CancelWorkflowExecution,
            CancelWorkflowExecutionCommandAttributes = new(),
        },
        ContinueAsNew c => new()
        {
            CommandType = CommandType.ContinueAsNewWorkflowExecution,
            ContinueAsNewWorkflowExecutionCommandAttributes = c.Attributes,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No machine takes this command"),
    };
}
