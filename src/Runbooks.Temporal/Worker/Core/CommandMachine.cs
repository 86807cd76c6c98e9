using Temporalio.Api.Command.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>
/// One operation of one run, from the code's wish to its outcome in history. Pure: it issues commands and jobs through
/// <see cref="IMachineHost"/> and knows nothing of time, tasks or the network.
/// </summary>
internal abstract class CommandMachine(IMachineHost host)
{
    protected IMachineHost Host { get; } = host;

    /// <summary>True when this event records the command, so the two may be paired.</summary>
    internal abstract bool Records(HistoryEvent e, OutgoingCommand command);

    /// <summary>The event that records an own command.</summary>
    internal abstract void OnRecorded(HistoryEvent e, OutgoingCommand command);

    /// <summary>A later event that names the operation by the id of its first event.</summary>
    internal virtual void OnEvent(HistoryEvent e) =>
        throw Nondeterminism.Error($"{GetType().Name} cannot take {Nondeterminism.Describe(e)}");
}

/// <summary>A command that waits to be sent or, on replay, to be found in history.</summary>
internal sealed class OutgoingCommand(CommandMachine machine, Command command)
{
    internal CommandMachine Machine { get; } = machine;

    internal Command Command { get; } = command;

    /// <summary>Set when the code took its wish back before the command was sent: it never was.</summary>
    internal bool Withdrawn { get; set; }

    /// <summary>Body of the protocol message that travels beside a PROTOCOL_MESSAGE command.</summary>
    internal Temporalio.Api.Protocol.V1.Message? Message { get; init; }
}

/// <summary>What a machine may do to its run.</summary>
internal interface IMachineHost
{
    /// <summary>True when id and type of activities and children must agree with history (core flag 1).</summary>
    bool ChecksIdAndType { get; }

    OutgoingCommand Issue(OutgoingCommand command);

    void AddJob(ActivationJob job);

    /// <summary>Routes later events that name this event id to the machine.</summary>
    void Route(long eventId, CommandMachine machine);

    void AdvanceTime(DateTime time);
}
