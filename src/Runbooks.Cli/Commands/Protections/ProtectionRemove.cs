using System.CommandLine;
using System.Text.Json.Nodes;
using Runbooks.Cli.Commands.Runs;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands.Protections;

/// <summary>
/// <c>protection remove</c>: explains, asks for the name, starts the removal of exactly the plan that was shown.
/// </summary>
internal static class ProtectionRemove
{
    public static Command Create()
    {
        var name = new Argument<string>("protection")
        {
            HelpName = "PROTECTION",
                Description = "Which protection, by id or workload; by id to delete copies kept of a removed one.",
        };
        var keep = new Option<bool>("--keep-copies")
        {
            Description =
                "true (default) keeps the standbys' copies with their recovery points, fenced; false deletes both.",
            DefaultValueFactory = _ => true, HelpName = "true|false",
        };
        var force = new Option<bool>("--force")
        {
            Description = "The primary's agent is gone for good and is not asked; a second person must approve.",
        };
        var reason = new Option<string?>("--reason") { Description = "Why; it is recorded.", HelpName = "TEXT" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Explain what would happen, then end." };
        var yes =
            new Option<string?>("--yes") { Description = "The name, in place of being asked for it.",
                HelpName = "NAME" };
        var wait = new WaitOptions();
        var command = new Command(
            "remove", "Give a protection up: explain, ask, start. The workload is served on, without protection.")
        {
            name, keep, force, reason, dryRun, yes,
        };
        wait.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var which = parsed.GetRequiredValue(name);
            var path =
                $"/api/v1/protections/{Uri.EscapeDataString(which)}?keepCopies="
                + (parsed.GetValue(keep) ? "true" : "false")
                + (parsed.GetValue(force) ? "&force=true" : string.Empty)
                + (parsed.GetValue(reason) is { } why ? $"&reason={Uri.EscapeDataString(why)}" : string.Empty);
            var explain = await ExplainAsync(session, path, parsed.GetValue(dryRun), cancellationToken);
            if (parsed.GetValue(dryRun))
            {
                return ExitCodes.Ok;
            }

            Confirmation.Require(which, parsed.GetValue(yes), session.Printer, "The workload loses its protection.");
            var planned = $"{path}&planHash={Uri.EscapeDataString($"{explain["planHash"]}")}"
                + (parsed.GetValue(force) ? $"&confirm={Uri.EscapeDataString(which)}" : string.Empty);
            var run = (await session.Api.SendAsync(
                HttpMethod.Delete, planned, null, Guid.NewGuid().ToString("n"), cancellationToken))!.AsObject();
            if (parsed.GetValue(wait.Wait))
            {
                return await wait.FollowAsync(session, parsed, $"{run["id"]}", cancellationToken);
            }

            session.Printer.Print(run, Nouns.Views.Runs);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<JsonObject> ExplainAsync(Session session, string path, bool only,
        CancellationToken cancellationToken)
    {
        var explain = (await session.Api.SendAsync(
            HttpMethod.Delete, $"{path}&dryRun=true", null, null, cancellationToken))!.AsObject();
        if (session.Printer.Form == OutputForm.Table)
        {
            foreach (var line in ExplainText.Lines(explain, session.Printer.Coloured))
            {
                session.Printer.Output.WriteLine(line);
            }
        }
        else if (only)
        {
            session.Printer.Print(explain, View.Plain);
        }

        return explain;
    }
}
