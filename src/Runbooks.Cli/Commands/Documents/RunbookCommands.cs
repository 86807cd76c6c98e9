using System.CommandLine;
using System.Text.Json.Nodes;
using Runbooks.Cli.Commands.Runs;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands.Documents;

/// <summary>Verbs of <c>runbook</c> that take files, and those that compare and explain.</summary>
internal static class RunbookCommands
{
    private static readonly View Diff = new(
        "path", new Column("CHANGE", "change", Shape.Text), new Column("PATH", "path", Shape.Text),
        new Column("BEFORE", "before", Shape.Text), new Column("AFTER", "after", Shape.Text));

    public static IEnumerable<Command> All => [Validate(), Save(), Sync(), DiffOf(), Explain()];

    private static Argument<FileInfo> FileArgument(string says) =>
        new Argument<FileInfo>("file") { HelpName = "FILE", Description = says }.AcceptExistingOnly();

    private static Command Validate()
    {
        var file = FileArgument("The document.");
        var command = new Command("validate",
            "Problems of a file, each at its line. Ends with 2 when there are any.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var read = await RunbookFile.ReadAsync(session.Api, parsed.GetRequiredValue(file).ToString(),
                cancellationToken);
            if (session.Printer.Form != OutputForm.Table)
            {
                session.Printer.Print(read.Validation, View.Plain);
            }

            read.Problems.ToList().ForEach(session.Printer.Say);
            session.Printer.Say(read.IsValid ? $"{read.Path} is valid: {read.Name}, {read.Hash}"
                : $"{read.Problems.Count} problem(s).");
            return read.IsValid ? ExitCodes.Ok : ExitCodes.Usage;
        });
        return command;
    }

    private static Command Save()
    {
        var file = FileArgument("The document; its metadata.name says which runbook.");
        var command = new Command("save",
            "Save a file as the draft. A draft may have problems; they are shown.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var read = await RunbookFile.ReadAsync(session.Api, parsed.GetRequiredValue(file).ToString(),
                cancellationToken);
            var saved = await RunbookSync.SaveAsync(session.Api, read.RequireName(), read.Text, cancellationToken);
            read.Problems.ToList().ForEach(session.Printer.Say);
            if (session.Printer.Form != OutputForm.Table)
            {
                session.Printer.Print(saved, Nouns.Views.Runbooks);
            }

            session.Printer.Say($"Draft of {read.Name} is saved. Publish it: runbooks runbook publish {read.Name}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Sync()
    {
        var folder = new Argument<DirectoryInfo>("folder") { HelpName = "DIR",
            Description = "Folder with .yaml files." }.AcceptExistingOnly();
        var draft = new Option<bool>("--draft") { Description = "Save only, do not publish." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would change, change nothing." };
        var command = new Command("sync",
            "Make the runbooks equal to a folder of files: saves and publishes what differs.") { folder, draft,
            dryRun };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var done = await RunbookSync.SyncAsync(
                session.Api, parsed.GetRequiredValue(folder).ToString(), !parsed.GetValue(draft),
                    parsed.GetValue(dryRun), cancellationToken);
            session.Printer.Print(new JsonObject { ["items"] = done }, RunbookSync.View);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command DiffOf()
    {
        var name = new Argument<string>("name") { HelpName = "NAME", Description = "Which runbook." };
        var from = new Option<int?>("--from") { Description = "A version; the newest published by default.",
            HelpName = "N" };
        var to = new Option<int?>("--to") { Description = "A version; the draft by default.", HelpName = "N" };
        var file = new Option<FileInfo?>("--file") { Description = "Compare with this file.", HelpName = "FILE" };
        var command = new Command("diff",
            "What differs between versions, by meaning: steps by id, not by line.") { name, from, to, file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var body = new JsonObject();
            RunStart.Add(body, "from", parsed.GetValue(from));
            RunStart.Add(body, "to", parsed.GetValue(to));
            if (parsed.GetValue(file) is { } against)
            {
                body["document"] = await File.ReadAllTextAsync(against.FullName, cancellationToken);
            }

            var diff = (await session.Api.PostAsync(
                $"/api/v1/runbooks/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/diff", body,
                    cancellationToken))!.AsObject();
            if ((bool?)diff["same"] == true)
            {
                session.Printer.Say("They are the same.");
                return ExitCodes.Ok;
            }

            session.Printer.Print(diff, Diff);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Explain()
    {
        var name = new Argument<string>("name") { HelpName = "NAME", Description = "Which runbook." };
        var group = new Option<string?>("--group") { Description = "For which group.", HelpName = "GROUP" };
        var version = new Option<int?>("--version") { Description = "Which version; the newest by default.",
            HelpName = "N" };
        var file = new Option<FileInfo?>("--file") { Description = "Explain this file in place of the published one.",
            HelpName = "FILE" };
        var input = RunStart.InputOption();
        var command = new Command("explain",
            "What a start would do: steps, targets, reversibility, forecast. Does nothing.")
        {
            name, group, version, file, input,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var body = new JsonObject();
            RunStart.Add(body, "group", parsed.GetValue(group));
            RunStart.Add(body, "version", parsed.GetValue(version));
            RunStart.AddInputs(body, parsed, input);
            if (parsed.GetValue(file) is { } document)
            {
                body["document"] = await File.ReadAllTextAsync(document.FullName, cancellationToken);
            }

            var explain = (await session.Api.PostAsync(
                $"/api/v1/runbooks/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/explain", body,
                    cancellationToken))!.AsObject();
            if (session.Printer.Form != OutputForm.Table)
            {
                session.Printer.Print(explain, View.Plain);
                return ExitCodes.Ok;
            }

            foreach (var line in ExplainText.Lines(explain, session.Printer.Coloured))
            {
                session.Printer.Output.WriteLine(line);
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
