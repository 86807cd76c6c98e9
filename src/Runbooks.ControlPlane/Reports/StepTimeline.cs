using System.Text.Json.Nodes;

namespace Runbooks.ControlPlane.Reports;

/// <summary>Steps of a run out of its records: when each ran, how long people were waited for, and which were critical.</summary>
internal static class StepTimeline
{
    public static IReadOnlyList<ReportStep> Of(IReadOnlyList<JsonObject> records)
    {
        var steps = new List<Draft>();
        foreach (var record in records)
        {
            var kind = RunReport.Text(record, "kind")!;
            if (kind.StartsWith("step.", StringComparison.Ordinal) && record["data"] is JsonObject data)
            {
                Apply(steps, data);
            }
        }

        var critical = CriticalOf(steps);
        return [.. steps.Select(s => new ReportStep(
            s.Path, s.Title, s.State, s.StartedAt, s.EndedAt, RunReport.Between(s.StartedAt, s.EndedAt), s.Detail,
            critical.Contains(s), s.HumanMilliseconds))];
    }

    private static void Apply(List<Draft> steps, JsonObject data)
    {
        var path = RunReport.Text(data, "step") ?? "";
        var step = steps.Find(s => s.Path == path);
        if (step is null)
        {
            steps.Add(step = new Draft { Path = path });
        }

        var (state, at) = (RunReport.Text(data, "state")!, RunReport.Text(data, "at")!);
        if (step.State == "asking" && step.AskedAt is not null)
        {
            step.HumanMilliseconds += RunReport.Between(step.AskedAt, at) ?? 0;
        }

        step.AskedAt = state == "asking" ? at : null;
        step.State = state;
        step.Title = RunReport.Text(data, "title") ?? path;
        step.Detail = RunReport.Text(data, "detail") ?? "";
        step.StartedAt ??= state is "running" or "asking" ? at : null;
        step.EndedAt = state is "succeeded" or "failed" or "skipped" or "cancelled" or "compensated" ? at : null;
    }

    /// <summary>
    /// Backwards from the last end: the step that ended last before the present one began is what it waited for. The
    /// records hold times, not needs, so this is the chain that the clock shows.
    /// </summary>
    private static HashSet<Draft> CriticalOf(List<Draft> steps)
    {
        var critical = new HashSet<Draft>();
        var timed = steps.Where(s => s.StartedAt is not null && s.EndedAt is not null && s.State != "skipped").ToList();
        var edge = (string?)null;
        while (true)
        {
            var last = timed.Where(s => !critical.Contains(s) && (edge is null || string.CompareOrdinal(s.EndedAt, edge) <= 0))
                .MaxBy(s => (s.EndedAt, s.StartedAt), Comparer<(string?, string?)>.Create(static (a, b) =>
                    string.CompareOrdinal(a.Item1, b.Item1) is not 0 and var c ? c : string.CompareOrdinal(a.Item2, b.Item2)));
            if (last is null)
            {
                return critical;
            }

            critical.Add(last);
            edge = last.StartedAt;
        }
    }

    private sealed class Draft
    {
        public required string Path { get; init; }

        public string Title { get; set; } = "";

        public string State { get; set; } = "";

        public string? StartedAt { get; set; }

        public string? EndedAt { get; set; }

        public string Detail { get; set; } = "";

        public string? AskedAt { get; set; }

        public long HumanMilliseconds { get; set; }
    }
}
