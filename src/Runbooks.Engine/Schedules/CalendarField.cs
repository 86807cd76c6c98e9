using System.Globalization;
using Temporalio.Api.Schedule.V1;
using Range = Temporalio.Api.Schedule.V1.Range;

namespace Runbooks.Engine.Schedules;

/// <summary>One field of a calendar text: its name, its values, the names its values may have.</summary>
internal sealed record CalendarField(string Name, int Min, int Max, string Default, string[] Names, int NameLengthMin)
{
    public const int YearMin = 2000;
    public const int YearMax = 2100;

    public static readonly CalendarField Second = new("second", 0, 59, "0", [], 0);
    public static readonly CalendarField Minute = new("minute", 0, 59, "0", [], 0);
    public static readonly CalendarField Hour = new("hour", 0, 23, "0", [], 0);
    public static readonly CalendarField DayOfMonth = new("day of month", 1, 31, "*", [], 0);
    public static readonly CalendarField Month = new("month", 1, 12, "*",
        ["", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december"], 3);
    public static readonly CalendarField Year = new("year", YearMin, YearMax, "*", [], 0);

    /// <summary>0 and 7 are both Sunday.</summary>
    public static readonly CalendarField DayOfWeek = new("day of week", 0, 7, "*",
        ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"], 2);

    /// <summary>
    /// Reads <c>*</c>, <c>x</c>, <c>x-z</c>, any of them with <c>/step</c>, and comma lists of these.
    /// </summary>
    public IEnumerable<Range> Parse(string text)
    {
        text = text.Trim();
        return (text.Length == 0 ? Default : text).Split(',').Select(ParsePart).ToList();
    }

    private Range ParsePart(string part)
    {
        var slash = part.Split('/');
        Require(slash.Length <= 2, part);
        var step = slash.Length == 2 ? Number(slash[1], part) : 1;
        Require(step >= 1, part);
        var (start, end) = Bounds(slash[0], steps: slash.Length == 2, part);
        // The short form (end 0 = start, step 0 = 1) is what the protocol sends for single values.
        return new Range { Start = start, End = start == end ? 0 : end, Step = step == 1 ? 0 : step };
    }

    private (int Start, int End) Bounds(string text, bool steps, string part)
    {
        if (text == "*")
        {
            return (Min, Max);
        }
        var dash = text.Split('-');
        Require(dash.Length <= 2, part);
        var start = Value(dash[0], part);
        if (dash.Length == 2)
        {
            var end = Value(dash[1], part);
            Require(end >= start, part);
            return (start, end);
        }
        // "3/5" runs from 3 to the field's end; a bare "3" is only itself.
        return (start, steps ? Max : start);
    }

    private int Value(string text, string part)
    {
        if (Names.Length > 0 && text.Length >= NameLengthMin && !char.IsAsciiDigit(text[0]))
        {
            var named = Array.FindIndex(
                Names, name => name.Length > 0 && name.StartsWith(text, StringComparison.OrdinalIgnoreCase));
            Require(named >= 0, part);
            return named;
        }
        var value = Number(text, part);
        Require(value >= Min && value <= Max, part);
        return value;
    }

    private int Number(string text, string part)
    {
        Require(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value), part);
        return value;
    }

    private void Require(bool holds, string part)
    {
        if (!holds)
        {
            throw new SpecRefusedException($"\"{part}\" is not a {Name} ({Min}-{Max})");
        }
    }
}
