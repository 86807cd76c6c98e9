using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

/// <param name="Calendar">Five fields of cron: minute, hour, day of month, month, day of week.</param>
public sealed record ScheduleBody(
    string Title, string Runbook, string Calendar, string? Group, string? TimeZone, IReadOnlyDictionary<string, string>? Inputs,
    bool Paused = false);

/// <summary>What is absent stays as it is.</summary>
public sealed record ScheduleChange(
    bool? Paused, string? Title = null, string? Calendar = null, string? TimeZone = null);

/// <param name="InStep">Whether the engine has this version of it.</param>
public sealed record ScheduleView(
    string Id, string Title, string Runbook, string? Group, string Calendar, string TimeZone, bool Paused, bool InStep,
    IReadOnlyDictionary<string, string> Inputs, string CreatedBy, DateTime CreatedAt)
{
    /// <summary>The calendar in words with its next five dates.</summary>
    public CalendarView? When { get; init; }
}

/// <summary>The drill calendar; kept in step with Temporal Schedules.</summary>
internal static class SchedulesApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var schedules = api.MapGroup("/schedules").WithTags("schedules");
        schedules.MapGet("", ListAsync).Allow(Access.Read, "listSchedules", "The calendar of drills and other timed runs.");
        schedules.MapPost("", CreateAsync).Allow(Access.Operate, "createSchedule", "Run a published runbook by the calendar.");
        schedules.MapPatch("/{schedule}", ChangeAsync).Allow(
            Access.Operate, "changeSchedule", "Pause, resume, rename, or change the calendar.");
        schedules.MapDelete("/{schedule}", RemoveAsync).Allow(Access.Operate, "removeSchedule", "Remove it.");
    }

    private static async Task<Ok<Page<ScheduleView>>> ListAsync(Database database, Call call, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(
            c => c.QueryAsync<Row>(
                $"{Select} where removed_at is null and (@readable::text[] is null or grp = any(@readable)) order by created_at",
                new { readable = call.Caller.ReadableGroups()?.ToArray() }),
            cancel);
        return TypedResults.Ok(new Page<ScheduleView>([.. rows.Select(View)], null));
    }

    private static async Task<Created<ScheduleView>> CreateAsync(
        ScheduleBody body, Call call, ChangeWriter changes, RunPlanner planner, Database database, bool dryRun = false,
        CancellationToken cancel = default)
    {
        var when = ScheduleCalendar.Of(body.Calendar, body.TimeZone ?? "UTC", DateTime.UtcNow);

        // The same checks a start would meet, now, and not at three in the morning.
        var plan = await planner.PlanAsync(
            new RunBody(body.Runbook, $"schedule {body.Title}", null, body.Group, body.Inputs), call.Caller.Name, null, cancel);
        call.RequireScope(null, plan.Group.ToString(), $"group {plan.Group}");
        var id = call.NewId("sch_");
        await changes.CommitAsync(
            async change =>
            {
                await change.Connection.ExecuteAsync(
                    """
                    insert into control.schedules (id, title, runbook, grp, inputs, calendar, time_zone, paused, created_by)
                    values (@id, @Title, @Runbook, @group, @inputs::jsonb, @Calendar, @zone, @Paused, @by) on conflict do nothing
                    """,
                    new
                    {
                        id, body.Title, body.Runbook, group = plan.Group.ToString(), inputs = ApiJson.Write(plan.Inputs),
                        body.Calendar, zone = body.TimeZone ?? "UTC", body.Paused, by = call.Caller.UserId,
                    },
                    change.Transaction);
                Tell(change, call, "schedule.created", id, plan.Group.ToString());
            },
            dryRun, cancel);
        var view = new ScheduleView(
            id, body.Title, body.Runbook, plan.Group.ToString(), body.Calendar, body.TimeZone ?? "UTC", body.Paused, false,
            plan.Inputs, call.Caller.Name, DateTime.UtcNow)
        {
            When = when,
        };
        return TypedResults.Created($"/api/v1/schedules/{id}", view);
    }

    private static async Task<NoContent> ChangeAsync(
        string schedule, ScheduleChange body, Call call, ChangeWriter changes, Database database, bool dryRun = false,
        CancellationToken cancel = default)
    {
        if (body.Calendar is not null || body.TimeZone is not null)
        {
            var (calendar, zone) = await database.ReadAsync(
                c => c.QuerySingleOrDefaultAsync<(string?, string?)>(
                    "select calendar, time_zone from control.schedules where id = @schedule and removed_at is null",
                        new { schedule }),
                cancel);
            _ = ScheduleCalendar.Of(
                body.Calendar ?? calendar ?? throw ApiRefusals.NotFound("schedule", schedule), body.TimeZone ?? zone
                    ?? "UTC",
                DateTime.UtcNow);
        }

        await UpdateAsync(
            changes, call, schedule,
            body.Paused switch { true => "schedule.paused", false => "schedule.resumed", null => "schedule.changed" },
            """
            update control.schedules set paused = coalesce(@Paused, paused), title = coalesce(@Title, title),
              calendar = coalesce(@Calendar, calendar), time_zone = coalesce(@TimeZone, time_zone),
                version = version + 1
            where id = @schedule and removed_at is null returning grp
            """,
            new { schedule, body.Paused, body.Title, body.Calendar, body.TimeZone }, dryRun, cancel);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> RemoveAsync(
        string schedule, Call call, ChangeWriter changes, bool dryRun = false, CancellationToken cancel = default)
    {
        await UpdateAsync(
            changes, call, schedule, "schedule.removed",
            "update control.schedules set removed_at = clock_timestamp(), version = version + 1 where id = @schedule and removed_at is null returning grp",
            new { schedule }, dryRun, cancel);
        return TypedResults.NoContent();
    }

    private static Task UpdateAsync(
        ChangeWriter changes, Call call, string schedule, string kind, string sql, object arguments, bool dryRun,
        CancellationToken cancel) => changes.CommitAsync(
        async change =>
        {
            var group = await change.Connection.ExecuteScalarAsync<string?>(sql, arguments, change.Transaction)
                ?? throw ApiRefusals.NotFound("schedule", schedule);
            call.RequireScope(null, group, $"group {group}");
            Tell(change, call, kind, schedule, group);
        },
        dryRun, cancel);

    private static void Tell(Change change, Call call, string kind, string id, string group)
    {
        change.Record(call.Audit(kind, "schedule", id) with { Group = group });
        change.Tell(new EventEntry(kind, id) { Group = group });
    }

    private const string Select =
        """
        select id, title, runbook, grp, calendar, time_zone, paused, version = synced as in_step, inputs::text as inputs,
               created_by, created_at from control.schedules
        """;

    private static ScheduleView View(Row r) => new(
        r.Id, r.Title, r.Runbook, r.Grp, r.Calendar, r.Time_Zone, r.Paused, r.In_Step,
        ApiJson.Read<Dictionary<string, string>>(r.Inputs), r.Created_By, r.Created_At)
    {
        When = ScheduleCalendar.Of(r.Calendar, r.Time_Zone, DateTime.UtcNow),
    };

    private sealed record Row(
        string Id, string Title, string Runbook, string? Grp, string Calendar, string Time_Zone, bool Paused, bool In_Step,
        string Inputs, string Created_By, DateTime Created_At);
}
