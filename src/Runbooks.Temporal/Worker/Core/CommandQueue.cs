using Temporalio.Api.Command.V1;
using Temporalio.Api.Protocol.V1;

namespace Runbooks.Temporal.Worker.Core;

/// <summary>Commands in the order of the code, waiting for the events that record them.</summary>
internal sealed class CommandQueue
{
    private readonly List<OutgoingCommand> commands = [];
    private int head;

    internal bool HasTerminal => commands.Skip(head).Any(IsTerminal);

    internal OutgoingCommand? Next
    {
        get
        {
            while (head < commands.Count && commands[head].Withdrawn)
            {
                head++;
            }
            return head < commands.Count ? commands[head] : null;
        }
    }

    internal OutgoingCommand Add(OutgoingCommand command)
    {
        if (head == commands.Count)
        {
            commands.Clear();
            head = 0;
        }
        commands.Add(command);
        return command;
    }

    internal void TakeNext() => head++;

    /// <summary>
    /// Puts the first terminal command last and drops other terminal ones. Without the flag (old histories) what
    /// follows a terminal command is dropped instead of moved before it.
    /// </summary>
    internal void Settle(bool moveTerminal)
    {
        commands.RemoveRange(0, head);
        head = 0;
        commands.RemoveAll(c => c.Withdrawn);
        var first = commands.FindIndex(IsTerminal);
        if (first < 0)
        {
            return;
        }
        var terminal = commands[first];
        var later = commands.Skip(first + 1).Where(c => moveTerminal && !IsTerminal(c)).ToArray();
        commands.RemoveRange(first, commands.Count - first);
        commands.AddRange(later);
        commands.Add(terminal);
    }

    internal (List<Command> Commands, List<Message> Messages) CopyForSending() =>
        (commands.Select(c => c.Command).ToList(),
            commands.Where(c => c.Message is not null).Select(c => c.Message!).ToList());

    internal void RequireEmpty()
    {
        if (Next is { } left)
        {
            throw Nondeterminism.Error(
                $"{left.Command.CommandType} command was issued, but history holds no event for it");
        }
    }

    private static bool IsTerminal(OutgoingCommand c) => SingleCommandMachine.IsTerminal(c.Command.CommandType);
}
