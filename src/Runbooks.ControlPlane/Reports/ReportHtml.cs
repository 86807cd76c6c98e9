using System.Globalization;
using System.Net;
using System.Text;
using Runbooks.Audit;

namespace Runbooks.ControlPlane.Reports;

/// <summary>The report as one self-contained, printable page. The same report gives the same bytes.</summary>
internal static class ReportHtml
{
    private const string Style =
        """
        body{font:14px/1.45 system-ui,sans-serif;margin:32px auto;max-width:1040px;color:#1a1a1a;background:#fff}
        h1{font-size:22px;margin:0}h2{font-size:16px;margin:28px 0 8px}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:5px 8px;border-bottom:1px solid #ddd;vertical-align:top;font-variant-numeric:tabular-nums}
        .band{padding:4px 8px;font-weight:700;margin-bottom:12px}.real{background:#b42318;color:#fff}.test{background:#0f766e;color:#fff}
        code{font:12px ui-monospace,monospace;word-break:break-all}svg{width:100%;height:auto}.mute{color:#555}
        @media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}
        """;

    public static string Write(RunReport report)
    {
        var html = new StringBuilder(16_384);
        html.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
            .Append(E($"{report.Run} {report.Kind}")).Append("</title><style>").Append(Style).Append("</style></head><body>\n");
        html.Append(report.Real ? "<div class=\"band real\">REAL" : "<div class=\"band test\">TEST").Append(" · ")
            .Append(E(report.Group ?? "")).Append("</div>\n<h1>").Append(E(report.Runbook ?? report.Kind)).Append(" — ")
            .Append(E(report.State)).Append("</h1>\n");
        Facts(html, report);
        if (report.Steps.Count > 0)
        {
            html.Append("<h2>Timeline</h2>\n").Append(Gantt.Svg(report)).Append('\n');
            Steps(html, report);
        }

        Decisions(html, report);
        Table(html, "Findings", ["finding"], report.Findings.Count == 0 ? [["none"]] : [.. report.Findings.Select(f => new[] { f })]);
        Table(html, "Calls and proofs", ["call", "at", "target", "outcome", "input SHA-256", "output SHA-256"],
            [.. report.Activities.Select(a => new[]
            {
                a.Activity, Time(a.ScheduledAt), a.Target, a.Error is null ? a.Outcome : $"{a.Outcome}: {a.Error}", Short(a.InputHash), Short(a.OutputHash),
            })]);
        Table(html, "What this does not prove", ["limit"], [.. report.NotProven.Select(n => new[] { n })]);
        html.Append("<p class=\"mute\">Made from audit records ").Append(report.FirstRecord).Append(" to ").Append(report.LastRecord)
            .Append(". Hash of the last: <code>").Append(E(report.LastHash)).Append("</code></p>\n</body></html>\n");
        return html.ToString();
    }

    private static void Facts(StringBuilder html, RunReport r)
    {
        var rows = new List<string[]>
        {
            new[] { "Run", r.Run }, new[] { "Kind", r.Kind },
            new[] { "Runbook", r.Runbook is null ? "—" : $"{r.Runbook} v{r.Version} {r.DocumentHash}" },
            new[] { "Plan", r.PlanHash ?? "—" }, new[] { "Asked by", $"{r.RequestedBy}: {r.Reason}" },
            new[] { "Requested, started, ended (UTC)", $"{Time(r.RequestedAt)} · {Time(r.StartedAt)} · {Time(r.EndedAt)}" },
            new[] { "Recovery time", $"{Seconds(r.RecoveryMilliseconds)} of {Seconds(r.ObjectiveMilliseconds)} objective"
                + (r.ObjectiveMet is { } met ? met ? " — met" : " — missed" : "") },
            new[] { "Waiting for people", Seconds(r.HumanMilliseconds) },
        };
        if (r.Failure is not null)
        {
            rows.Add(["Failure", r.Failure]);
        }

        if (r.Result is not null)
        {
            rows.Add(["Result", r.Result]);
        }

        Table(html, "Summary", ["", ""], rows);
    }

    private static void Steps(StringBuilder html, RunReport report) => Table(
        html, "Steps", ["step", "state", "started", "took", "critical", "detail"],
        [.. report.Steps.Select(s => new[]
        {
            $"{s.Path} {s.Title}", s.State, Time(s.StartedAt), Seconds(s.Milliseconds), s.Critical ? "yes" : "", s.Detail,
        })]);

    private static void Decisions(StringBuilder html, RunReport report) => Table(
        html, "Decisions of people", ["what", "who", "when", "why"],
        [.. report.Decisions.Select(d => new[] { d.Kind, d.Who, Time(d.At), d.Reason })]);

    private static void Table(StringBuilder html, string title, string[] head, IReadOnlyList<string[]> rows)
    {
        html.Append("<h2>").Append(E(title)).Append("</h2>\n<table>");
        if (head.Any(h => h.Length > 0))
        {
            html.Append("<tr>").AppendJoin("", head.Select(h => $"<th>{E(h)}</th>")).Append("</tr>");
        }

        foreach (var row in rows)
        {
            html.Append("\n<tr>").AppendJoin("", row.Select(c => $"<td>{E(c)}</td>")).Append("</tr>");
        }

        html.Append("</table>\n");
    }

    internal static string E(string text) => WebUtility.HtmlEncode(text);

    private static string Short(string? hash) => hash is null ? "" : hash.Replace("sha256:", "", StringComparison.Ordinal)[..16];

    internal static string Time(string? at) => at is null ? "—" : AuditTime.Read(at).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    internal static string Seconds(long? milliseconds) =>
        milliseconds is { } ms ? (ms / 1000m).ToString("0.000", CultureInfo.InvariantCulture) + " s" : "—";
}
