using System.Globalization;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

/// <summary>A drill that a schedule will start.</summary>
/// <param name="Day">The day that the asked zone's clock shows then.</param>
/// <param name="Local">The reading of the schedule's own clock, with the offset of that day.</param>
public sealed record ComingDrillView(
    string Schedule, string Title, string? Group, string Day, DateTime At, string TimeZone, DateTimeOffset Local);

/// <param name="Day">The day that the asked zone's clock showed at its end.</param>
public sealed record EndedDrillView(string Group, string Day, DrillResultView Result);

/// <param name="Today">The day that the asked zone's clock shows now.</param>
/// <param name="Incomplete">Titles of schedules that come too often for every date to be listed.</param>
public sealed record DrillMonthView(
    string Month, string TimeZone, string Today, IReadOnlyList<ComingDrillView> Coming,
    IReadOnlyList<EndedDrillView> Ended, IReadOnlyList<string> Incomplete);

/// <summary>A month of the drill calendar, by the engine's own reading of the schedules.</summary>
internal static class DrillMonthApi
{
    // Once an hour through the longest month; who rehearses more often than that does not read it from a calendar.
    private const int DatesMax = 744;
    private const string DayForm = "yyyy-MM-dd";

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/drills/month", MonthAsync).WithTags("drills")
        .Allow(
            Access.Read, "getDrillMonth",
            "One month (2026-03) as a zone's clock shows it: drills that ended, dates to come.");

    private static async Task<Ok<DrillMonthView>> MonthAsync(
        Database database, Call call, TimeProvider clock, string month, string? timeZone, string? group,
        CancellationToken cancel)
    {
        if (!DateTime.TryParseExact(
                month, "yyyy-MM", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var first)
            || first.Year is < 1970 or > 9000)
        {
            throw ApiRefusals.Field("month", $"'{month}' is not a month.", "Write year and month: 2026-03.");
        }

        var zone = ScheduleCalendar.Zone(timeZone ?? "UTC");
        var now = clock.GetUtcNow().UtcDateTime;
        // A day wider on both sides: the zone's month is not the one of UTC. What is outside is left out by its day.
        var (from, to) = (first.AddDays(-1), first.AddMonths(1).AddDays(1));
        var readable = call.Caller.ReadableGroups()?.ToArray();
        var (ended, schedules) = await database.ReadAsync(
            async c => (
                (await c.QueryAsync<DrillResultRow>(Ended, new { group, readable, from, to })).AsList(),
                (await c.QueryAsync<ScheduleRow>(Schedules, new { group, readable })).AsList()),
            cancel);
        var incomplete = new List<string>();
        var coming = schedules.SelectMany(s => Coming(s, zone, from > now ? from : now, to, incomplete))
            .Where(c => c.Day.StartsWith(month, StringComparison.Ordinal)).OrderBy(c => c.At).ToList();
        return TypedResults.Ok(new DrillMonthView(
            month, zone.Id, Day(now, zone), coming,
            [.. ended.Select(r => new EndedDrillView(r.Grp, Day(r.Ended_At, zone), CalendarApi.Result(r)))
                .Where(e => e.Day.StartsWith(month, StringComparison.Ordinal))],
            incomplete));
    }

    private static List<ComingDrillView> Coming(
        ScheduleRow schedule, TimeZoneInfo zone, DateTime from, DateTime to, List<string> incomplete)
    {
        var dates = ScheduleCalendar.After(schedule.Calendar, schedule.Time_Zone, from)
            .TakeWhile(d => d.At < to).Take(DatesMax + 1).ToList();
        if (dates.Count > DatesMax)
        {
            incomplete.Add(schedule.Title);
        }

        return [.. dates.Take(DatesMax).Select(d => new ComingDrillView(
            schedule.Id, schedule.Title, schedule.Grp, Day(d.At, zone), d.At, schedule.Time_Zone, d.Local))];
    }

    private static string Day(DateTime at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTimeFromUtc(
        DateTime.SpecifyKind(at, DateTimeKind.Utc), zone).ToString(DayForm, CultureInfo.InvariantCulture);

    private const string Ended =
        "select * from (" + CalendarApi.EndedDrills
        + ") x where ended_at >= @from and ended_at < @to order by ended_at";

    private const string Schedules =
        """
        select s.id, s.title, s.grp, s.calendar, s.time_zone from control.schedules s
        where s.removed_at is null and not s.paused and (@group::text is null or s.grp = @group)
          and (@readable::text[] is null or s.grp = any(@readable)) order by s.created_at
        """;

    private sealed record ScheduleRow(string Id, string Title, string? Grp, string Calendar, string Time_Zone);
}
