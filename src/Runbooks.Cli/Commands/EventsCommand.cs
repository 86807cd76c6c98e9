using System.CommandLine;
using System.Text.Json.Nodes;
using Runbooks.Cli.Http;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands;

/// <summary><c>events</c>: everything that happens, across lost connections and dead control planes, until
/// Ctrl-C.</summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        var after = new Option<string?>("--after") { Description = "Begin after this event; from now on by default.",
            HelpName = "SEQ" };
        var run = new Option<string?>("--run") { Description = "Only this run's events, from its beginning.",
            HelpName = "RUN" };
        var count = new Option<int?>("--count") { Description = "End after so many events.", HelpName = "N" };
        var command = new Command("events",
            "Follow what happens, as lines (or one JSON object per line). Example: runbooks events --after 0") { after,
            run, count };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Open(parsed);
            var path = parsed.GetValue(run) is { } id ? $"/api/v1/runs/{Uri.EscapeDataString(id)}/events"
                : "/api/v1/events";
            var reader = new EventReader(session.Api, path, session.Errors.WriteLine);
            var left = parsed.GetValue(count) ?? int.MaxValue;
            try
            {
                await foreach (var happened in reader.ReadAsync(parsed.GetValue(after), cancellationToken))
                {
                    if (Line(happened, session.Printer.Form) is { } line)
                    {
                        await session.Printer.Output.WriteLineAsync(line);
                        await session.Printer.Output.FlushAsync(cancellationToken);
                        if (--left == 0)
                        {
                            break;
                        }
                    }
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Ctrl-C is how a tail ends.
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    // The stream's own signs of life are not events; a gap is, because the reader must look at everything again.
    private static string? Line(JsonObject happened, OutputForm form) => (string?)happened["kind"] switch
    {
        "stream.opened" or "stream.alive" => null,
        _ when form == OutputForm.Json => happened.ToJsonString(),
        _ when form == OutputForm.Yaml => "---\n" + Yaml.Of(happened).TrimEnd('\n'),
        _ when form == OutputForm.Name => $"{happened["seq"]}",
        "stream.gap" => $"{happened["seq"]}  GAP: older events are not kept any more; read the lists again",
        var kind => $"{happened["seq"]}  {Shape.Time(happened["at"])}  {kind}  "
            + $"{happened["subject"]}{Data(happened["data"])}",
    };

    private static string Data(JsonNode? data) => data is JsonObject { Count: > 0 } members
        ? "  " + string.Join(" ", members.Select(m => $"{m.Key}={Shape.Text(m.Value)}"))
        : "";
}
