using System.Text;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Inventory;
using static Runbooks.ControlPlane.Emergency.EmergencyHtml;

namespace Runbooks.ControlPlane.Emergency;

/// <summary>One group on paper: what it is, where it lives, and every command, for the night when the console is not
/// there. Pure.</summary>
/// <remarks>
/// The commands come three times, for what may still work: the command line, any HTTP client, nothing at all. A site
/// that takes over is named, so that nothing has to be looked up; the state printed is of the minute it names.
/// </remarks>
internal static class BreakGlassSheet
{
    public static string Body(OverviewGroup group, IReadOnlyList<WorkloadView> workloads, SheetFacts facts)
    {
        var emergency = $"{facts.Api}/emergency";
        var html = new StringBuilder("<div class=\"aside\">").Append(Qr(emergency))
            .Append($"<p>Emergency page:<br><b>{E(emergency)}</b><br>state, approve, abort; without JavaScript</p>")
            .Append("</div>")
            .Append($"<p>Printed {facts.Now:yyyy-MM-dd HH:mm} UTC. Facts of that minute; the commands stay right.</p>")
            .Append($"<h2>State</h2><p class=\"{EmergencyPages.ClassOf(group.State)}\">{E(group.State)}, ")
            .Append($"exposure {E(group.Exposure.Text)}, readiness {E(group.Readiness.State)}</p>");
        Machines(html, workloads, facts);
        html.Append("<h2>Addresses</h2><table>");
        foreach (var (what, address) in facts.Addresses)
        {
            html.Append($"<tr><th>{E(what)}<td>{E(address)}</tr>");
        }

        var to = workloads.SelectMany(w => w.Protection?.Policy.Standbys ?? []).Select(s => $"{s}").FirstOrDefault()
            ?? "SITE";
        html.Append("</table><h2>By the command line</h2>")
            .Append($"<pre>{E(Commands(group.Id, to, facts.Api))}</pre>");
        html.Append("<h2>By any HTTP client</h2>").Append($"<pre>{E(Requests(group.Id, to, facts.Api))}</pre>");
        return html.Append("<h2>No control plane answers</h2>").Append(WithoutControlPlane).ToString();
    }

    private static void Machines(StringBuilder html, IReadOnlyList<WorkloadView> workloads, SheetFacts facts)
    {
        html.Append("<table><tr><th>Machine<th>Lives at<th>Copies at<th>Exposure<th>Disks served as</tr>");
        foreach (var workload in workloads)
        {
            var exports = workload.Volumes.Where(v => v.Status.ExportName.Length > 0)
                .Select(v => $"{v.Site}: {facts.NbdOf.GetValueOrDefault(v.Site, "")}/{v.Status.ExportName}");
            html.Append($"<tr><td>{E(workload.Title)} ({E(workload.Id)})<td>{E(workload.Site)}")
                .Append($"<td>{E(string.Join(", ", workload.Protection?.Policy.Standbys.Select(s => $"{s}") ?? []))}")
                .Append($"<td>{E(workload.Exposure.Text)}<td>{E(string.Join(" ", exports))}</tr>");
        }

        html.Append("</table>");
    }

    private static string Commands(string group, string to, string api) =>
        $"""
        # who needs help, and may this group fail over?
        runbooks --api {api} status
        runbooks --api {api} run start failover-unplanned --group {group} --input to={to} --dry-run

        # the primary site is gone: fail over (asks for a reason and for the group's name;
        # a second person approves)
        runbooks --api {api} run start failover-unplanned --group {group} --input to={to}
        runbooks --api {api} run approve RUN --reason "..."
        runbooks --api {api} run watch RUN

        # stop a run: what can be undone is undone, what is fenced stays fenced
        runbooks --api {api} run abort RUN --reason "..."
        """;

    private static string Requests(string group, string to, string api) =>
        $$"""
        # TOKEN is a person's own; K is new for each request, and the same when one is repeated
        A='{{api}}/api/v1'; H="Authorization: Bearer $TOKEN"; J='Content-Type: application/json'
        curl -H "$H" "$A/overview"

        # ask for the failover; the answer carries id and planHash
        curl -H "$H" -H "$J" -H "Idempotency-Key: $K" "$A/runs" -d \
          '{"runbook":"failover-unplanned","group":"{{group}}","inputs":{"to":"{{to}}"},"reason":"..."}'

        # the second person, with a token of their own
        curl -H "$H" -H "$J" -H "Idempotency-Key: $K" "$A/runs/RUN/approvals" -d \
          '{"decision":"approved","planHash":"HASH","reason":"..."}'

        # how it goes; stop it
        curl -H "$H" "$A/runs/RUN"
        curl -H "$H" -H "$J" -H "Idempotency-Key: $K" "$A/runs/RUN/signals" -d '{"signal":"abort","reason":"..."}'
        """;

    private const string WithoutControlPlane =
        """
        <p>Machines go on: their writes do not pass through it, and open runs wait. Try the other addresses above. Then
        start it again where it lived, on the same database:</p>
        <pre>systemctl start runbooks-control-plane
        journalctl -u runbooks-control-plane -n 50</pre>
        <p>Runs go on at the same step. Promote nothing by hand while a site may still write: a copy is made primary by
        the arbiter in that database, and by nobody else.</p>
        """;

    private static string Qr(string text) => QrPicture.Of(text) is { } code
        ? $"<svg class=\"qr\" role=\"img\" aria-label=\"QR code of {E(text)}\" viewBox=\"0 0 {code.Side} {code.Side}\" "
            + $"shape-rendering=\"crispEdges\"><title>QR code of {E(text)}</title>"
            + "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
            + $"<path fill=\"#000\" d=\"{code.Path}\"/></svg>"
        : "";
}

/// <summary>What a break-glass sheet prints beside the group.</summary>
internal sealed record SheetFacts(
    DateTime Now, string Api, IReadOnlyList<(string What, string Address)> Addresses,
    IReadOnlyDictionary<string, string> NbdOf);
