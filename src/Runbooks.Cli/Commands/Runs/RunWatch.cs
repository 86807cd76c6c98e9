using System.CommandLine;

namespace Runbooks.Cli.Commands.Runs;

/// <summary><c>run watch</c>: live steps, elapsed against target, until the run has ended.</summary>
internal static class RunWatch
{
    public static Command Create()
    {
        var run = new Argument<string>("run") { HelpName = "RUN", Description = "Which run." };
        var wait = new WaitOptions();
        var command = new Command("watch",
            "Steps as they go, elapsed against target; ends with the run's outcome.") { run };
        wait.AddTo(command);
        wait.Wait.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            return await wait.FollowAsync(session, parsed, parsed.GetRequiredValue(run), cancellationToken);
        });
        return command;
    }
}
