using System.Globalization;

namespace Runbooks.ControlPlane.Runs;

/// <summary>A cron text in plain words. Pure; what it cannot say simply it says field by field, never
/// wrongly.</summary>
internal static class CalendarWords
{
    private static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
        "Saturday"];

    private static readonly string[] Months =
    [
        "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
        "December",
    ];

    public static string Of(string calendar)
    {
        var fields = calendar.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length == 7)
        {
            fields = fields[0] is "0" && fields[6] is "*" ? fields[1..6] : [];
        }

        if (fields.Length != 5)
        {
            return $"By the calendar {calendar}";
        }

        var (minute, hour, day, month, weekday) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
        return $"{Time(minute, hour)}{On(day, weekday)}{In(month)}";
    }

    private static string Time(string minute, string hour)
    {
        if (Numbers(minute) is [var m] && Numbers(hour) is { Count: >= 1 and <= 4 } hours)
        {
            return "At " + Join([.. hours.Select(h => $"{h:00}:{m:00}")]);
        }

        return (minute, hour) switch
        {
            ("*", "*") => "Every minute",
            (_, "*") when Numbers(minute) is [var at] => $"Every hour at minute {at}",
            (_, "*") when minute.StartsWith("*/", StringComparison.Ordinal) => $"Every {minute[2..]} minutes",
            (_, _) when Numbers(minute) is [var at] && hour.StartsWith("*/", StringComparison.Ordinal) =>
                $"Every {hour[2..]} hours at minute {at}",
            _ => $"At minutes {minute} of hours {hour}",
        };
    }

    private static string On(string day, string weekday)
    {
        // Both must match, unlike old cron.
        var (dates, week) = (Dates(day), Weekdays(weekday));
        return (dates, week) switch
        {
            ("", "") => ", every day",
            ("", _) => $", {week}",
            (_, "") => $", {dates}",
            _ => $", {dates} if it is {week.Replace("every ", "a ", StringComparison.Ordinal)}",
        };
    }

    private static string Dates(string day) => day switch
    {
        "*" => "",
        _ when Numbers(day) is { Count: > 0 } numbers =>
            $"on day {Join([.. numbers.Select(n => $"{n}")])} of the month",
        _ => $"on days {day} of the month",
    };

    private static string Weekdays(string weekday)
    {
        if (weekday is "*" or "0-6" or "1-7")
        {
            return "";
        }

        if (weekday.ToUpperInvariant() is "1-5" or "MON-FRI")
        {
            return "Monday to Friday";
        }

        var parts = weekday.Split(',').Select(Weekday).ToList();
        return parts.All(p => p is not null) ? $"every {Join([.. parts.Select(p => p!)])}" : $"on weekdays {weekday}";
    }

    private static string? Weekday(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 7
            ? Days[number % 7]
            : text.Length >= 3 ? Days.FirstOrDefault(d => d.StartsWith(text, StringComparison.OrdinalIgnoreCase))
                : null;

    private static string In(string month) => month == "*"
        ? ""
        : Numbers(month) is { Count: > 0 } numbers && numbers.All(n => n is >= 1 and <= 12)
            ? $", in {Join([.. numbers.Select(n => Months[n])])}"
            : $", in months {month}";

    private static List<int> Numbers(string field)
    {
        var numbers = new List<int>();
        foreach (var part in field.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return [];
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static string Join(IReadOnlyList<string> words) => words.Count <= 1
        ? string.Concat(words)
        : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";
}
