using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Runs;
using Runbooks.Engine.Schedules;
using Temporalio.Api.Schedule.V1;

namespace Runbooks.ControlPlane.Hosting;

/// <param name="Local">The clock reading there, with the offset of that day.</param>
public sealed record CalendarDate(DateTime At, DateTimeOffset Local);

/// <param name="Words">The calendar in plain words, with its zone.</param>
/// <param name="Warnings">What daylight saving does to it within a year; empty when nothing.</param>
public sealed record CalendarView(
    string Calendar, string TimeZone, string Words, IReadOnlyList<CalendarDate> Next, IReadOnlyList<string> Warnings);

/// <summary>When a calendar is due, by the engine's own reading of it: what is shown is what will happen.</summary>
internal static class ScheduleCalendar
{
    private const int ReadingsMax = 1_000;
    private const int WarningsMax = 4;

    public static CalendarView Of(string calendar, string timeZone, DateTime now, int count = 5)
    {
        var zone = Zone(timeZone);
        var next = After(calendar, timeZone, now).Take(count).ToList();
        return next.Count == 0
            ? throw ApiRefusals.Field("calendar", "It is never due.", "Choose days that exist: 31 February does not.")
            : new CalendarView(
                calendar, timeZone, $"{CalendarWords.Of(calendar)} ({timeZone})", next, Warnings(calendar, zone, now));
    }

    public static TimeZoneInfo Zone(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found)
        ? found
        : throw ApiRefusals.Field("timeZone", $"'{name}' is not a time zone.", "Use a name such as Europe/Berlin.");

    /// <summary>The dates after an instant, lazily, with the reading of the calendar's own clock.</summary>
    public static IEnumerable<CalendarDate> After(string calendar, string timeZone, DateTime after)
    {
        var (spec, zone) = (Compile(calendar, timeZone), Zone(timeZone));
        for (var at = after; spec.NextAfter(at, "") is { } due;)
        {
            at = due.Nominal;
            yield return new CalendarDate(at, TimeZoneInfo.ConvertTime(new DateTimeOffset(at, TimeSpan.Zero), zone));
        }
    }

    /// <summary>Clock readings of the coming year that daylight saving skips or shows twice.</summary>
    private static List<string> Warnings(string calendar, TimeZoneInfo zone, DateTime now)
    {
        var readings = Compile(calendar, "UTC");
        var found = new List<string>();
        var at = DateTime.SpecifyKind(TimeZoneInfo.ConvertTimeFromUtc(now, zone), DateTimeKind.Utc);
        var end = at.AddYears(1);
        for (var i = 0; i < ReadingsMax && found.Count < WarningsMax; i++)
        {
            if (readings.NextAfter(at, "") is not { } due || due.Nominal > end)
            {
                break;
            }

            at = due.Nominal;
            var local = DateTime.SpecifyKind(at, DateTimeKind.Unspecified);
            if (zone.IsInvalidTime(local))
            {
                found.Add($"{local:yyyy-MM-dd HH:mm} is skipped: clocks go forward there, and that date is left out.");
            }
            else if (zone.IsAmbiguousTime(local))
            {
                found.Add($"{local:yyyy-MM-dd HH:mm} comes twice: clocks go back there, and it runs both times.");
            }
        }

        return found;
    }

    private static CompiledSpec Compile(string calendar, string timeZone)
    {
        try
        {
            return CompiledSpec.Compile(new ScheduleSpec { CronString = { calendar }, TimezoneName = timeZone });
        }
        catch (SpecRefusedException refused)
        {
            throw ApiRefusals.Field(
                "calendar", $"{refused.Message}.", "Write minute hour day-of-month month day-of-week: 0 3 * * 0.");
        }
    }
}
