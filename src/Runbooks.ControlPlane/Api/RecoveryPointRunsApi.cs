using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Arbitration;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Workflows.RecoveryPoint;

namespace Runbooks.ControlPlane.Api;

/// <param name="Sites">Where; every standby that is complete when left out.</param>
public sealed record RecoveryPointBody(string Workload, string Reason, IReadOnlyList<string>? Sites);

/// <summary>Recovery points by hand: take one now, drop one for good.</summary>
internal static class RecoveryPointRunsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var points = api.MapGroup("/recovery-points").WithTags("recovery-points");
        points.MapPost("", TakeAsync).Allow(
            Access.Operate, "takeRecoveryPoint", "Take a recovery point of a workload now: starts a run.");
        points.MapDelete("/{point}", DropAsync).Allow(
            Access.Operate, "dropRecoveryPoint", "Drop a point at every site that holds it: starts a run.");
    }

    private static async Task<Results<Accepted<RunView>, NoContent>> TakeAsync(
        RecoveryPointBody body, Call call, ChangeWriter changes, InventoryStore store, ArbiterDesk desk, RunRows rows,
        bool dryRun = false, CancellationToken cancel = default)
    {
        RequireReason(body.Reason);
        var stored = await store.ProtectionAsync(body.Workload, cancel)
            ?? throw ApiRefusals.NotFound("protection of workload", body.Workload);
        call.RequireScope(null, stored.Group, $"group {stored.Group}");
        var sites = Sites(body, stored, await desk.FindAsync(stored.Policy.Id, cancel));
        var run = call.NewId(RunId.Prefix);
        await changes.CommitAsync(
            change => RequestAsync(
                change, call, stored,
                new RecoveryPointInput(run, stored.Policy.Id, RecoveryPointReason.Requested, sites, []), body.Reason),
            dryRun, cancel);
        return dryRun ? TypedResults.NoContent()
            : TypedResults.Accepted($"/api/v1/runs/{run}", await rows.GetAsync(run, null, cancel));
    }

    private static async Task<Results<Accepted<RunView>, NoContent>> DropAsync(
        string point, string? reason, Call call, ChangeWriter changes, InventoryStore store, RunRows rows,
        bool dryRun = false, CancellationToken cancel = default)
    {
        RequireReason(reason);
        var run = call.NewId(RunId.Prefix);
        if (await rows.FindAsync(run, cancel) is { } made)
        {
            return TypedResults.Accepted($"/api/v1/runs/{run}", made);
        }

        await changes.CommitAsync(
            async change =>
            {
                var copies = (await change.Connection.QueryAsync<Copy>(
                    """
                    select p.site, p.protection, p.reason, p.pinned, p.kept_by, p.kept_reason, w.grp,
                      p.reason = 'diverged' and not exists (
                        select from control.conflicts c where c.id = p.id and c.state <> 'open') as undecided,
                      (select r.id from control.runs r where r.id = p.dropping and r.ended_at is null) as dropping
                    from control.recovery_points p left join control.workloads w on w.id = p.workload
                    where p.id = @point and p.removed_at is null order by p.site for update of p
                    """,
                    new { point }, change.Transaction)).AsList();
                if (copies.Count == 0 || !RecoveryPointId.TryParse(point, out var id))
                {
                    throw ApiRefusals.NotFound("recovery point", point);
                }

                call.RequireScope(null, copies[0].Grp, $"group {copies[0].Grp}");
                copies.ForEach(c => RequireFree(point, c));
                var stored = await StoredAsync(store, copies[0], point, cancel);
                await GroupHolders.RequireFreeAsync(change, stored.Policy.Group, alsoDrills: true);
                await RequestAsync(
                    change, call, stored,
                    new RecoveryPointInput(
                        run, stored.Policy.Id, RecoveryPointReason.Requested, [],
                        [.. copies.Select(c => new PlacedPoint(SiteId.Parse(c.Site), id))]),
                    reason!);
            },
            dryRun, cancel);
        return dryRun ? TypedResults.NoContent()
            : TypedResults.Accepted($"/api/v1/runs/{run}", await rows.GetAsync(run, null, cancel));
    }

    private static async Task RequestAsync(
        Change change, Call call, StoredProtection stored, RecoveryPointInput input, string reason)
    {
        if (!await RunDesk.ExistsAsync(change, input.Run))
        {
            await RecoveryPointRuns.RequestAsync(
                change, call.Audit("run.requested", "run", input.Run), stored.Policy, input, call.Caller.UserId,
                reason);
        }
    }

    private static List<SiteId> Sites(RecoveryPointBody body, StoredProtection stored, ArbiterRow? row)
    {
        if (row is null)
        {
            throw ApiRefusals.Field(
                "workload", $"{stored.Workload} has no copy yet: its state is {stored.State}.",
                "Finish its set-up first.");
        }

        var sites = new List<SiteId>();
        foreach (var (name, i) in (body.Sites ?? []).Select((name, i) => (name, i)))
        {
            sites.Add(SiteId.TryParse(name, out var site) && row.Sites.Contains(site) && !sites.Contains(site)
                ? site
                : throw ApiRefusals.Field(
                    $"sites[{i}]", $"'{name}' is not a site with a copy, named once.",
                    $"Name some of: {string.Join(", ", row.Sites)}."));
        }

        if (body.Sites is null)
        {
            sites.AddRange(row.Complete.Where(s => s != row.Primary));
        }

        return sites.Count > 0 ? sites : throw ApiRefusals.Field(
            "sites", body.Sites is null ? "No standby is complete now." : "It is empty.",
            $"Wait for the catch-up, or name one of: {string.Join(", ", row.Sites)}.");
    }

    private static void RequireFree(string point, Copy copy)
    {
        var (cause, correction) = copy switch
        {
            { Pinned: true } => (
                $"It is kept by {copy.Kept_By}: {copy.Kept_Reason}",
                $"Release it first: runbooks point release {point}."),
            { Reason: "drill" } => ("It belongs to a drill.", "The drill drops it at its end."),
            { Undecided: true } => (
                "It keeps writes that nobody has decided about.", "Decide the conflict first."),
            { Dropping: { } other } => ($"Run {other} is dropping it.", "Wait for that run."),
            _ => (null, ""),
        };
        if (cause is not null)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.InUse, $"Recovery point {point} at {copy.Site} is not dropped.", cause, correction);
        }
    }

    // The points of a protection that was removed stay with its kept copies, and are dropped by its id.
    private static async Task<StoredProtection> StoredAsync(
        InventoryStore store, Copy copy, string point, CancellationToken cancel) =>
        await store.ProtectionAsync(copy.Protection ?? "", cancel)
        ?? await store.RemovedProtectionAsync(copy.Protection ?? "", cancel)
        ?? throw ApiRefusals.NotFound("protection of recovery point", point);

    private static void RequireReason(string? reason)
    {
        if (reason is null || reason.Trim().Length < 3)
        {
            throw ApiRefusals.Field("reason", "It is missing.", "Say why; it is recorded.");
        }
    }

    private sealed record Copy(
        string Site, string? Protection, string Reason, bool Pinned, string? Kept_By, string? Kept_Reason, string? Grp,
        bool Undecided, string? Dropping);
}
