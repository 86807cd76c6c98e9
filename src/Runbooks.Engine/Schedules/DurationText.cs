using System.Globalization;

namespace Runbooks.Engine.Schedules;

/// <summary>Durations as schedules write them: <c>90s</c>, <c>1h30m</c>, <c>2d</c>, <c>1.5h</c>.</summary>
internal static class DurationText
{
    private static readonly (string Suffix, double Seconds)[] Units =
    [
        ("ms", 0.001), ("us", 0.000001), ("µs", 0.000001), ("ns", 0.000000001),
        ("d", 86400), ("h", 3600), ("m", 60), ("s", 1),
    ];

    public static TimeSpan Parse(string text)
    {
        var rest = text.Trim();
        if (rest.Length == 0)
        {
            throw new SpecRefusedException("a duration is missing");
        }
        var seconds = 0.0;
        while (rest.Length > 0)
        {
            var digits = rest.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
            var unit = Units.FirstOrDefault(u => rest[digits..].StartsWith(u.Suffix, StringComparison.Ordinal));
            if (unit.Suffix is null
                || !double.TryParse(rest[..digits], NumberStyles.Float, CultureInfo.InvariantCulture, out var amount))
            {
                throw new SpecRefusedException($"\"{text}\" is not a duration such as 1h30m");
            }
            seconds += amount * unit.Seconds;
            rest = rest[(digits + unit.Suffix.Length)..];
        }
        return seconds <= TimeSpan.MaxValue.TotalSeconds / 2
            ? TimeSpan.FromSeconds(seconds)
            : throw new SpecRefusedException($"\"{text}\" is longer than any schedule");
    }
}
