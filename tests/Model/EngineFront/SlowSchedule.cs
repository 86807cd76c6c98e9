using Temporalio.Api.Schedule.V1;
using Range = Temporalio.Api.Schedule.V1.Range;

namespace Runbooks.Tests.Model.EngineFront;

/// <summary>
/// The obvious meaning of a specification: try every second, read the local clock, compare each field with each range.
/// Shares no code with the product.
/// </summary>
internal static class SlowSchedule
{
    public static DateTime? NextAfter(ScheduleSpec spec, TimeZoneInfo zone, DateTime after, TimeSpan reach)
    {
        var second = new DateTime(after.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        for (var tried = second.AddSeconds(1); tried - after <= reach; tried = tried.AddSeconds(1))
        {
            if (spec.StartTime is not null && tried < spec.StartTime.ToDateTime())
            {
                continue;
            }
            if (spec.EndTime is not null && tried > spec.EndTime.ToDateTime())
            {
                return null;
            }
            var local = TimeZoneInfo.ConvertTimeFromUtc(tried, zone);
            var due = spec.StructuredCalendar.Any(c => Matches(c, local)) || spec.Interval.Any(i => Matches(i, tried));
            if (due && !spec.ExcludeStructuredCalendar.Any(c => Matches(c, local)))
            {
                return tried;
            }
        }
        return null;
    }

    private static bool Matches(IntervalSpec interval, DateTime utc)
    {
        var seconds = (long)(utc - DateTime.UnixEpoch).TotalSeconds - (interval.Phase?.Seconds ?? 0);
        return seconds % interval.Interval.Seconds == 0;
    }

    private static bool Matches(StructuredCalendarSpec c, DateTime local) =>
        In(c.Second, local.Second) && In(c.Minute, local.Minute) && In(c.Hour, local.Hour)
        && In(c.DayOfMonth, local.Day) && In(c.Month, local.Month)
        && (c.Year.Count == 0 || In(c.Year, local.Year))
        && (In(c.DayOfWeek, (int)local.DayOfWeek) || (local.DayOfWeek == DayOfWeek.Sunday && In(c.DayOfWeek, 7)));

    private static bool In(IEnumerable<Range> ranges, int value) => ranges.Any(range =>
        value == range.Start
        || (value > range.Start && value <= range.End && (value - range.Start) % Math.Max(1, range.Step) == 0));
}
