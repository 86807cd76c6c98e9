using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Schedule.V1;

namespace Runbooks.Engine.Schedules;

/// <summary>What one cron text means: a calendar or an interval, and the time zone it names ("" when none).</summary>
internal sealed record CronMeaning(StructuredCalendarSpec? Calendar, IntervalSpec? Interval, string TimeZone);

/// <summary>
/// Reads cron texts: 5 fields (minute hour day month weekday), 6 (+ year), 7 (second + … + year), <c>@every 2h/30m</c>,
/// <c>@daily</c> and its kin, <c>CRON_TZ=Zone</c> in front, <c># comment</c> behind.
/// Unlike old cron, day of month and day of week must both match.
/// </summary>
internal static class CronText
{
    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    public static CronMeaning Parse(string text)
    {
        var comment = "";
        if (text.IndexOf('#', StringComparison.Ordinal) is var hash and >= 0)
        {
            comment = text[(hash + 1)..].Trim();
            text = text[..hash];
        }
        var zone = "";
        text = text.Trim();
        if (text.StartsWith("TZ=", StringComparison.Ordinal) || text.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            zone = space < 0 ? throw Malformed(text) : text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..space];
            text = text[space..].Trim();
        }
        return text.StartsWith("@every", StringComparison.Ordinal)
            ? new CronMeaning(null, Every(text), zone)
            : new CronMeaning(Calendar(text, comment), null, zone);
    }

    private static IntervalSpec Every(string text)
    {
        var parts = text["@every".Length..].Trim().Split('/', 2);
        var interval = new IntervalSpec { Interval = Duration.FromTimeSpan(DurationText.Parse(parts[0])) };
        if (parts.Length == 2)
        {
            interval.Phase = Duration.FromTimeSpan(DurationText.Parse(parts[1]));
        }
        return interval;
    }

    private static StructuredCalendarSpec Calendar(string text, string comment)
    {
        var fields = Named.GetValueOrDefault(text, text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        // Normalised to the seven-field order: second minute hour day month weekday year.
        fields = fields.Length switch
        {
            5 => ["0", .. fields, "*"],
            6 => ["0", .. fields],
            7 => fields,
            _ => throw Malformed(text),
        };
        return Structured(new CalendarSpec
        {
            Second = fields[0],
            Minute = fields[1],
            Hour = fields[2],
            DayOfMonth = fields[3],
            Month = fields[4],
            DayOfWeek = fields[5],
            Year = fields[6],
            Comment = comment,
        });
    }

    /// <summary>The structured form of a calendar of texts; an empty text means the field's default.</summary>
    public static StructuredCalendarSpec Structured(CalendarSpec calendar)
    {
        var structured = new StructuredCalendarSpec { Comment = calendar.Comment };
        structured.Second.AddRange(CalendarField.Second.Parse(calendar.Second));
        structured.Minute.AddRange(CalendarField.Minute.Parse(calendar.Minute));
        structured.Hour.AddRange(CalendarField.Hour.Parse(calendar.Hour));
        structured.DayOfMonth.AddRange(CalendarField.DayOfMonth.Parse(calendar.DayOfMonth));
        structured.Month.AddRange(CalendarField.Month.Parse(calendar.Month));
        structured.DayOfWeek.AddRange(CalendarField.DayOfWeek.Parse(calendar.DayOfWeek));
        if (calendar.Year.Trim() is not ("" or "*"))
        {
            structured.Year.AddRange(CalendarField.Year.Parse(calendar.Year));
        }
        return structured;
    }

    private static SpecRefusedException Malformed(string text) =>
        new($"\"{text}\" is not a cron text of 5 to 7 fields");
}
