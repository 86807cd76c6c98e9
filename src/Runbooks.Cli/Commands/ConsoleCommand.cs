using System.CommandLine;
using Runbooks.Cli.Http;

namespace Runbooks.Cli.Commands;

/// <summary><c>console</c>: the web console's address, with a code that signs the caller's browser in once.</summary>
internal static class ConsoleCommand
{
    public static Command Create()
    {
        var command = new Command(
            "console",
            "The web console's address; it signs your browser in as you, once, within 10 minutes. Example: xdg-open "
                + "\"$(runbooks console)\"");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var link = await SignInLink.MakeAsync(session.Api, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(link);
            return ExitCodes.Ok;
        });
        return command;
    }
}
