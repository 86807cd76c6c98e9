using System.Globalization;

namespace Runbooks.Definitions;

/// <summary>Durations as people write them: <c>90s</c>, <c>15m</c>, <c>1h30m</c>, <c>500ms</c>, <c>2d</c>.</summary>
public static class Durations
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    /// <summary>Reads a duration of at most 365 days; false for anything else, a bare number included.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var seconds = 0d;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
            {
                digits++;
            }

            if (!double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var letters = 0;
            while (letters < rest.Length && char.IsAsciiLetterLower(rest[letters]))
            {
                letters++;
            }

            var unit = rest[..letters].ToString();
            var known = Array.Find(Units, u => u.Unit == unit);
            if (known.Unit is null)
            {
                return false;
            }

            seconds += number * known.Seconds;
            rest = rest[letters..];
        }

        if (seconds > 365 * 86400d)
        {
            return false;
        }

        value = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>The shortest text with the same length of time: <c>1h30m</c>, <c>0s</c>.</summary>
    public static string Write(TimeSpan value)
    {
        var left = (long)value.TotalMilliseconds;
        if (left == 0)
        {
            return "0s";
        }

        var text = string.Empty;
        foreach (var (unit, milliseconds) in new[] { ("d", 86_400_000L), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1) })
        {
            if (left >= milliseconds)
            {
                text += string.Create(CultureInfo.InvariantCulture, $"{left / milliseconds}{unit}");
                left %= milliseconds;
            }
        }

        return text;
    }
}
