using Temporalio.Api.Schedule.V1;
using Range = Temporalio.Api.Schedule.V1.Range;

namespace Runbooks.Engine.Schedules;

// One structured calendar made ready for "which second is next?".
//
// Meaning: an instant matches when every field of its local clock reading matches. Hence a reading that daylight saving
// skips never matches, and a reading that occurs twice matches twice.
//
// Search: days first (year, month, day, weekday: cheap bit tests), then the seconds of one matching day. A local day
// may be
// seen under two offsets; under each, local = UTC + offset is plain arithmetic, and a candidate counts only if the zone
// really has that offset at that instant. Clocks that fall back over midnight interleave two dates, so the day after
// the
// first hit is looked at too.
internal sealed class CompiledCalendar
{
    private const int SecondsPerDay = 86_400;

    private readonly ulong _second;
    private readonly ulong _minute;
    private readonly ulong _hour;
    private readonly ulong _dayOfMonth;
    private readonly ulong _month;
    private readonly ulong _dayOfWeek;
    private readonly HashSet<int>? _years;
    private readonly TimeZoneInfo _zone;

    public CompiledCalendar(StructuredCalendarSpec spec, TimeZoneInfo zone)
    {
        _zone = zone;
        _second = Bits(spec.Second);
        _minute = Bits(spec.Minute);
        _hour = Bits(spec.Hour);
        _dayOfMonth = Bits(spec.DayOfMonth);
        _month = Bits(spec.Month);
        var week = Bits(spec.DayOfWeek);
        _dayOfWeek = week | (week >> 7);
        _years = spec.Year.Count == 0 ? null : spec.Year.SelectMany(Values).ToHashSet();
    }

    /// <summary>Whether the instant's local clock reading matches every field.</summary>
    public bool Matches(DateTime utc)
    {
        var local = utc + _zone.GetUtcOffset(utc);
        return MatchesDay(DateOnly.FromDateTime(local))
            && Has(_hour, local.Hour) && Has(_minute, local.Minute) && Has(_second, local.Second);
    }

    /// <summary>
    /// The first matching whole second after the instant; null when there is none up to the year 2100.
    /// </summary>
    public DateTime? NextAfter(DateTime utc)
    {
        // With an empty field nothing ever matches; without this a day-long search would run for each of 100 years.
        if (_second == 0 || _minute == 0 || _hour == 0)
        {
            return null;
        }
        var from = utc < new DateTime(CalendarField.YearMin, 1, 1, 0, 0, 0, DateTimeKind.Utc)
            ? new DateTime(1999, 12, 30, 0, 0, 0, DateTimeKind.Utc)
            : utc;
        var day = DateOnly.FromDateTime(from + _zone.GetUtcOffset(from)).AddDays(-1);
        for (; day.Year <= CalendarField.YearMax; day = day.AddDays(1))
        {
            if (FirstIn(day, utc) is { } found)
            {
                var following = FirstIn(day.AddDays(1), utc);
                return following < found ? following : found;
            }
            if (!Has(_month, day.Month))
            {
                day = new DateOnly(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month));
            }
        }
        return null;
    }

    private DateTime? FirstIn(DateOnly day, DateTime after)
    {
        if (!MatchesDay(day))
        {
            return null;
        }
        var midnight = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        var best = default(DateTime?);
        foreach (var offset in OffsetsAround(midnight))
        {
            var start = midnight - offset;
            var earliest = (long)Math.Floor((after - start).TotalSeconds) + 1;
            for (var second = NextOfDay(Math.Max(0, earliest)); second >= 0; second = NextOfDay(second + 1))
            {
                var candidate = start.AddSeconds(second);
                if (_zone.GetUtcOffset(candidate) == offset)
                {
                    best = best is { } b && b <= candidate ? b : candidate;
                    break;
                }
            }
        }
        return best;
    }

    /// <summary>The offsets a local day can be seen under; zones change at most once within these two days.</summary>
    private HashSet<TimeSpan> OffsetsAround(DateTime midnight) =>
    [
        _zone.GetUtcOffset(midnight.AddHours(-14)),
        _zone.GetUtcOffset(midnight.AddHours(12)),
        _zone.GetUtcOffset(midnight.AddHours(38)),
    ];

    /// <summary>The first matching second of a day from the given one; -1 when the day has no more.</summary>
    private int NextOfDay(long from)
    {
        if (from >= SecondsPerDay)
        {
            return -1;
        }
        var second = (int)from;
        for (var hour = second / 3600; hour < 24; hour++)
        {
            if (!Has(_hour, hour))
            {
                continue;
            }
            for (var minute = Math.Max(0, second / 60 - hour * 60); minute < 60; minute++)
            {
                var base60 = hour * 3600 + minute * 60;
                var left = Has(_minute, minute) ? _second >> Math.Max(0, second - base60) << Math.Max(0, second - base60) : 0;
                if (left != 0)
                {
                    return base60 + System.Numerics.BitOperations.TrailingZeroCount(left);
                }
            }
        }
        return -1;
    }

    private bool MatchesDay(DateOnly day) =>
        Has(_month, day.Month) && Has(_dayOfMonth, day.Day) && Has(_dayOfWeek, (int)day.DayOfWeek)
        && (_years is null
            ? day.Year is >= CalendarField.YearMin and <= CalendarField.YearMax
            : _years.Contains(day.Year));

    private static bool Has(ulong bits, int value) => (bits >> value & 1) != 0;

    private static ulong Bits(IEnumerable<Range> ranges) =>
        ranges.SelectMany(Values).Aggregate(0UL, (bits, value) => bits | 1UL << value);

    private static IEnumerable<int> Values(Range range)
    {
        var end = Math.Max(range.Start, range.End);
        for (var value = range.Start; value <= end; value += Math.Max(1, range.Step))
        {
            yield return value;
        }
    }
}
