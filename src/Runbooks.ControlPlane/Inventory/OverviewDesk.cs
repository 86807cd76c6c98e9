using Dapper;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.States;

namespace Runbooks.ControlPlane.Inventory;

/// <param name="Since">When the worst workload entered its state, as far as its links or the arbiter say.</param>
/// <param name="Cause">Why, in words; empty when all is well.</param>
public sealed record OverviewGroup(
    string Id, string Title, string State, DateTimeOffset? Since, string Cause, int Workloads, int Protected,
    ExposureView Exposure, double? RtoTargetSeconds, double? RtoLastSeconds, string? RtoLastRun,
        LastDrillView? LastDrill,
    DateTime? DrillDueAt, ReadinessView Readiness, string? RunInFlight);

/// <summary>One row per group, made of one snapshot of everything, the one that needs a person first.</summary>
internal sealed class OverviewDesk(
        Database database, InventoryViews views, SiteBoard board, SettingsStore settings, TimeProvider clock)
{
    private static readonly string[] ReadinessFirst = ["not-ready", "warnings", "ready"];

    public async Task<IReadOnlyList<OverviewGroup>> GroupsAsync(
        string? group, IReadOnlyList<string>? readable, CancellationToken cancel)
    {
        var rows = await RowsAsync(group, readable, cancel);
        var workloads = (await views.WorkloadsAsync(group, readable, cancel)).ToLookup(w => w.Group);
        var reports = await board.AllAsync(cancel);
        var days = await CertificateDaysAsync(cancel);
        var every = (await settings.ReadAsync(cancel)).DrillEveryDays;
        var now = clock.GetUtcNow().UtcDateTime;
        return
        [
            .. rows.Select(r => View(r, [.. workloads[r.Id]], reports, days, every, now))
                .OrderBy(g => Array.IndexOf(WorkloadStates.WorstFirst, g.State))
                .ThenBy(g => Array.IndexOf(ReadinessFirst, g.Readiness.State)).ThenBy(
                    g => g.Id, StringComparer.Ordinal),
        ];
    }

    private static OverviewGroup View(
        Row row, List<WorkloadView> members, IReadOnlyDictionary<string, SiteReport> reports,
        IReadOnlyDictionary<string, double> days, int drillEveryDays, DateTime now)
    {
        var every = row.Drill_Every_Days ?? drillEveryDays;
        var worst = members.OrderBy(w => Array.IndexOf(WorkloadStates.WorstFirst, w.State)).FirstOrDefault();
        var readiness = Readiness.Of(new ReadinessFacts(
            members, reports, days, row.Has_Runbook, row.Drill_Ended,
            row.Drill_State is null ? null : row.Drill_State == "succeeded", every, row.Conflicts, now));
        return new OverviewGroup(
            row.Id, row.Title, worst?.State ?? "unprotected", worst is null ? null : Since(worst), CauseOf(worst),
            members.Count, members.Count(m => m.State == "protected"), ExposureOf(members),
            members.Min(m => m.Protection?.Policy.RtoSeconds), row.Recovery, row.Recovery_Run,
            row.Drill is null ? null : new LastDrillView(
                row.Drill, row.Drill_Ended!.Value, row.Drill_State!, row.Drill_Recovery),
            row.Drill_Ended is { } drilled ? drilled.AddDays(every) : row.Created_At.AddDays(every), readiness,
                row.Run);
    }

    /// <summary>The group's one figure: unknown if any is unknown, else the sum of bytes and the longest
    /// time.</summary>
    public static ExposureView ExposureOf(IReadOnlyList<WorkloadView> members)
    {
        var exposures = members.Where(m => m.Protection is not null).Select(m => m.Exposure).ToList();
        if (exposures.Count == 0)
        {
            return new ExposureView("unknown", null, null, null, "not protected");
        }

        if (exposures.Where(e => e.State == "unknown").MinBy(e => e.Since ?? DateTimeOffset.MaxValue) is { } unknown)
        {
            return unknown;
        }

        var (bytes, seconds) = (exposures.Sum(e => e.Bytes ?? 0), exposures.Max(e => e.Seconds ?? 0));
        return exposures.All(e => e.State == "proven")
            ? exposures[0]
            : exposures.Count == 1 || bytes == 0
                ? exposures.First(e => e.State != "proven")
                : new ExposureView(
                    "behind", bytes, seconds, exposures.Min(e => e.Since),
                    $"{new Domain.Units.ByteCount(bytes)} · {seconds:0} s behind");
    }

    private static DateTimeOffset? Since(WorkloadView workload)
    {
        var links = workload.Volumes.Where(v => v.Site == workload.Site).SelectMany(v => v.Status.Links).ToList();
        var broken = links.Where(l => l.State != LinkState.InSync).ToList();
        return workload.Exposure.Since
            ?? (broken.Count > 0 ? broken.Min(l => l.Since) : links.Count > 0 ? links.Max(l => l.Since) : null);
    }

    private static string CauseOf(WorkloadView? worst)
    {
        if (worst is null or { State: "protected" })
        {
            return "";
        }

        var link = worst.Volumes.Where(v => v.Site == worst.Site).SelectMany(v => v.Status.Links)
            .FirstOrDefault(l => l.State != LinkState.InSync);
        return link is null
            ? $"{worst.Title}: {worst.Exposure.Text}"
            : $"{worst.Title}: link to {link.Peer} is {Domain.Text.KebabCase.Of(link.State)}";
    }

    internal Task<IReadOnlyDictionary<string, double>> CertificateDaysAsync(CancellationToken cancel) =>
        database.ReadAsync(
        async c => (IReadOnlyDictionary<string, double>)(await c.QueryAsync<(string Site, double Days)>(
            """
            select site, max(extract(epoch from not_after - now()) / 86400)::float8 from control.certificates
            where revoked_at is null group by site
            """)).ToDictionary(r => r.Site, r => r.Days),
        cancel);

    private Task<IReadOnlyList<Row>> RowsAsync(
        string? group, IReadOnlyList<string>? readable, CancellationToken cancel) => database.ReadAsync(
        async c => (IReadOnlyList<Row>)(await c.QueryAsync<Row>(
            """
            select g.id, g.title, g.created_at, (g.spec ->> 'drillEveryDays')::int as drill_every_days,
              d.id as drill, d.ended_at as drill_ended, d.state as drill_state,
              control.output_of(d.result, 'recoverySeconds')::float8 as drill_recovery,
              f.recovery, f.id as recovery_run,
              (select r.id from control.runs r where r.grp = g.id
               and r.state in ('running', 'asking', 'paused', 'aborting') and r.kind <> 'recovery-point'
               order by r.requested_at desc limit 1) as run,
              exists (select from control.runbooks b
                join lateral (select document, canonical from control.runbook_versions v where v.name = b.name
                  order by number desc limit 1) v on true
                where b.archived_at is null and v.canonical::jsonb -> 'spec' ->> 'for' like 'failover-%'
                  and coalesce(v.canonical::jsonb -> 'spec' ->> 'group', g.id) = g.id) as has_runbook,
              (select count(*) from control.recovery_points p join control.workloads w on w.id = p.workload
               where p.reason = 'diverged' and p.removed_at is null and w.grp = g.id
                 and not exists (select from control.conflicts c where c.id = p.id and c.state <> 'open'))::int
                as conflicts
            from control.groups g
            left join lateral (select id, ended_at, state, result from control.runs r
              where r.grp = g.id and r.kind like 'drill-%' and r.ended_at is not null and r.started_at is not null
              order by r.ended_at desc limit 1) d on true
            left join lateral (select id, coalesce(control.output_of(r.result, 'recoverySeconds')::float8,
                extract(epoch from r.ended_at - r.started_at)::float8) as recovery
              from control.runs r where r.grp = g.id and r.state = 'succeeded' and r.started_at is not null
                and (r.kind like 'drill-%' or r.kind like 'failover-%') order by r.ended_at desc limit 1) f on true
            where g.removed_at is null and (@group::text is null or g.id = @group)
              and (@readable::text[] is null or g.id = any(@readable)) order by g.id
            """,
            new { group, readable = readable?.ToArray() })).AsList(),
        cancel);

    private sealed record Row(
        string Id, string Title, DateTime Created_At, int? Drill_Every_Days, string? Drill, DateTime? Drill_Ended,
        string? Drill_State, double? Drill_Recovery, double? Recovery, string? Recovery_Run, string? Run,
            bool Has_Runbook,
        int Conflicts);
}
