namespace Runbooks.Engine.Machines;

/// <summary>
/// Workflow cron: five fields (minute, hour, day of month, month, day of week), names of months and days, steps, lists
/// and ranges, the @ shorthands, "@every duration", and a leading CRON_TZ=. When both day fields are restricted either
/// one may match, as in every cron.
/// </summary>
public sealed class CronSchedule
{
    private static readonly string[] Months =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly Dictionary<string, string> Shorthands = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *", ["@annually"] = "0 0 1 1 *", ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0", ["@daily"] = "0 0 * * *", ["@midnight"] = "0 0 * * *", ["@hourly"] = "0 * * * *",
    };

    private readonly TimeZoneInfo _zone;
    private readonly TimeSpan? _every;
    private readonly ulong _minutes, _hours, _days, _months, _weekdays;
    private readonly bool _anyDay, _anyWeekday;

    private CronSchedule(string text)
    {
        _zone = TimeZoneInfo.Utc;
        text = text.Trim();
        if (text.StartsWith("CRON_TZ=", StringComparison.Ordinal) || text.StartsWith("TZ=", StringComparison.Ordinal))
        {
            var space = text.IndexOf(' ');
            Require(space > 0, "a time zone must be followed by a schedule");
            _zone = TimeZoneInfo.FindSystemTimeZoneById(text[(text.IndexOf('=') + 1)..space]);
            text = text[(space + 1)..].Trim();
        }

        if (text.StartsWith("@every ", StringComparison.OrdinalIgnoreCase))
        {
            _every = ParseDuration(text[7..].Trim());
            Require(_every >= TimeSpan.FromSeconds(1), "@every needs at least one second");
            return;
        }

        var fields = (Shorthands.GetValueOrDefault(text) ?? text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Require(fields.Length == 5, "five fields are needed");
        _minutes = Field(fields[0], 0, 59, []);
        _hours = Field(fields[1], 0, 23, []);
        _days = Field(fields[2], 1, 31, []);
        _months = Field(fields[3], 1, 12, Months);
        _weekdays = Field(fields[4], 0, 7, Days);
        _weekdays |= (_weekdays >> 7) & 1;
        _anyDay = fields[2] is "*" or "?";
        _anyWeekday = fields[4] is "*" or "?";
    }

    /// <summary>Null when the text is a schedule.</summary>
    public static string? Fault(string text)
    {
        try
        {
            _ = new CronSchedule(text);
            return null;
        }
        catch (Exception e) when (e is FormatException or TimeZoneNotFoundException or OverflowException)
        {
            return $"Invalid CronSchedule: {e.Message}";
        }
    }

    /// <summary>
    /// The first time of the schedule after a run that started at <paramref name="start"/> closed at
    /// <paramref name="close"/>. Null when there is none within four years.
    /// </summary>
    public static DateTimeOffset? Next(string text, DateTimeOffset start, DateTimeOffset close)
    {
        var cron = new CronSchedule(text);
        if (cron._every is { } every)
        {
            var gone = Math.Max(0, (close - start).Ticks);
            return start + TimeSpan.FromTicks((gone / every.Ticks + 1) * every.Ticks);
        }

        return cron.After(close);
    }

    private DateTimeOffset? After(DateTimeOffset time)
    {
        var local = TimeZoneInfo.ConvertTime(time, _zone).DateTime;
        var at = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0).AddMinutes(1);
        var limit = at.AddYears(4);
        while (at < limit)
        {
            if (!Has(_months, at.Month))
            {
                at = new DateTime(at.Year, at.Month, 1).AddMonths(1);
            }
            else if (!DayMatches(at))
            {
                at = at.Date.AddDays(1);
            }
            else if (!Has(_hours, at.Hour))
            {
                at = at.Date.AddHours(at.Hour + 1);
            }
            else if (!Has(_minutes, at.Minute) || _zone.IsInvalidTime(at))
            {
                at = at.AddMinutes(1);
            }
            else
            {
                return new DateTimeOffset(at, _zone.GetUtcOffset(at)).ToUniversalTime();
            }
        }

        return null;
    }

    private bool DayMatches(DateTime at)
    {
        var day = Has(_days, at.Day);
        var weekday = Has(_weekdays, (int)at.DayOfWeek);
        return _anyDay || _anyWeekday ? day && weekday : day || weekday;
    }

    private static bool Has(ulong set, int value) => (set >> value & 1) == 1;

    private static ulong Field(string text, int least, int most, string[] names)
    {
        ulong set = 0;
        foreach (var part in text.Split(','))
        {
            var slash = part.Split('/');
            Require(slash.Length <= 2, $"'{part}' has more than one step");
            var step = slash.Length == 2 ? Number(slash[1], []) : 1;
            Require(step > 0, $"'{part}' has a step of zero");
            var (from, to) = Range(slash[0], least, most, names, slash.Length == 2);
            Require(from >= least && to <= most && from <= to, $"'{part}' is outside {least}-{most}");
            for (var v = from; v <= to; v += step)
            {
                set |= 1UL << v;
            }
        }

        return set;
    }

    private static (int From, int To) Range(string text, int least, int most, string[] names, bool stepped)
    {
        if (text is "*" or "?")
        {
            return (least, most);
        }

        var ends = text.Split('-');
        Require(ends.Length <= 2, $"'{text}' is not a range");
        var from = Number(ends[0], names, least);
        return (from, ends.Length == 2 ? Number(ends[1], names, least) : stepped ? most : from);
    }

    private static int Number(string text, string[] names, int first = 0)
    {
        var named = Array.IndexOf(names, text.ToLowerInvariant());
        return named >= 0 ? named + first : int.TryParse(text, out var n) ? n : throw new FormatException($"'{text}' is not a number");
    }

    private static TimeSpan ParseDuration(string text)
    {
        var total = TimeSpan.Zero;
        var i = 0;
        while (i < text.Length)
        {
            var digits = i;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.'))
            {
                i++;
            }

            Require(i > digits && i < text.Length, $"'{text}' is not a duration");
            var value = double.Parse(text[digits..i]);
            var unit = i + 1 < text.Length && text[i] == 'm' && text[i + 1] == 's' ? "ms" : text[i].ToString();
            i += unit.Length;
            total += unit switch
            {
                "h" => TimeSpan.FromHours(value),
                "m" => TimeSpan.FromMinutes(value),
                "s" => TimeSpan.FromSeconds(value),
                "ms" => TimeSpan.FromMilliseconds(value),
                _ => throw new FormatException($"'{unit}' is not a unit of time"),
            };
        }

        return total;
    }

    private static void Require(bool holds, string fault)
    {
        if (!holds)
        {
            throw new FormatException(fault);
        }
    }
}
