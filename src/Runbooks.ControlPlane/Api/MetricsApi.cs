using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;

namespace Runbooks.ControlPlane.Api;

/// <summary>Prometheus text, made of the same views that people see.</summary>
internal static class MetricsApi
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/metrics", ReadAsync).WithTags("metrics")
        .Allow(Access.Read, "getMetrics", "Exposure, links, runs, agents and certificates in Prometheus text.");

    private static async Task<ContentHttpResult> ReadAsync(
        InventoryViews views, SiteBoard board, Database database, Leadership leadership, CertificateAuthority authority,
        TimeProvider clock, CancellationToken cancel)
    {
        var text = new StringBuilder(4096);
        Head(text, "runbooks_active", "gauge", "1 on the active control plane.");
        Sample(text, "runbooks_active", "", leadership.IsActive ? 1 : 0);
        Head(text, "runbooks_cluster_epoch", "gauge", "Epoch of the active control plane.");
        Sample(text, "runbooks_cluster_epoch", "", leadership.Epoch);
        Exposures(text, await views.ProtectionsAsync(null, null, cancel));
        Agents(text, await board.AllAsync(cancel));
        await CertificatesAsync(text, database, authority, clock, cancel);
        await RunsAsync(text, database, cancel);
        return TypedResults.Text(text.ToString(), "text/plain; version=0.0.4; charset=utf-8");
    }

    private static void Exposures(StringBuilder text, IReadOnlyList<ProtectionView> protections)
    {
        Head(text, "runbooks_exposure_seconds", "gauge", "Seconds that would be lost if the primary died now; absent when unknown.");
        foreach (var p in protections.Where(p => p.Exposure.Seconds is not null))
        {
            Sample(text, "runbooks_exposure_seconds", Labels(p), p.Exposure.Seconds!.Value);
        }

        Head(text, "runbooks_exposure_bytes", "gauge", "Bytes that would be lost if the primary died now; absent when unknown.");
        foreach (var p in protections.Where(p => p.Exposure.Bytes is not null))
        {
            Sample(text, "runbooks_exposure_bytes", Labels(p), p.Exposure.Bytes!.Value);
        }

        Head(text, "runbooks_exposure_proven", "gauge", "1 where the arbiter proves that nothing would be lost.");
        foreach (var p in protections)
        {
            Sample(text, "runbooks_exposure_proven", Labels(p), p.Exposure.State == "proven" ? 1 : 0);
        }
    }

    private static void Agents(StringBuilder text, IReadOnlyDictionary<string, SiteReport> reports)
    {
        Head(text, "runbooks_agent_silent_seconds", "gauge", "Seconds since the site's agent last reported.");
        foreach (var (site, report) in reports)
        {
            Sample(text, "runbooks_agent_silent_seconds", $"site=\"{site}\"", report.AgeSeconds);
        }

        Head(text, "runbooks_agent_clock_offset_seconds", "gauge", "The agent's clock minus the database's.");
        foreach (var (site, report) in reports)
        {
            Sample(text, "runbooks_agent_clock_offset_seconds", $"site=\"{site}\"", report.ClockOffsetMs / 1000);
        }

        Head(text, "runbooks_link_state", "gauge", "1 for the state a volume's link is in.");
        foreach (var (site, report) in reports)
        {
            foreach (var volume in report.Status.Volumes)
            {
                foreach (var link in volume.Links)
                {
                    foreach (var state in Enum.GetValues<LinkState>())
                    {
                        Sample(
                            text, "runbooks_link_state",
                            $"site=\"{site}\",peer=\"{link.Peer}\",volume=\"{volume.Volume}\",state=\"{KebabCase.Of(state)}\"",
                            link.State == state ? 1 : 0);
                    }
                }
            }
        }
    }

    private static async Task CertificatesAsync(
        StringBuilder text, Database database, CertificateAuthority authority, TimeProvider clock, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(
            c => c.QueryAsync<(string Site, double Days)>(
                """
                select site, max(extract(epoch from not_after - now()) / 86400)::float8 from control.certificates
                where revoked_at is null group by site
                """),
            cancel);
        Head(text, "runbooks_certificate_days", "gauge", "Days until a certificate ends.");
        Sample(text, "runbooks_certificate_days", "of=\"authority\"", (authority.NotAfter - clock.GetUtcNow()).TotalDays);
        foreach (var (site, days) in rows)
        {
            Sample(text, "runbooks_certificate_days", $"of=\"site/{site}\"", days);
        }
    }

    private static async Task RunsAsync(StringBuilder text, Database database, CancellationToken cancel)
    {
        var (counts, durations) = await database.ReadAsync(
            async c => (
                (await c.QueryAsync<(string Kind, string State, long Count)>("select kind, state, count(*) from control.runs group by 1, 2 order by 1, 2")).AsList(),
                (await c.QueryAsync<(string Kind, long Count, double Sum)>(
                    """
                    select kind, count(*), sum(extract(epoch from ended_at - started_at))::float8 from control.runs
                    where ended_at is not null and started_at is not null group by 1 order by 1
                    """)).AsList()),
            cancel);
        Head(text, "runbooks_runs", "gauge", "Runs by kind and state.");
        foreach (var (kind, state, count) in counts)
        {
            Sample(text, "runbooks_runs", $"kind=\"{kind}\",state=\"{state}\"", count);
        }

        Head(text, "runbooks_run_duration_seconds", "summary", "How long runs took from start to end.");
        foreach (var (kind, count, sum) in durations)
        {
            Sample(text, "runbooks_run_duration_seconds_count", $"kind=\"{kind}\"", count);
            Sample(text, "runbooks_run_duration_seconds_sum", $"kind=\"{kind}\"", sum);
        }
    }

    private static string Labels(ProtectionView p) => $"group=\"{p.Group}\",workload=\"{p.Workload}\",protection=\"{p.Id}\"";

    private static void Head(StringBuilder text, string name, string type, string help) => text
        .Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n')
        .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Sample(StringBuilder text, string name, string labels, double value) => text.Append(name)
        .Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ')
        .Append(value.ToString("0.######", CultureInfo.InvariantCulture)).Append('\n');
}
