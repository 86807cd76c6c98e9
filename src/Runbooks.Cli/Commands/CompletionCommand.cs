using System.CommandLine;

namespace Runbooks.Cli.Commands;

/// <summary>
/// <c>completion</c>: what a shell loads. The words come from the program itself through the [suggest] directive, so
/// they are never out of date.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _runbooks() {
          local IFS=$'\n'
          COMPREPLY=($(runbooks "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null | grep -- "^${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _runbooks runbooks
        """;

    private const string Zsh = """
        #compdef runbooks
        _runbooks() {
          local -a words_found
          words_found=("${(@f)$(runbooks "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -- $words_found
        }
        compdef _runbooks runbooks
        """;

    private const string Fish = """
        complete -f -c runbooks -a '(runbooks "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { HelpName = "bash|zsh|fish", Description = "Which shell." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion",
            "Print a script that completes our words in a shell. Example: eval \"$(runbooks completion "
                + "bash)\"") { shell };
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetRequiredValue(shell) switch { "bash" => Bash,
                "zsh" => Zsh, _ => Fish });
            return ExitCodes.Ok;
        });
        return command;
    }
}
