using System.CommandLine;
using System.Text.Json.Nodes;
using Runbooks.Cli.Http;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands.Runs;

/// <summary><c>run approve</c> and <c>run reject</c>: shows what would happen, then decides on exactly that
/// plan.</summary>
internal static class RunDecide
{
    public static Command Approve() => Create("approve", "approved", "Approve a run that somebody else asked for.");

    public static Command Reject() => Create("reject", "rejected", "Reject it: the run ends before it has begun.");

    private static Command Create(string name, string decision, string says)
    {
        var run = new Argument<string>("run") { HelpName = "RUN", Description = "Which run." };
        var reason = new Option<string>("--reason") { Description = "Why; it is recorded.", HelpName = "TEXT",
            Required = true };
        var plan = new Option<string?>("--plan")
        {
            Description = "The plan hash you have seen; refused when the run's is another. Else you are asked.",
                HelpName = "HASH",
        };
        var yes = new Option<string?>("--yes") { Description = "The group's name, in place of being asked for it.",
            HelpName = "GROUP" };
        var command = new Command(name, says) { run, reason, plan, yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var path = $"/api/v1/runs/{Uri.EscapeDataString(parsed.GetRequiredValue(run))}";
            var view = (await session.Api.GetAsync(path, cancellationToken))!.AsObject();
            await ShowAsync(session, view, cancellationToken);
            if (parsed.GetValue(plan) is null && decision == "approved")
            {
                Confirmation.Require((string?)view["group"] ?? "", parsed.GetValue(yes), session.Printer,
                    "An approval starts the run.");
            }

            var body = new JsonObject
            {
                ["decision"] = decision,
                ["planHash"] = parsed.GetValue(plan) ?? (string?)view["planHash"],
                ["reason"] = parsed.GetRequiredValue(reason),
            };
            var after = (await session.Api.PostAsync($"{path}/approvals", body, cancellationToken))!.AsObject();
            if (session.Printer.Form != OutputForm.Table)
            {
                session.Printer.Print(after, Nouns.Views.Runs);
            }

            session.Printer.Say($"Run {after["id"]} is {after["state"]}: {after["approvalsGiven"]} of "
                + $"{after["approvalsNeeded"]} approvals.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task ShowAsync(Session session, JsonObject run, CancellationToken cancellationToken)
    {
        var printer = session.Printer;
        printer.Say($"Run {run["id"]} ({run["kind"]}) of group {run["group"]}, asked by {run["requestedBy"]}: "
            + $"{run["reason"]}");
        printer.Say($"Plan {run["planHash"]}; {run["approvalsGiven"]} of {run["approvalsNeeded"]} approvals of role "
            + $"{run["approverRole"]}.");
        if (printer.Form != OutputForm.Table || run["runbook"] is null)
        {
            return;
        }

        try
        {
            var body = new JsonObject { ["version"] = run["version"]?.DeepClone(),
                ["group"] = run["group"]?.DeepClone() };
            var explain = await session.Api.PostAsync(
                $"/api/v1/runbooks/{Uri.EscapeDataString((string)run["runbook"]!)}/explain", body, cancellationToken);
            foreach (var line in ExplainText.Lines(explain!.AsObject(), printer.Coloured))
            {
                printer.Output.WriteLine(line);
            }
        }
        catch (ApiException e) when (e.Status is >= 400 and < 500)
        {
            // The run's own inputs are not part of its view; a runbook that requires some cannot be explained without
            // them.
            printer.Say($"Its steps cannot be explained here: {e.Message}");
        }
    }
}
