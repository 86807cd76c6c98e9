using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runbooks.Cli.Commands;

/// <summary>How the text of an option or argument becomes JSON. A wrong text is told before anything is sent.</summary>
/// <param name="Hint">What help shows as the value.</param>
/// <param name="Read">All the texts that were given, in order; throws <see cref="FormatException"/>.</param>
internal sealed record Form(string Hint, Func<IReadOnlyList<string>, JsonNode?> Read)
{
    public static readonly Form Text = new("TEXT", v => v[^1]);

    public static readonly Form Flag = new("", v => v.Count == 0 || bool.Parse(v[^1]));

    public static readonly Form Whole = new("N", v =>
        long.TryParse(v[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{v[^1]}' is not a whole number. Write digits only, such as 3."));

    /// <summary>Seconds: 90, 30s, 15m, 4h, 7d.</summary>
    public static readonly Form Seconds = new("TIME", v => SecondsOf(v[^1]));

    /// <summary>Bytes: 1048576, 512MiB, 20GiB, 1TiB.</summary>
    public static readonly Form Bytes = new("SIZE", v => BytesOf(v[^1]));

    /// <summary>Repeated or separated by commas.</summary>
    public static readonly Form List = new("A,B", v => new JsonArray([.. Split(v).Select(t => (JsonNode)t)]));

    /// <summary>KEY=VALUE, repeated.</summary>
    public static readonly Form Pairs = new("KEY=VALUE", v => new JsonObject(v.Select(t =>
    {
        var (key, value) = Halves(t, "KEY=VALUE, such as reason=weekly");
        return KeyValuePair.Create(key, (JsonNode?)value);
    })));

    /// <summary>NAME=SIZE, or NAME=SIZE=VOLUME for a disk whose volume exists; repeated.</summary>
    public static readonly Form Disks = new("NAME=SIZE", v => new JsonArray([.. v.Select(t =>
    {
        var (name, rest) = Halves(t, "NAME=SIZE, such as data=20GiB");
        var parts = rest.Split('=', 2);
        var disk = new JsonObject { ["name"] = name, ["sizeBytes"] = BytesOf(parts[0]) };
        if (parts.Length == 2)
        {
            disk["volume"] = parts[1];
        }

        return (JsonNode)disk;
    })]));

    /// <summary>ROLE, ROLE@group:NAME or ROLE@site:NAME; repeated.</summary>
    public static readonly Form Roles = new("ROLE[@group:NAME]", v => new JsonArray([.. Split(v).Select(RoleOf)]));

    /// <summary>A JSON value: text, or @FILE.</summary>
    public static readonly Form Json = new("JSON|@FILE", v =>
    {
        try
        {
            return JsonNode.Parse(v[^1].StartsWith('@') ? File.ReadAllText(v[^1][1..]) : v[^1]);
        }
        catch (JsonException e)
        {
            throw new FormatException($"It is not JSON: {e.Message}");
        }
    });

    public static double SecondsOf(string text)
    {
        var unit = text.Length > 0 && char.IsAsciiLetter(text[^1]) ? text[^1] : 's';
        var factor = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        return factor > 0 && double.TryParse(
            text.TrimEnd(unit), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number * factor
            : throw new FormatException($"'{text}' is not a time. Write a number with s, m, h or d, such as 15m.");
    }

    public static long BytesOf(string text)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var power = digits == text.Length ? 0 : Array.IndexOf(units, text[digits..]);
        if (digits == 0 || power < 0)
        {
            throw new FormatException($"'{text}' is not a size. Write a number with B, KiB, MiB, GiB or TiB, such as "
                + $"20GiB.");
        }

        return long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue >> (10 * power)
            ? number << (10 * power)
            : throw new FormatException($"'{text}' is more than any disk holds.");
    }

    private static JsonNode RoleOf(string text)
    {
        var parts = text.Split('@', 2);
        var role = new JsonObject { ["role"] = parts[0] };
        if (parts.Length == 2)
        {
            var (kind, name) = parts[1].Split(':', 2) is [("group" or "site") and var k, { Length: > 0 } n]
                ? (k, n)
                : throw new FormatException($"'{text}' is not a role. Write operator, operator@group:payments or "
                    + $"operator@site:site-a.");
            role[kind] = name;
        }

        return role;
    }

    private static (string Left, string Right) Halves(string text, string shape) =>
        text.Split('=', 2) is [{ Length: > 0 } left, var right]
        ? (left, right)
        : throw new FormatException($"'{text}' has another shape than {shape}.");

    private static IEnumerable<string> Split(IEnumerable<string> texts) =>
        texts.SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
