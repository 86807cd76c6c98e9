using System.CommandLine;
using System.Text.Json.Nodes;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands.Runs;

/// <summary><c>run report</c>: prints the report, or keeps it as HTML or JSON exactly as the control plane made
/// it.</summary>
internal static class RunReport
{
    private static readonly View Steps = new(
        "path", new Column("STEP", "path", Shape.Text), new Column("STATE", "state", Shape.Text),
        new Column("TIME", "milliseconds", m => m is null ? "-" : Shape.Seconds(m.GetValue<double>() / 1000)),
        new Column("CRITICAL", "critical", Shape.Text), new Column("TITLE", "title", Shape.Text));

    public static Command Create()
    {
        var run = new Argument<string>("run") { HelpName = "RUN", Description = "Which run." };
        var save = new Option<string?>("--save") { Description = "Keep it: .html for people, .json for machines.",
            HelpName = "FILE" };
        var command = new Command("report",
            "What happened, against the objectives, with decisions and findings.") { run, save };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var path = $"/api/v1/runs/{Uri.EscapeDataString(parsed.GetRequiredValue(run))}/report";
            if (parsed.GetValue(save) is { } file)
            {
                var json = Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase);
                await File.WriteAllBytesAsync(file,
                    await session.Api.DownloadAsync(json ? path + ".json" : path, cancellationToken),
                    cancellationToken);
                session.Printer.Say($"Report written to {file}.");
                return ExitCodes.Ok;
            }

            var report = (await session.Api.GetAsync(path + ".json", cancellationToken))!.AsObject();
            Print(session.Printer, report);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(Printer printer, JsonObject report)
    {
        if (printer.Form != OutputForm.Table)
        {
            printer.Print(report, View.Plain);
            return;
        }

        printer.Say($"{report["run"]}  {report["kind"]} of {report["group"]}: "
            + $"{Ink.Paint((string?)report["state"] ?? "", printer.Coloured)}");
        printer.Say($"asked by {report["requestedBy"]}: {report["reason"]}");
        printer.Say($"recovery time {Milliseconds(report["recoveryMilliseconds"])}, objective "
            + $"{Milliseconds(report["objectiveMilliseconds"])}: "
            + ((bool?)report["objectiveMet"] switch { true => "met", false => "NOT MET", null => "not judged" }));
        if (report["steps"] is JsonArray { Count: > 0 } steps)
        {
            printer.Table(steps, Steps.Columns);
        }

        foreach (var decision in report["decisions"]?.AsArray() ?? [])
        {
            printer.Say($"decision {decision!["kind"]} by {decision["who"]} at {Shape.Time(decision["at"])}: "
                + $"{decision["reason"]}");
        }

        foreach (var finding in report["findings"]?.AsArray() ?? [])
        {
            printer.Say($"finding: {finding}");
        }

        printer.Say($"records {report["firstRecord"]} to {report["lastRecord"]} of the audit chain, last hash "
            + $"{report["lastHash"]}");
    }

    private static string Milliseconds(JsonNode? value) => value is null ? "-"
        : Shape.Seconds(value.GetValue<double>() / 1000);
}
