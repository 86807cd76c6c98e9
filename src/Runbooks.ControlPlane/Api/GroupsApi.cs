using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Ids;

namespace Runbooks.ControlPlane.Api;

public sealed record GroupBody(string Id, string? Title);

/// <param name="DrillEveryDays">A drill is overdue after this many days; 0 takes the installation's setting.</param>
public sealed record GroupChange(string? Title, int? DrillEveryDays);

/// <param name="State">The worst state of its workloads.</param>
public sealed record GroupView(
    string Id, string Title, string State, int Workloads, int Protected, string Exposure, double? ExposureSeconds,
    long? ExposureBytes, LastDrillView? LastDrill, string? RunInFlight);

public sealed record LastDrillView(string Run, DateTime EndedAt, string State, double? RecoverySeconds);

/// <summary>Application groups: workloads that fail over together.</summary>
internal static class GroupsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var groups = api.MapGroup("/groups").WithTags("groups");
        groups.MapGet("", ListAsync).Allow(Access.Read, "listGroups", "Every group, the worst first.");
        groups.MapGet("/{group}", GetAsync).Allow(Access.Read, "getGroup", "One group.");
        groups.MapPost("", CreateAsync).Allow(Access.Describe, "createGroup", "Make a group.");
        groups.MapPatch("/{group}", ChangeAsync).Allow(
            Access.Describe, "changeGroup", "Change its title or how often it drills.");
        groups.MapDelete("/{group}", RemoveAsync).Allow(Access.Describe, "removeGroup", "Remove an empty group.");
    }

    private static async Task<Ok<Page<GroupView>>> ListAsync(
        Database database, InventoryViews views, Call call, CancellationToken cancel) =>
        TypedResults.Ok(new Page<GroupView>(await ReadAsync(database, views, null, call.Caller.ReadableGroups(), cancel), null));

    private static async Task<Ok<GroupView>> GetAsync(
        string group, Database database, InventoryViews views, Call call, CancellationToken cancel) =>
        TypedResults.Ok((await ReadAsync(database, views, group, call.Caller.ReadableGroups(), cancel)) is [var found, ..]
            ? found
            : throw ApiRefusals.NotFound("group", group));

    private static async Task<IReadOnlyList<GroupView>> ReadAsync(
        Database database, InventoryViews views, string? group, IReadOnlyList<string>? readable, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(
            async c => (await c.QueryAsync<Row>(
                """
                select g.id, g.title, d.id as drill, d.ended_at, d.state as drill_state,
                  (d.result ->> 'recoverySeconds')::float8 as recovery,
                  (select r.id from control.runs r where r.grp = g.id
                   and r.state in ('running', 'asking', 'paused', 'aborting')
                     and r.kind <> 'recovery-point' order by r.requested_at desc limit 1) as run
                from control.groups g
                left join lateral (select id, ended_at, state, result from control.runs r
                  where r.grp = g.id and r.kind like 'drill-%' and r.ended_at is not null
                  order by r.ended_at desc limit 1) d on true
                where g.removed_at is null and (@group::text is null or g.id = @group)
                  and (@readable::text[] is null or g.id = any(@readable)) order by g.id
                """,
                new { group, readable = readable?.ToArray() })).AsList(),
            cancel);
        var workloads = (await views.WorkloadsAsync(group, readable, cancel)).ToLookup(w => w.Group);
        return [.. rows.Select(r => View(r, [.. workloads[r.Id]])).OrderBy(
            g => Array.IndexOf(WorkloadStates.WorstFirst, g.State))];
    }

    private static GroupView View(Row row, List<WorkloadView> members)
    {
        var worst = members.OrderBy(w => Array.IndexOf(WorkloadStates.WorstFirst, w.State)).FirstOrDefault();
        return new GroupView(
            row.Id, row.Title, worst?.State ?? "unprotected", members.Count, members.Count(m => m.State == "protected"),
            worst?.Exposure.Text ?? "not protected",
            members.Any(m => m.Exposure.Seconds is null) ? null : members.Max(m => m.Exposure.Seconds),
            members.Count == 0 || members
                .Any(m => m.Exposure.Bytes is null) ? null : members.Sum(m => m.Exposure.Bytes),
            row.Drill is null ? null : new LastDrillView(row.Drill, row.Ended_At!.Value, row.Drill_State!, row.Recovery), row.Run);
    }

    private static async Task<Created<GroupView>> CreateAsync(
        GroupBody body, Call call, ChangeWriter changes, bool dryRun = false, CancellationToken cancel = default)
    {
        if (!GroupId.TryParse(body.Id, out _))
        {
            throw ApiRefusals.Field("id", $"'{body.Id}' is not {GroupId.Shape}.", "Choose a short name such as payments.");
        }

        call.RequireScope(null, body.Id, $"group {body.Id}");
        await changes.CommitAsync(
            async change =>
            {
                if (await change.Connection.ExecuteAsync(
                    "insert into control.groups (id, title) values (@Id, @Title) on conflict do nothing",
                    new { body.Id, Title = body.Title ?? body.Id }, change.Transaction) == 0)
                {
                    throw ApiRefusals.Exists("group", body.Id);
                }

                change.Record(call.Audit("group.created", "group", body.Id) with { Group = body.Id });
                change.Tell(new EventEntry("group.created", body.Id) { Group = body.Id });
            },
            dryRun, cancel);
        return TypedResults.Created($"/api/v1/groups/{body.Id}", new GroupView(
            body.Id, body.Title ?? body.Id, "unprotected", 0, 0, "not protected", null, null, null, null));
    }

    private static async Task<NoContent> ChangeAsync(
        string group, GroupChange body, Call call, ChangeWriter changes, bool dryRun = false,
            CancellationToken cancel = default)
    {
        call.RequireScope(null, group, $"group {group}");
        if (body.DrillEveryDays is < 0 or > 3660)
        {
            throw ApiRefusals.Field(
                "drillEveryDays", $"{body.DrillEveryDays} is not between 0 and 3660.", "Choose a number of days.");
        }

        await changes.CommitAsync(
            async change =>
            {
                if (await change.Connection.ExecuteAsync(
                    """
                    update control.groups set title = coalesce(@Title, title), version = version + 1,
                      spec = case when @DrillEveryDays::int is null then spec
                                  when @DrillEveryDays = 0 then spec - 'drillEveryDays'
                                  else spec || jsonb_build_object('drillEveryDays', @DrillEveryDays) end
                    where id = @group and removed_at is null
                    """,
                    new { group, body.Title, body.DrillEveryDays }, change.Transaction) == 0)
                {
                    throw ApiRefusals.NotFound("group", group);
                }

                change.Record(call.Audit("group.changed", "group", group) with
                {
                    Group = group, Data = new() { ["title"] = body.Title, ["drillEveryDays"] = body.DrillEveryDays },
                });
                change.Tell(new EventEntry("group.changed", group) { Group = group });
            },
            dryRun, cancel);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> RemoveAsync(
        string group, Call call, ChangeWriter changes, bool dryRun = false, CancellationToken cancel = default)
    {
        call.RequireScope(null, group, $"group {group}");
        await changes.CommitAsync(
            async change =>
            {
                if (await change.Connection.ExecuteScalarAsync<string?>(
                    "select id from control.workloads where grp = @group and removed_at is null limit 1",
                    new { group }, change.Transaction) is { } workload)
                {
                    throw ApiRefusals.InUse("group", group, $"workload {workload}");
                }

                if (await change.Connection.ExecuteAsync(
                    "update control.groups set removed_at = clock_timestamp() where id = @group and removed_at is null",
                    new { group }, change.Transaction) == 0)
                {
                    throw ApiRefusals.NotFound("group", group);
                }

                change.Record(call.Audit("group.removed", "group", group) with { Group = group });
                change.Tell(new EventEntry("group.removed", group) { Group = group });
            },
            dryRun, cancel);
        return TypedResults.NoContent();
    }

    private sealed record Row(
        string Id, string Title, string? Drill, DateTime? Ended_At, string? Drill_State, double? Recovery, string? Run);
}
