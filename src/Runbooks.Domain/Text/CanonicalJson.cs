using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runbooks.Domain.Text;

/// <summary>
/// JSON in the one form that hashes and signatures are computed over: RFC 8785 (sorted keys, no white space, shortest
/// numbers, minimal escapes).
/// </summary>
/// <remarks>
/// <b>Errors</b>: what has no single form is refused with a <see cref="FormatException"/>: a key twice in one object,
/// half of a surrogate pair, a number that JSON cannot carry, nesting beyond <see cref="DepthMax"/>. <b>Source</b>:
/// RFC 8785 sections 3.2.2 and 3.2.3. Two writers that follow it give the same bytes for the same data.
/// </remarks>
public static class CanonicalJson
{
    /// <summary>Deepest nesting that is written.</summary>
    public const int DepthMax = 64;

    /// <summary>Largest integer that every JSON reader keeps exactly: 2^53 − 1.</summary>
    public const long SafeIntegerMax = 9_007_199_254_740_991;

    /// <summary>The canonical text of a JSON tree with any numbers; null is <c>null</c>.</summary>
    public static string Write(JsonNode? node) => Write(node, isExact: false);

    /// <summary>
    /// The canonical text of a JSON tree whose numbers are integers within ±<see cref="SafeIntegerMax"/>. The one place
    /// where two correct writers have been seen to differ is floating point; what is signed holds none, so a fraction
    /// there is a mistake of the caller and is refused instead of printed.
    /// </summary>
    public static string WriteExact(JsonNode? node) => Write(node, isExact: true);

    private static string Write(JsonNode? node, bool isExact)
    {
        var text = new StringBuilder(256);
        Append(text, node, isExact, depth: 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? node, bool isExact, int depth)
    {
        if (depth > DepthMax)
        {
            throw new FormatException($"The nesting is deeper than {DepthMax}.");
        }

        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject map:
                AppendObject(text, map, isExact, depth);
                break;
            case JsonArray list:
                AppendArray(text, list, isExact, depth);
                break;
            default:
                AppendValue(text, node.AsValue(), isExact);
                break;
        }
    }

    private static void AppendObject(StringBuilder text, JsonObject map, bool isExact, int depth)
    {
        text.Append('{');
        var first = true;
        foreach (var (key, value) in Members(map))
        {
            text.Append(first ? string.Empty : ",");
            first = false;
            AppendString(text, key);
            text.Append(':');
            Append(text, value, isExact, depth + 1);
        }

        text.Append('}');
    }

    // Keys sort by UTF-16 code units, which is what ordinal comparison of .NET strings does.
    private static KeyValuePair<string, JsonNode?>[] Members(JsonObject map)
    {
        try
        {
            return [.. map.OrderBy(p => p.Key, StringComparer.Ordinal)];
        }
        catch (ArgumentException twice)
        {
            // A parsed object builds its members when they are first asked for, and finds the second key only then.
            throw new FormatException($"A key occurs twice in one object. {twice.Message}", twice);
        }
    }

    private static void AppendArray(StringBuilder text, JsonArray list, bool isExact, int depth)
    {
        text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            text.Append(i == 0 ? string.Empty : ",");
            Append(text, list[i], isExact, depth + 1);
        }

        text.Append(']');
    }

    private static void AppendValue(StringBuilder text, JsonValue value, bool isExact)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                AppendString(text, TextOf(value));
                break;
            case JsonValueKind.Number:
                text.Append(isExact ? Integer(value) : Number(value));
                break;
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            default:
                text.Append("null");
                break;
        }
    }

    // A node may hold a time or an id that only becomes text when it is written.
    private static string TextOf(JsonValue value)
    {
        if (value.TryGetValue<string>(out var text))
        {
            return text;
        }

        using var written = JsonDocument.Parse(value.ToJsonString());
        return written.RootElement.GetString()!;
    }

    private static string Integer(JsonValue value)
    {
        var raw = value.ToJsonString();
        return long.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            && whole is <= SafeIntegerMax and >= -SafeIntegerMax
            ? whole.ToString(CultureInfo.InvariantCulture)
            : throw new FormatException($"The number {raw} is not an integer within ±(2^53 − 1); write it as text.");
    }

    private static string Number(JsonValue value)
    {
        var raw = value.ToJsonString();
        if (long.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole.ToString(CultureInfo.InvariantCulture);
        }

        var number = double.Parse(raw, CultureInfo.InvariantCulture);
        return double.IsFinite(number)
            ? EcmaScript(number)
            : throw new FormatException($"{raw} is not a number that JSON can carry.");
    }

    // ECMAScript's Number::toString: plain digits for exponents in -7 < n <= 21, else d.ddde+n.
    private static string EcmaScript(double number)
    {
        if (number == 0)
        {
            return "0";
        }

        // The shortest digits that read back as the same number. The exponent comes from them too: a fixed count of
        // digits prints 0.000001 as 9.99…E-7, one power too low.
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var negative = shortest.StartsWith('-');
        var magnitude = shortest.TrimStart('-');
        var e = magnitude.IndexOf('E', StringComparison.Ordinal);
        var mantissa = e < 0 ? magnitude : magnitude[..e];
        var digits = mantissa.Replace(".", string.Empty, StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        var exponent = PlaceOfFirstDigit(mantissa)
            + (e < 0 ? 0 : int.Parse(magnitude[(e + 1)..], CultureInfo.InvariantCulture));
        var body = Body(digits, exponent);
        return negative ? "-" + body : body;
    }

    // The power of ten of the first digit that is not nought: 0 for 1.5, 2 for 150, -3 for 0.0015.
    private static int PlaceOfFirstDigit(string mantissa)
    {
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa.Length : point;
        var first = mantissa.AsSpan().IndexOfAnyInRange('1', '9');
        return first < whole ? whole - 1 - first : whole - first;
    }

    private static string Body(string digits, int exponent)
    {
        var point = exponent + 1;
        return point switch
        {
            <= 21 when digits.Length <= point => digits + new string('0', point - digits.Length),
            > 0 and <= 21 => digits[..point] + "." + digits[point..],
            > -6 and <= 0 => "0." + new string('0', -point) + digits,
            _ => digits[..1] + (digits.Length > 1 ? "." + digits[1..] : string.Empty) + "e"
                + (exponent < 0 ? "-" : "+") + Math.Abs(exponent),
        };
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\b': text.Append("\\b"); break;
                case '\t': text.Append("\\t"); break;
                case '\n': text.Append("\\n"); break;
                case '\f': text.Append("\\f"); break;
                case '\r': text.Append("\\r"); break;
                case < ' ': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default:
                    i += AppendRune(text, value, i);
                    break;
            }
        }

        text.Append('"');
    }

    private static int AppendRune(StringBuilder text, string value, int at)
    {
        if (Rune.DecodeFromUtf16(value.AsSpan(at), out var rune, out var consumed) != OperationStatus.Done)
        {
            throw new FormatException("A string holds half of a surrogate pair and has no UTF-8 form.");
        }

        text.Append(rune.ToString());
        return consumed - 1;
    }
}
