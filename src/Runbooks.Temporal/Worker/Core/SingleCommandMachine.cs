using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// A command whose recording is all that ever happens to it: upserts and the terminal commands. Terminal commands must
/// come last; <see cref="RunMachine"/> sees to that.
/// </summary>
internal sealed class SingleCommandMachine : CommandMachine
{
    internal enum State
    {
        Issued,
        Recorded,
    }

    internal enum Input
    {
        Recorded,
    }

    internal static readonly TransitionTable<State, Input> Table = new(
        "SingleCommand", (State.Issued, Input.Recorded, State.Recorded));

    private readonly EventType recordedBy;
    private State state = State.Issued;

    internal SingleCommandMachine(IMachineHost host, Command command)
        : base(host)
    {
        recordedBy = command.CommandType switch
        {
            CommandType.UpsertWorkflowSearchAttributes => EventType.UpsertWorkflowSearchAttributes,
            CommandType.ModifyWorkflowProperties => EventType.WorkflowPropertiesModified,
            CommandType.CompleteWorkflowExecution => EventType.WorkflowExecutionCompleted,
            CommandType.FailWorkflowExecution => EventType.WorkflowExecutionFailed,
            CommandType.CancelWorkflowExecution => EventType.WorkflowExecutionCanceled,
            CommandType.ContinueAsNewWorkflowExecution => EventType.WorkflowExecutionContinuedAsNew,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.CommandType, "Not a single command"),
        };
        host.Issue(new(this, command));
    }

    internal static bool IsTerminal(CommandType type) => type is CommandType.CompleteWorkflowExecution
        or CommandType.FailWorkflowExecution or CommandType.CancelWorkflowExecution
        or CommandType.ContinueAsNewWorkflowExecution;

    internal override bool Records(HistoryEvent e, OutgoingCommand command) => e.EventType == recordedBy;

    internal override void OnRecorded(HistoryEvent e, OutgoingCommand command) =>
        state = Table.Next(state, Input.Recorded, command.Command.CommandType.ToString());
}
