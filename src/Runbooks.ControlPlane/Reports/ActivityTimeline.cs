using System.Text.Json.Nodes;

namespace Runbooks.ControlPlane.Reports;

/// <summary>The calls of a run with the hashes of what went in and came out: each end is joined to its scheduling record.</summary>
internal static class ActivityTimeline
{
    public static IReadOnlyList<ReportActivity> Of(IReadOnlyList<JsonObject> records)
    {
        var ends = new Dictionary<(string, long), JsonObject>();
        foreach (var record in records)
        {
            if (RunReport.Text(record, "kind") is "activity.completed" or "activity.failed" or "activity.timed-out" or "activity.cancelled"
                && record["data"]?["scheduledEvent"] is { } scheduled)
            {
                ends[(RunReport.Text(record, "correlation") ?? "", (long)scheduled)] = record;
            }
        }

        return [.. records.Where(r => RunReport.Text(r, "kind") == "activity.scheduled").Select(r =>
        {
            var data = r["data"]!.AsObject();
            var end = ends.GetValueOrDefault((RunReport.Text(r, "correlation") ?? "", (long)data["event"]!));
            var endData = end?["data"] as JsonObject;
            return new ReportActivity(
                RunReport.Text(data, "activity") ?? "", RunReport.Text(data, "target") ?? "", RunReport.Text(data, "at") ?? "",
                RunReport.Text(endData, "at"), end is null ? "open" : RunReport.Text(end, "kind")!.Split('.')[1],
                RunReport.Text(data, "inputHash") ?? "", RunReport.Text(endData, "outputHash"), RunReport.Text(endData, "error"));
        })];
    }
}
