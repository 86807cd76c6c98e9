using System.CommandLine;
using System.Text.Json.Nodes;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands.Runs;

/// <summary>
/// <c>run start</c> and <c>schedule trigger</c>. Always explains first. A run that touches production starts only
/// after the group's name was
/// given, so that a command from a shell's history cannot fail over the wrong group.
/// </summary>
internal sealed class RunStart
{
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Explain what would happen, then end." };
    private readonly Option<string?> yes = new("--yes")
    {
        Description = "The group's name, in place of being asked for it (real runs only).", HelpName = "GROUP",
    };

    private readonly Option<string?> reason = new("--reason") { Description = "Why; it is recorded.",
        HelpName = "TEXT" };
    private readonly Option<string?> key = new("--key")
    {
        Description = "Names this start: repeated with the same key it is the same run.", HelpName = "KEY",
    };

    private readonly WaitOptions wait = new();

    private RunStart()
    {
    }

    public static Command Create()
    {
        var start = new RunStart();
        var runbook = new Argument<string>("runbook") { HelpName = "RUNBOOK",
            Description = "Which published runbook." };
        var group = new Option<string?>("--group") { Description = "Which group; needed when the runbook names none.",
            HelpName = "GROUP" };
        var version = new Option<int?>("--version") { Description = "Which version; the newest by default.",
            HelpName = "N" };
        var input = InputOption();
        var command = new Command("start",
            "Explain, ask, start. Ends with 3 when somebody must approve first.") { runbook, group, version, input };
        start.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var body = new JsonObject { ["runbook"] = parsed.GetRequiredValue(runbook) };
            Add(body, "group", parsed.GetValue(group));
            Add(body, "version", parsed.GetValue(version));
            AddInputs(body, parsed, input);
            return await start.RunAsync(session, parsed, body, cancellationToken);
        });
        return command;
    }

    public static Command CreateTrigger()
    {
        var start = new RunStart();
        var schedule = new Argument<string>("schedule") { HelpName = "SCHEDULE",
            Description = "Which entry of the calendar." };
        var command = new Command("trigger",
            "Start now what the calendar would start, with its group and inputs.") { schedule };
        start.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var name = parsed.GetRequiredValue(schedule);
            var all = await Pages.ReadAsync(session.Api, "/api/v1/schedules", [], Pages.LimitMax, cancellationToken);
            var found = all["items"]!.AsArray().FirstOrDefault(s => (string?)s!["id"] == name
                || (string?)s["title"] == name)
                ?? throw new Http.ApiException(404, null,
                    $"There is no schedule '{name}'.\n  Correction: look at 'runbooks schedule list'.");
            var body = new JsonObject { ["runbook"] = found["runbook"]?.DeepClone(),
                ["inputs"] = found["inputs"]?.DeepClone() };
            Add(body, "group", (string?)found["group"]);
            return await start.RunAsync(session, parsed, body, cancellationToken,
                $"triggered by hand: {found["title"]}");
        });
        return command;
    }

    public static Option<string[]> InputOption()
    {
        var option = new Option<string[]>("--input", "-i") { Description = "An input of the runbook; may be repeated.",
            HelpName = "KEY=VALUE" };
        option.Validators.Add(r =>
        {
            try
            {
                Form.Pairs.Read([.. r.Tokens.Select(t => t.Value)]);
            }
            catch (FormatException e)
            {
                r.AddError($"--input: {e.Message}");
            }
        });
        return option;
    }

    public static void AddInputs(JsonObject body, ParseResult parsed, Option<string[]> input)
    {
        if (parsed.GetValue(input) is { Length: > 0 } pairs)
        {
            body["inputs"] = Form.Pairs.Read(pairs);
        }
    }

    public static void Add(JsonObject body, string name, JsonNode? value)
    {
        if (value is not null)
        {
            body[name] = value;
        }
    }

    private void AddTo(Command command)
    {
        command.Options.Add(reason);
        command.Options.Add(dryRun);
        command.Options.Add(yes);
        command.Options.Add(key);
        wait.AddTo(command);
    }

    private async Task<int> RunAsync(
        Session session, ParseResult parsed, JsonObject body, CancellationToken cancellationToken,
            string? reasonDefault = null)
    {
        var printer = session.Printer;
        var only = parsed.GetValue(dryRun);
        body["reason"] = parsed.GetValue(reason) ?? reasonDefault
            ?? (only ? "explain, nothing is done" : AskReason(printer));
        var explain = (await session.Api.PostAsync("/api/v1/runs?dryRun=true", body, cancellationToken))!.AsObject();
        Show(printer, explain, only);
        if (only)
        {
            return ExitCodes.Ok;
        }

        if ((bool?)explain["real"] == true)
        {
            Confirmation.Require((string?)explain["group"] ?? "", parsed.GetValue(yes), printer,
                "This run touches production.");
        }

        // What starts is what was shown, or nothing: the control plane refuses another plan.
        body["planHash"] = explain["planHash"]?.DeepClone();
        var run = (await session.Api.PostAsync("/api/v1/runs", body, cancellationToken,
            parsed.GetValue(key)))!.AsObject();
        return await FollowAsync(session, parsed, run, cancellationToken);
    }

    private async Task<int> FollowAsync(Session session, ParseResult parsed, JsonObject run,
        CancellationToken cancellationToken)
    {
        if (parsed.GetValue(wait.Wait))
        {
            return await wait.FollowAsync(session, parsed, (string)run["id"]!, cancellationToken);
        }

        if (session.Printer.Form != OutputForm.Table)
        {
            session.Printer.Print(run, Nouns.Views.Runs);
        }

        var needs = RunOutcome.NeedsApproval(run);
        session.Printer.Say($"Run {run["id"]} is {run["state"]}.");
        session.Printer.Say(needs
            ? $"It waits for {run["approvalsNeeded"]} approval(s) of role {run["approverRole"]}. An approver says: "
                + $"runbooks run approve {run["id"]}"
            : $"Watch it: runbooks run watch {run["id"]}");
        return needs ? ExitCodes.NeedsApproval : ExitCodes.Ok;
    }

    private static void Show(Printer printer, JsonObject explain, bool only)
    {
        if (printer.Form != OutputForm.Table)
        {
            if (only)
            {
                printer.Print(explain, Output.View.Plain);
            }

            return;
        }

        foreach (var line in ExplainText.Lines(explain, printer.Coloured))
        {
            printer.Output.WriteLine(line);
        }
    }

    private static string AskReason(Printer printer)
    {
        if (!Terminal.CanAsk)
        {
            throw new UsageException("A run needs a reason.\n  Correction: add --reason \"why\"; it is recorded.");
        }

        printer.Output.Write("Why? (recorded) ");
        printer.Output.Flush();
        return Console.In.ReadLine()?.Trim() ?? string.Empty;
    }
}
