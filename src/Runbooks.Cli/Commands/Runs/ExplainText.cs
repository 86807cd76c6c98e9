using System.Text.Json.Nodes;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands.Runs;

/// <summary>What a start would do, in the order in which a person must know it: what, at whose cost, who must agree,
/// then the steps.</summary>
internal static class ExplainText
{
    public static IEnumerable<string> Lines(JsonObject explain, bool coloured)
    {
        var real = (bool?)explain["real"] == true;
        var version = explain["version"] is { } number ? $" version {number}"
            : $"{explain["kind"]}" == $"{explain["runbook"]}" ? " (built in)" : " (draft)";
        yield return $"{explain["runbook"]}{version}: "
            + $"{(real ? "REAL" : "rehearsal or set-up, production is not moved")}  [{explain["kind"]}]";
        yield return $"  {explain["summary"]}";
        yield return $"  group:     {explain["group"]}";
        yield return $"  exposure:  {explain["exposure"]}";
        yield return $"  approval:  {Approval(explain["approval"] as JsonObject)}";
        yield return $"  target:    {Shape.Seconds(explain["rtoSeconds"])}, forecast "
            + $"{Shape.Seconds(explain["forecastSeconds"])} ({explain["forecastBasis"]})";
        yield return $"  plan:      {explain["planHash"]}";
        var steps = explain["steps"]?.AsArray().OfType<JsonObject>().ToList() ?? [];
        var rows = steps.Select(s => (IReadOnlyList<string>)
        [
            $"{s["path"]}", Mark(s), $"{s["kind"]}", Shape.Seconds(s["forecastSeconds"]), $"{s["title"]}",
                Shape.Text(s["needs"]),
        ]).ToList();
        foreach (var line in TextTable.Lines(["STEP", "EFFECT", "KIND", "FORECAST", "TITLE", "AFTER"], rows, coloured))
        {
            yield return $"  {line}";
        }

        var lost = steps.Count(s => (bool?)s["irreversible"] == true);
        yield return lost == 0 ? "  Every step can be taken back."
            : $"  {lost} step(s) marked IRREVERSIBLE cannot be taken back.";
    }

    private static string Mark(JsonObject step) => step switch
    {
        _ when (bool?)step["irreversible"] == true => "IRREVERSIBLE",
        _ when (bool?)step["compensated"] == true => "compensated",
        _ when (bool?)step["acts"] == true => "acts",
        _ => "looks",
    };

    private static string Approval(JsonObject? approval) => approval is null
        ? "none needed"
        : $"{approval["count"]} of role {approval["of"]}, not by who asks, within "
            + $"{Shape.Seconds(approval["expiresSeconds"])}";
}
