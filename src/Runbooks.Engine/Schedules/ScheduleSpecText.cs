using Temporalio.Api.Schedule.V1;
using Range = Temporalio.Api.Schedule.V1.Range;

namespace Runbooks.Engine.Schedules;

/// <summary>
/// Turns a specification into its canonical form: calendars of texts and cron texts become structured ones.
/// </summary>
internal static class ScheduleSpecText
{
    private const int CommentLengthMax = 200;

    public static ScheduleSpec Canonical(ScheduleSpec given)
    {
        var spec = given.Clone();
        spec.StructuredCalendar.AddRange(spec.Calendar.Select(CronText.Structured));
        spec.Calendar.Clear();
#pragma warning disable CS0612 // Old clients still send the deprecated field.
        spec.ExcludeStructuredCalendar.AddRange(spec.ExcludeCalendar.Select(CronText.Structured));
        spec.ExcludeCalendar.Clear();
#pragma warning restore CS0612
        AddCrons(spec);
        foreach (var calendar in spec.StructuredCalendar.Concat(spec.ExcludeStructuredCalendar))
        {
            Validate(calendar);
        }
        foreach (var interval in spec.Interval)
        {
            Validate(interval);
        }
        return spec;
    }

    /// <summary>Fills the short forms in ranges (end 0, step 0), as descriptions show them.</summary>
    public static ScheduleSpec WithWholeRanges(ScheduleSpec canonical)
    {
        var spec = canonical.Clone();
        foreach (var range in spec.StructuredCalendar.Concat(spec.ExcludeStructuredCalendar).SelectMany(Ranges))
        {
            range.End = Math.Max(range.Start, range.End);
            range.Step = Math.Max(1, range.Step);
        }
        return spec;
    }

    private static void AddCrons(ScheduleSpec spec)
    {
        var meanings = spec.CronString.Select(CronText.Parse).ToList();
        spec.CronString.Clear();
        if (meanings.Select(meaning => meaning.TimeZone).Distinct().Count() > 1)
        {
            throw new SpecRefusedException("conflicting time zones: all cron texts must name the same one");
        }
        foreach (var meaning in meanings)
        {
            if (meaning.Calendar is not null)
            {
                spec.StructuredCalendar.Add(meaning.Calendar);
            }
            if (meaning.Interval is not null)
            {
                spec.Interval.Add(meaning.Interval);
            }
        }
        if (meanings.FirstOrDefault()?.TimeZone is { Length: > 0 } zone)
        {
            if ((spec.TimezoneName.Length > 0 && spec.TimezoneName != zone) || spec.TimezoneData.Length > 0)
            {
                throw new SpecRefusedException($"conflicting time zones: {zone} and {spec.TimezoneName}");
            }
            spec.TimezoneName = zone;
        }
    }

    private static void Validate(StructuredCalendarSpec calendar)
    {
        Check(calendar.Second, CalendarField.Second);
        Check(calendar.Minute, CalendarField.Minute);
        Check(calendar.Hour, CalendarField.Hour);
        Check(calendar.DayOfMonth, CalendarField.DayOfMonth);
        Check(calendar.Month, CalendarField.Month);
        Check(calendar.DayOfWeek, CalendarField.DayOfWeek);
        Check(calendar.Year, CalendarField.Year);
        if (calendar.Comment.Length > CommentLengthMax)
        {
            throw new SpecRefusedException($"comment is longer than {CommentLengthMax} characters");
        }
    }

    private static void Check(IEnumerable<Range> ranges, CalendarField field)
    {
        foreach (var range in ranges)
        {
            if (range.Start < field.Min || range.Start > field.Max
                || (range.End != 0 && (range.End < range.Start || range.End > field.Max)) || range.Step < 0)
            {
                throw new SpecRefusedException(
                    $"{field.Name} range {range.Start}-{range.End}/{range.Step} is not within {field.Min}-{field.Max}");
            }
        }
    }

    private static void Validate(IntervalSpec interval)
    {
        var length = interval.Interval?.ToTimeSpan() ?? TimeSpan.Zero;
        var phase = interval.Phase?.ToTimeSpan() ?? TimeSpan.Zero;
        if (length < TimeSpan.FromSeconds(1))
        {
            throw new SpecRefusedException("interval is too small: one second is the least");
        }
        if (phase < TimeSpan.Zero || phase >= length)
        {
            throw new SpecRefusedException("phase is not between zero and the interval");
        }
    }

    private static IEnumerable<Range> Ranges(StructuredCalendarSpec calendar) =>
        calendar.Second.Concat(calendar.Minute).Concat(calendar.Hour).Concat(calendar.DayOfMonth)
            .Concat(calendar.Month).Concat(calendar.DayOfWeek).Concat(calendar.Year);
}
