using System.Text.Json.Nodes;
using Runbooks.Audit;

namespace Runbooks.ControlPlane.Reports;

public sealed record ReportStep(
    string Path, string Title, string State, string? StartedAt, string? EndedAt, long? Milliseconds, string Detail, bool Critical,
    long HumanMilliseconds);

public sealed record ReportDecision(string Kind, string Who, string At, string Reason, string? PlanHash);

public sealed record ReportActivity(
    string Activity, string Target, string ScheduledAt, string? EndedAt, string Outcome, string InputHash, string? OutputHash, string? Error);

/// <summary>A run's report: a pure function of its audit records, so that anybody with the records makes the same bytes.</summary>
public sealed record RunReport(
    string Schema, string Run, string Kind, bool Real, string? Runbook, long? Version, string? DocumentHash, string? PlanHash,
    string? Group, string RequestedBy, string Reason, string RequestedAt, string? StartedAt, string? EndedAt, string State,
    long? RecoveryMilliseconds, long? ObjectiveMilliseconds, long? PointObjectiveMilliseconds, bool? ObjectiveMet, long HumanMilliseconds,
    string? Result, string? Failure, IReadOnlyList<ReportDecision> Decisions, IReadOnlyList<ReportStep> Steps,
    IReadOnlyList<ReportActivity> Activities, IReadOnlyList<string> Findings, long FirstRecord, long LastRecord, string LastHash,
    IReadOnlyList<string> NotProven)
{
    private const string SchemaName = "runbooks.report/v1";

    public static RunReport Of(string run, IReadOnlyList<ChainEntry> entries)
    {
        var records = entries.Select(e => JsonNode.Parse(e.Record)!.AsObject()).ToList();
        var requested = records.First(r => Text(r, "kind") == "run.requested");
        var started = records.FirstOrDefault(r => Text(r, "kind") == "run.started");
        var ended = records.FirstOrDefault(r => Text(r, "kind") is "run.ended" or "run.refused" or "run.expired" or "run.rejected");
        var data = requested["data"]!.AsObject();
        var steps = StepTimeline.Of(records);
        var (from, to) = (Text(started, "at"), Text(ended, "at"));
        var recovery = Between(from, steps.Where(s => s.EndedAt is not null).Select(s => s.EndedAt!).Append(to).OfType<string>()
            .DefaultIfEmpty(null!).Max());
        var objective = Milliseconds(data["rtoSeconds"]);
        var human = steps.Sum(s => s.HumanMilliseconds);
        var state = ended is null ? "running" : Text(ended["data"] as JsonObject, "state") ?? Text(ended, "kind")!.Split('.')[1];
        var met = state == "running" || objective is null || recovery is null ? (bool?)null : recovery <= objective && state == "succeeded";
        return new RunReport(
            SchemaName, run, Text(data, "kind") ?? "", (bool?)data["real"] ?? false, Text(data, "runbook"), (long?)data["version"],
            Text(data, "documentHash"), Text(data, "planHash"), Text(requested, "group"), Who(requested), Text(requested, "reason") ?? "",
            Text(requested, "at")!, from, to, state, recovery, objective, Milliseconds(data["rpoSeconds"]), met, human,
            Text(ended?["data"] as JsonObject, "result"), Text(ended?["data"] as JsonObject, "failure"), DecisionsOf(records), steps,
            ActivityTimeline.Of(records), FindingsOf(steps, met, recovery, objective, state), entries[0].Sequence, entries[^1].Sequence, entries[^1].Hash,
            [
                "That the control plane's clock was right.",
                "That what a person stated is true: decisions are marked asserted, machine steps observed.",
            ]);
    }

    private static IReadOnlyList<ReportDecision> DecisionsOf(List<JsonObject> records) =>
        [.. records.Where(r => Text(r, "basis") == "asserted").Select(r => new ReportDecision(
            Text(r, "kind")!, Who(r), Text(r, "at")!, Text(r, "reason") ?? "", Text(r["data"] as JsonObject, "planHash")))];

    private static List<string> FindingsOf(IReadOnlyList<ReportStep> steps, bool? met, long? recovery, long? objective, string state)
    {
        var findings = steps.Where(s => s.State is "failed" or "skipped")
            .Select(s => $"Step {s.Path} {s.State}: {s.Detail}").ToList();
        if (met == false && recovery > objective)
        {
            findings.Add($"Recovery took {recovery / 1000} s; the objective is {objective / 1000} s.");
        }

        if (state is "failed" or "aborted")
        {
            findings.Add($"The run {state}.");
        }

        return findings;
    }

    private static string Who(JsonObject record) =>
        Text(record["actor"] as JsonObject, "name") ?? Text(record["actor"] as JsonObject, "id") ?? "";

    private static long? Milliseconds(JsonNode? seconds) => seconds is null ? null : (long)seconds * 1000;

    internal static string? Text(JsonObject? node, string name) => node?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    internal static long? Between(string? from, string? to) => from is null || to is null
        ? null
        : (long)(AuditTime.Read(to) - AuditTime.Read(from)).TotalMilliseconds;
}
