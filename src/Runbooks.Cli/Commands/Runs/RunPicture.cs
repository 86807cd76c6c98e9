using System.Text.Json.Nodes;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands.Runs;

/// <summary>Draws a run: its steps, the time it took against its target, and what it waits for.</summary>
internal sealed class RunPicture(Printer printer)
{
    private readonly bool over = Terminal.Watches(printer.Output) && printer.Form == OutputForm.Table;
    private readonly Dictionary<string, string> told = new(StringComparer.Ordinal);
    private int drawn;

    public void Draw(JsonObject run, JsonArray steps)
    {
        if (printer.Form != OutputForm.Table)
        {
            return;
        }

        if (over)
        {
            Redraw([Head(run), .. Rows(steps), .. Foot(run)]);
            return;
        }

        foreach (var step in steps.OfType<JsonObject>())
        {
            Once($"step {step["path"]}", $"{step["state"]}",
                $"{Elapsed(run)}  step {step["path"]} {step["state"]}{After(step)}  {step["title"]}{Detail(step)}");
        }

        Once("run", $"{run["state"]} {run["asking"]?["id"]}", Head(run));
        foreach (var line in Foot(run))
        {
            Once(line, "", line);
        }
    }

    /// <summary>Nobody answers now; the run goes on without us.</summary>
    public void Away()
    {
        const string Text = "The control plane does not answer; waiting for it. The run is durable and goes on with "
            + "it.";
        if (over)
        {
            Redraw([Text]);
        }
        else if (printer.Form == OutputForm.Table)
        {
            Once("run", "away", Text);
        }
    }

    private void Redraw(IReadOnlyList<string> lines)
    {
        if (drawn > 0)
        {
            printer.Output.Write($"\e[{drawn}F\e[J");
        }

        foreach (var line in lines)
        {
            printer.Output.WriteLine(Fit(line));
        }

        printer.Output.Flush();
        drawn = lines.Count;
    }

    // A folded line would take two rows and the next drawing would start in the wrong one. Colour codes take no room
    // on the screen.
    private static string Fit(string line) => line.Contains('\e', StringComparison.Ordinal)
        || line.Length < Console.WindowWidth
        ? line
        : line[..Math.Max(1, Console.WindowWidth - 1)];

    private void Once(string what, string state, string line)
    {
        if (told.GetValueOrDefault(what) != state)
        {
            told[what] = state;
            printer.Output.WriteLine(line);
            printer.Output.Flush();
        }
    }

    private string Head(JsonObject run)
    {
        var target = run["rtoSeconds"] is { } rto ? $" of {Shape.Seconds(rto)} target" : "";
        var late = (double?)run["elapsedSeconds"] > (double?)run["rtoSeconds"] ? "  OVER TARGET" : "";
        return $"{Elapsed(run)}{target}{late}  run {run["id"]} "
            + $"{Ink.Paint((string?)run["state"] ?? "?", printer.Coloured)}  {run["kind"]} of {run["group"]}";
    }

    private IEnumerable<string> Rows(JsonArray steps)
    {
        var rows = steps.OfType<JsonObject>().ToList();
        var width = rows.Select(s => $"{s["path"]}".Length).DefaultIfEmpty(0).Max();
        var shown = Math.Max(5, Console.WindowHeight - 6);
        if (rows.Count > shown)
        {
            yield return $"  … {rows.Count - shown} earlier steps";
        }

        foreach (var step in rows.TakeLast(shown))
        {
            var state = Ink.Paint($"{step["state"]}".PadRight(9), printer.Coloured);
            var rest = $"{Shape.Seconds(step["seconds"]),7}  {step["title"]}{Detail(step)}";
            var room = Math.Max(10, Console.WindowWidth - width - 16);
            yield return $"  {$"{step["path"]}".PadRight(width)}  {state}  "
                + $"{(rest.Length > room ? rest[..room] : rest)}";
        }
    }

    private static IEnumerable<string> Foot(JsonObject run)
    {
        if (run["asking"] is JsonObject question)
        {
            yield return $"  ASKS {question["of"]}: {question["text"]}  [{Shape.Text(question["choices"])}], "
                + $"{question["default"]} at {Shape.Time(question["deadline"])}";
            yield return $"  answer it: runbooks run answer {run["id"]} {question["choices"]?[0]}";
        }

        if (RunOutcome.NeedsApproval(run))
        {
            yield return $"  WAITS for {run["approvalsNeeded"]} approval(s) of role {run["approverRole"]}, has "
                + $"{run["approvalsGiven"]}: runbooks run approve {run["id"]}";
        }

        if (run["failure"] is { } failure)
        {
            yield return $"  FAILED: {Told(failure)}";
        }
    }

    private static string Told(JsonNode failure) => failure is JsonObject members
        ? string.Join(" ", members.Select(m => $"{m.Key}: {Shape.Text(m.Value)};"))
        : failure.ToString();

    private static string Elapsed(JsonObject run) => Shape.Seconds(run["elapsedSeconds"] ?? 0d);

    private static string After(JsonObject step) => step["seconds"] is { } seconds ? $" after {Shape.Seconds(seconds)}"
        : "";

    private static string Detail(JsonObject step) => (string?)step["detail"] is { Length: > 0 } detail
        ? $"  {detail.ReplaceLineEndings(" ")}" : "";
}
