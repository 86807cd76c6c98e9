using System.Text.Json.Nodes;
using Runbooks.Audit;
using Runbooks.ControlPlane.Projection;
using Runbooks.ControlPlane.Reports;

namespace Runbooks.ControlPlane.Runs;

/// <summary>The calls of a run as evidence of its steps, joined out of its records. Pure.</summary>
/// <remarks>
/// A procedure's call names its workflow, whose id holds the step that started it. A call of the interpreter itself is
/// given to the one step that ran at that moment; when several did, to none: evidence is not guessed.
/// </remarks>
internal static class RunCalls
{
    public static IReadOnlyList<RunCallView> Of(
        string root, IReadOnlyList<(long Sequence, JsonObject Record)> records, IReadOnlyList<StepView> steps)
    {
        var ends = new Dictionary<(string, long), JsonObject>();
        var attempts = new Dictionary<(string, long), int>();
        foreach (var (_, record) in records)
        {
            if (record["data"]?["scheduledEvent"] is not { } scheduled)
            {
                continue;
            }

            var key = (Text(record, "correlation"), (long)scheduled);
            if (Text(record, "kind") == "activity.retried")
            {
                attempts[key] = (int?)record["data"]!["attempts"] ?? 1;
            }
            else
            {
                ends[key] = record;
            }
        }

        return [.. records.Where(r => Text(r.Record, "kind") == "activity.scheduled").Select(r =>
            View(root, r.Sequence, r.Record, ends, attempts, steps))];
    }

    private static RunCallView View(
        string root, long sequence, JsonObject record, Dictionary<(string, long), JsonObject> ends,
        Dictionary<(string, long), int> attempts, IReadOnlyList<StepView> steps)
    {
        var data = record["data"]!.AsObject();
        var workflow = Text(record, "correlation");
        var key = (workflow, (long)data["event"]!);
        var end = ends.GetValueOrDefault(key);
        var at = At(data["at"]);
        return new RunCallView(
            Text(data, "activity"), Text(data, "target"), StepOf(root, workflow, at, steps), at,
            end is null ? null : At(end["data"]?["at"]), attempts.GetValueOrDefault(key, 1),
            end is null ? "open" : Text(end, "kind").Split('.')[1], Text(data, "inputHash"),
            (string?)end?["data"]?["outputHash"], (string?)end?["data"]?["error"], sequence);
    }

    private static string? StepOf(string root, string workflow, DateTime at, IReadOnlyList<StepView> steps)
    {
        var prefix = HistoryFacts.PrefixOf(root, workflow);
        var running = steps.Where(s => s.StartedAt <= at && (s.EndedAt is null || s.EndedAt >= at)).ToList();
        var inside = running.Where(s => s.Path.StartsWith(prefix, StringComparison.Ordinal)
            && !s.Path.AsSpan(prefix.Length).Contains('/')).ToList();
        return inside is [var one] ? one.Path
            : prefix.Length > 0 && steps.Any(s => s.Path == prefix[..^1]) ? prefix[..^1]
            : null;
    }

    private static DateTime At(JsonNode? at) => at is null ? default : AuditTime.Read((string)at!);

    private static string Text(JsonObject node, string name) => RunReport.Text(node, name) ?? "";
}
