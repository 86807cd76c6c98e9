using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

/// <param name="Approvals">Runs that wait for a decision or an answer.</param>
public sealed record OverviewCounts(
    int Groups, int GroupsNeedingAttention, int Workloads, int Sites, int SitesSilent, int Approvals, int Conflicts,
    int DrillsOverdue);

/// <param name="Protection">protected (a synchronous standby of the database confirms) or not-protected.</param>
public sealed record OverviewControlPlane(
    string ActiveInstance, bool ThisIsActive, long Epoch, DateTime ActiveSince, string Protection,
        int DatabaseStandbys);

/// <param name="At">The server's clock when this was put together.</param>
/// <param name="EventSeq">The event after which a stream goes on without a gap.</param>
public sealed record OverviewView(
    DateTime At, long EventSeq, string Environment, OverviewCounts Counts, IReadOnlyList<OverviewGroup> Groups,
    IReadOnlyList<RunView> Runs, OverviewControlPlane ControlPlane);

/// <summary>The first page in one call.</summary>
internal static class OverviewApi
{
    private const int RunsMax = 50;
    private const double SilentSeconds = 15;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/overview", GetAsync).WithTags("overview")
            .Allow(Access.Read, "getOverview",
                "Every group with state, exposure, drill and readiness; runs in flight; who is active.");
        api.MapGet("/groups/{group}/readiness", ReadinessAsync).WithTags("groups")
            .Allow(Access.Read, "getGroupReadiness", "Could this group fail over now, and why not?");
    }

    private static async Task<Ok<OverviewView>> GetAsync(
        OverviewDesk desk, RunRows runs, Database database, Leadership leadership, Events.EventLog log,
        SettingsStore settings, Agents.SiteBoard board, Call call, TimeProvider clock, CancellationToken cancel)
    {
        var readable = call.Caller.ReadableGroups();
        // Before everything else: an event between the two is seen twice, never lost.
        var seq = await log.LastAsync(cancel);
        var groups = await desk.GroupsAsync(null, readable, cancel);
        var open = await runs.ListAsync(null, null, "open", null, readable, null, null, RunsMax, cancel);
        var reports = await board.AllAsync(cancel);
        var facts = await FactsAsync(database, cancel);
        var now = clock.GetUtcNow().UtcDateTime;
        var counts = new OverviewCounts(
            groups.Count, groups.Count(g => g.State != "protected" || g.Readiness.State != "ready"),
            groups.Sum(g => g.Workloads), facts.Sites,
            facts.Sites - reports.Values.Count(r => r.AgeSeconds <= SilentSeconds),
            open.Count(RunsApi.WaitsForPeople), facts.Conflicts, groups.Count(g => g.DrillDueAt < now));
        return TypedResults.Ok(new OverviewView(
            now, seq, (await settings.ReadAsync(cancel)).Environment, counts, groups, open,
            new OverviewControlPlane(
                facts.Active, leadership.IsActive, facts.Epoch, facts.Active_At,
                facts.Confirming > 0 ? "protected" : "not-protected", facts.Standbys)));
    }

    private static async Task<Ok<ReadinessView>> ReadinessAsync(
        string group, OverviewDesk desk, Call call, CancellationToken cancel) =>
        await desk.GroupsAsync(group, call.Caller.ReadableGroups(), cancel) is [var found, ..]
            ? TypedResults.Ok(found.Readiness)
            : throw ApiRefusals.NotFound("group", group);

    private static Task<Facts> FactsAsync(Database database, CancellationToken cancel) => database.ReadAsync(
        c => c.QuerySingleAsync<Facts>(
            """
            select c.active, c.epoch, c.active_at,
              (select count(*) from control.sites where removed_at is null)::int as sites,
              (select count(*) from control.recovery_points where reason = 'diverged'
                and removed_at is null)::int as conflicts,
              (select count(*) from pg_stat_replication)::int as standbys,
              (select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum'))::int as confirming
            from control.cluster c
            """),
        cancel);

    private sealed record Facts(
        string Active, long Epoch, DateTime Active_At, int Sites, int Conflicts, int Standbys, int Confirming);
}
