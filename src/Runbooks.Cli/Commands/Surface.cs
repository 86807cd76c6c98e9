using System.CommandLine;
using Runbooks.Cli.Commands.Documents;
using Runbooks.Cli.Commands.Nouns;
using Runbooks.Cli.Commands.Protections;
using Runbooks.Cli.Commands.Runs;

namespace Runbooks.Cli.Commands;

/// <summary>Every command there is.</summary>
internal static class Surface
{
    private const string About = """
        Runbooks: disaster-recovery runbook automation.

        First steps:
          runbooks up                       start a whole local stack and leave it running
          runbooks status                   what needs you, red first
          runbooks run start NAME --group G explain, ask, start
          runbooks demo                     play the whole story on real parts

        Exit codes: 0 done; 1 failed; 2 the command line or a file is wrong, nothing was done;
                    3 somebody must approve first; 4 not ready, or a wait ran into its limit.
        Environment: RUNBOOKS_API (addresses, by comma), RUNBOOKS_TOKEN, RUNBOOKS_CA, RUNBOOKS_CONTEXT, NO_COLOR.
        """;

    // What one request cannot do: commands with a class of their own, by their noun.
    private static readonly Dictionary<string, Func<IEnumerable<Command>>> Handmade = new(StringComparer.Ordinal)
    {
        ["workload"] = () => [WorkloadSet.Create()],
        ["runbook"] = () => RunbookCommands.All,
        ["run"] = () => [RunStart.Create(), RunWatch.Create(), RunDecide.Approve(), RunDecide.Reject(),
            RunReport.Create()],
        ["protection"] = () => [ProtectionRemove.Create()],
        ["schedule"] = () => [RunStart.CreateTrigger()],
        ["audit"] = () => [AuditCommands.Verify(), AuditCommands.Export()],
    };

    public static IEnumerable<Noun> Nouns => [.. Inventory.Nouns, .. Procedures.Nouns];

    public static RootCommand Create()
    {
        var root = new RootCommand(About);
        foreach (var option in GlobalOptions.All)
        {
            root.Options.Add(option);
        }

        root.Subcommands.Add(StatusCommand.Create());
        foreach (var noun in Nouns)
        {
            root.Subcommands.Add(NounCommand(noun));
        }

        Command[] others =
        [
            StatusCommand.ControlPlane(), EventsCommand.Create(), ConsoleCommand.Create(), UpCommand.Create(),
                DemoCommand.Create(),
                CompletionCommand.Create(),
            HiddenCommands.Load(), HiddenCommands.Guest(),
        ];
        foreach (var command in others)
        {
            root.Subcommands.Add(command);
        }

        return root;
    }

    private static Command NounCommand(Noun noun)
    {
        var command = new Command(noun.Name, $"{noun.Says} Example: {noun.Example}");
        foreach (var verb in noun.Verbs.Select(VerbCommand.Create)
            .Concat(Handmade.GetValueOrDefault(noun.Name)?.Invoke() ?? []))
        {
            command.Subcommands.Add(verb);
        }

        return command;
    }
}
