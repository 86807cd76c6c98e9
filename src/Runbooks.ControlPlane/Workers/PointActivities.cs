using System.Text.Json.Nodes;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Arbitration;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;
using Runbooks.Temporal.Activities;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.RecoveryPoint;

namespace Runbooks.ControlPlane.Workers;

/// <summary>The list of periodic recovery points: what is due, what was made, what leaves.</summary>
public sealed class PointActivities(InventoryStore store, ArbiterDesk arbiter, ChangeWriter changes) : IPointActivities
{
    [Activity]
    public async Task<PointPlan> PlanPointsAsync(ProtectionId protection)
    {
        var stored = await store.ProtectionAsync(protection.ToString());
        var row = await arbiter.FindAsync(protection);
        if (stored is null || row is null || row.ClosedAt is not null)
        {
            return new PointPlan([], row?.Generation ?? Generation.First, "The protection was given up.");
        }

        var standbys = row.Complete.Where(s => s != row.Primary).ToList();
        return stored.State != "protected" || standbys.Count == 0
            ? new PointPlan(
                [], row.Generation, $"The protection is {stored.State}: no standby is known to be complete.")
            : new PointPlan(standbys, row.Generation, "");
    }

    [Activity]
    public Task RecordPointAsync(PointRecord record) => changes.CommitAsync(async change =>
    {
        var group = await change.Connection.QuerySingleOrDefaultAsync<string?>(
            """
            with made as (
              insert into control.recovery_points (id, site, protection, workload, reason, at, facts)
              select @point, @site, p.id, p.workload, 'periodic', @At, @facts::jsonb
              from control.protections p where p.id = @protection
              on conflict do nothing returning protection)
            select p.grp from made join control.protections p on p.id = made.protection
            """,
            new
            {
                point = record.Made.Point.ToString(), site = record.Site.ToString(),
                protection = record.Protection.ToString(), record.Made.At, facts = Facts(record),
            },
            change.Transaction);
        if (group is not null)
        {
            change.Tell(new EventEntry("recovery-point.made", record.Made.Point.ToString())
            {
                Group = group, Site = record.Site.ToString(), Data = new() { ["reason"] = "periodic" },
            });
        }
    });

    [Activity]
    public Task<IReadOnlyList<PlacedPoint>> ExpirePointsAsync(ProtectionId protection) => changes.CommitAsync(
        async change =>
        {
            // Whether somebody keeps a point, or an open run was started from it, is looked at in the statement that takes
            // it off the list.
            var left = (await change.Connection.QueryAsync<Leaving>(
                """
                with ranked as (
                  select r.id, r.site, p.grp, row_number() over (partition by r.site order by r.at desc, r.id) as age,
                         (p.policy ->> 'recoveryPointsKept')::int as count
                  from control.recovery_points r join control.protections p on p.id = r.protection
                  where r.protection = @id and r.reason = 'periodic' and not r.pinned and r.removed_at is null)
                update control.recovery_points r set removed_at = clock_timestamp(), to_drop = true
                from ranked k
                where r.id = k.id and r.site = k.site and k.age > k.count and not r.pinned and r.removed_at is null
                  and not exists (
                    select from control.runs x where x.ended_at is null and strpos(x.input::text, r.id) > 0)
                returning r.id, r.site, k.grp
                """,
                new { id = protection.ToString() }, change.Transaction)).AsList();
            if (left.Count > 0)
            {
                change.Record(new AuditEntry(
                    "recovery-point.expired", AuditActor.System("workflow"),
                    new AuditSubject("protection", protection.ToString()))
                {
                    Group = left[0].Grp,
                    Data = new() { ["points"] = string.Join(' ', left.Select(l => $"{l.Id}@{l.Site}")) },
                });
                change.Tell(new EventEntry("recovery-point.expired", protection.ToString()) { Group = left[0].Grp });
            }

            return (IReadOnlyList<PlacedPoint>)[.. (await change.Connection.QueryAsync<Leaving>(
                """
                select r.id, r.site, p.grp
                from control.recovery_points r join control.protections p on p.id = r.protection
                where r.protection = @id and r.to_drop order by r.at, r.site
                """,
                new { id = protection.ToString() }, change.Transaction))
                .Select(l => new PlacedPoint(SiteId.Parse(l.Site), RecoveryPointId.Parse(l.Id)))];
        });

    [Activity]
    public Task RecordDroppedAsync(DroppedPoints dropped) => changes.CommitAsync(async change =>
        await change.Connection.ExecuteAsync(
            "update control.recovery_points set to_drop = false where id = @id and site = @site",
            dropped.Copies.Select(c => new { id = c.Point.ToString(), site = c.Site.ToString() }), change.Transaction));

    private static string Facts(PointRecord record) => new JsonObject
    {
        ["Point"] = record.Made.Point.ToString(), ["At"] = record.Made.At, ["Digest"] = record.Made.Digest,
        ["PauseMilliseconds"] = record.Made.PauseMilliseconds,
    }.ToJsonString();

    private sealed record Leaving(string Id, string Site, string Grp);
}
