using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

/// <param name="Calendar">Five fields of cron, or seven with seconds and year.</param>
public sealed record CalendarBody(string Calendar, string? TimeZone);

/// <summary>A schedule in the drill calendar: when, in words, and what came of it.</summary>
public sealed record DrillScheduleView(
    string Id, string Title, string Runbook, string? Group, bool Paused, CalendarView When, string? LastRun,
    DateTime? LastRunAt, string? LastState);

/// <summary>One drill that has ended, against its objectives.</summary>
/// <param name="Passed">Whether it succeeded and met them.</param>
public sealed record DrillResultView(
    string Run, string Kind, string? Runbook, DateTime At, string State, bool Passed, double? RecoverySeconds,
    double? RtoSeconds, double? PointSeconds, double? RpoSeconds);

/// <param name="DueAt">When the next one is due by the rule of the settings; before now means overdue.</param>
/// <param name="Results">Ended drills, oldest first: the trend.</param>
public sealed record DrillGroupView(
    string Group, string Title, DateTime DueAt, double OverdueDays, int DrillEveryDays,
        IReadOnlyList<DrillResultView> Results,
    IReadOnlyList<DrillScheduleView> Schedules);

public sealed record DrillsView(DateTime At, IReadOnlyList<DrillGroupView> Groups);

/// <summary>A drill that ended, as the database has it.</summary>
internal sealed record DrillResultRow
{
    public required string Id { get; init; }

    public required string Grp { get; init; }

    public required string Kind { get; init; }

    public string? Runbook { get; init; }

    public required string State { get; init; }

    public DateTime Ended_At { get; init; }

    public double? Elapsed { get; init; }

    public double? Recovery { get; init; }

    public double? Point { get; init; }

    public double? Rto { get; init; }

    public double? Rpo { get; init; }
}

/// <summary>The drill calendar: schedules with their next dates, results with their trend, the overdue first.</summary>
internal static class CalendarApi
{
    private const int ResultsPerGroup = 50;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/schedules/preview", Preview).WithTags("schedules").Allow(
            Access.Read, "previewSchedule",
                "A calendar in plain words, its next five dates, and what daylight saving does.");
        api.MapGet("/drills", ListAsync).WithTags("drills").Allow(
            Access.Read, "listDrills", "Per group: results and trend against objectives, schedules, overdue first.");
    }

    private static Ok<CalendarView> Preview(CalendarBody body, TimeProvider clock) =>
        TypedResults.Ok(ScheduleCalendar.Of(body.Calendar, body.TimeZone ?? "UTC", clock.GetUtcNow().UtcDateTime));

    private static async Task<Ok<DrillsView>> ListAsync(
        Database database, SettingsStore settings, Call call, TimeProvider clock, string? group,
            CancellationToken cancel)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var every = (await settings.ReadAsync(cancel)).DrillEveryDays;
        var readable = call.Caller.ReadableGroups()?.ToArray();
        var (groups, results, schedules) = await database.ReadAsync(
            async c => (
                (await c.QueryAsync<GroupRow>(Groups, new { group, readable })).AsList(),
                (await c.QueryAsync<DrillResultRow>(Results, new { group, readable, ResultsPerGroup }))
                    .ToLookup(r => r.Grp),
                (await c.QueryAsync<ScheduleRow>(Schedules, new { group, readable })).ToLookup(s => s.Grp)),
            cancel);
        var views = groups.Select(g => View(g, g.Every ?? every, [.. results[g.Id]], [.. schedules[g.Id]], now));
        return TypedResults.Ok(new DrillsView(now, [.. views.OrderByDescending(v => v.OverdueDays)]));
    }

    private static DrillGroupView View(
        GroupRow group, int every, List<DrillResultRow> results, List<ScheduleRow> schedules, DateTime now)
    {
        var due = (results.Count > 0 ? results[^1].Ended_At : group.Created_At).AddDays(every);
        return new DrillGroupView(
            group.Id, group.Title, due, Math.Max(0, (now - due).TotalDays), every, [.. results.Select(Result)],
            [.. schedules.Select(s => new DrillScheduleView(
                s.Id, s.Title, s.Runbook, s.Grp, s.Paused, ScheduleCalendar.Of(s.Calendar, s.Time_Zone, now),
                    s.Last_Run,
                s.Last_At, s.Last_State))]);
    }

    internal static DrillResultView Result(DrillResultRow r)
    {
        var recovery = r.Recovery ?? r.Elapsed;
        var passed = r.State == "succeeded" && !(recovery > r.Rto) && !(r.Point > r.Rpo);
        return new DrillResultView(
            r.Id, r.Kind, r.Runbook, r.Ended_At, r.State, passed, recovery, r.Rto, r.Point, r.Rpo);
    }

    private const string Groups =
        """
        select id, title, created_at, (spec ->> 'drillEveryDays')::int as every from control.groups
        where removed_at is null and (@group::text is null or id = @group)
          and (@readable::text[] is null or id = any(@readable)) order by id
        """;

    private const string Results =
        """
        select * from (
          select x.*, row_number() over (partition by grp order by ended_at desc) as place from (
        """ + EndedDrills + """
          ) x) y where place <= @ResultsPerGroup order by ended_at
        """;

    /// <summary>Drills that ended, as <see cref="DrillResultRow"/>.</summary>
    internal const string EndedDrills =
        """

            select r.id, r.grp, r.kind, r.runbook, r.state, r.ended_at,
              extract(epoch from r.ended_at - r.started_at)::float8 as elapsed,
              control.output_of(r.result, 'recoverySeconds')::float8 as recovery,
              control.output_of(r.result, 'pointSeconds')::float8 as point,
              (r.objectives ->> 'rtoSeconds')::float8 as rto, (r.objectives ->> 'rpoSeconds')::float8 as rpo
            from control.runs r where r.kind like 'drill-%' and r.ended_at is not null and r.started_at is not null
              and (@group::text is null or r.grp = @group) and (@readable::text[] is null or r.grp = any(@readable))

        """;

    private const string Schedules =
        """
        select s.id, s.title, s.runbook, s.grp, s.paused, s.calendar, s.time_zone, l.id as last_run,
          l.requested_at as last_at, l.state as last_state
        from control.schedules s left join lateral (select id, requested_at, state from control.runs r
          where r.grp = s.grp and r.runbook = s.runbook and r.reason = 'schedule ' || s.title
          order by requested_at desc limit 1) l on true
        where s.removed_at is null and (@group::text is null or s.grp = @group)
          and (@readable::text[] is null or s.grp = any(@readable)) order by s.created_at
        """;

    private sealed record GroupRow(string Id, string Title, DateTime Created_At, int? Every);

    private sealed record ScheduleRow(
        string Id, string Title, string Runbook, string? Grp, bool Paused, string Calendar, string Time_Zone,
        string? Last_Run, DateTime? Last_At, string? Last_State);
}
