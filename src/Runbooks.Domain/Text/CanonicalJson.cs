using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runbooks.Domain.Text;

/// <summary>
/// JSON in the one form that is hashed: RFC 8785 (sorted keys, no white space, shortest numbers, minimal escapes).
/// </summary>
/// <remarks><b>Source</b>: RFC 8785 sections 3.2.2 and 3.2.3. Two writers that follow it give the same bytes for the
/// same data.</remarks>
public static class CanonicalJson
{
    /// <summary>The canonical text of a JSON tree; null is <c>null</c>.</summary>
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    /// <summary>The canonical UTF-8 bytes of a JSON tree: what is hashed.</summary>
    public static byte[] WriteBytes(JsonNode? node) => Encoding.UTF8.GetBytes(Write(node));

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject map:
                AppendObject(text, map);
                break;
            case JsonArray list:
                AppendArray(text, list);
                break;
            default:
                AppendValue(text, node.AsValue());
                break;
        }
    }

    // Keys sort by UTF-16 code units, which is what ordinal comparison of .NET strings does.
    private static void AppendObject(StringBuilder text, JsonObject map)
    {
        text.Append('{');
        var first = true;
        foreach (var (key, value) in map.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            text.Append(first ? string.Empty : ",");
            first = false;
            AppendString(text, key);
            text.Append(':');
            Append(text, value);
        }

        text.Append('}');
    }

    private static void AppendArray(StringBuilder text, JsonArray list)
    {
        text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            text.Append(i == 0 ? string.Empty : ",");
            Append(text, list[i]);
        }

        text.Append(']');
    }

    private static void AppendValue(StringBuilder text, JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                AppendString(text, value.GetValue<string>());
                break;
            case JsonValueKind.Number:
                text.Append(Number(value));
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

    private static string Number(JsonValue value)
    {
        var raw = value.ToJsonString();
        if (long.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole.ToString(CultureInfo.InvariantCulture);
        }

        var number = double.Parse(raw, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
        {
            throw new FormatException($"{raw} is not a number that JSON can carry.");
        }

        return EcmaScript(number);
    }

    // ECMAScript's Number::toString: plain digits for exponents in -7 < n <= 21, else d.ddde+n.
    private static string EcmaScript(double number)
    {
        if (number == 0)
        {
            return "0";
        }

        var scientific = number.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var negative = shortest.StartsWith('-');
        var mantissa = shortest.TrimStart('-');
        var e = mantissa.IndexOf('E', StringComparison.Ordinal);
        var digits = (e < 0 ? mantissa : mantissa[..e]).Replace(".", string.Empty, StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        var exponent = int.Parse(scientific[(scientific.IndexOf('E', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        var point = exponent + 1;
        string body;
        if (digits.Length <= point && point <= 21)
        {
            body = digits + new string('0', point - digits.Length);
        }
        else if (point is > 0 and <= 21)
        {
            body = digits[..point] + "." + digits[point..];
        }
        else if (point is > -6 and <= 0)
        {
            body = "0." + new string('0', -point) + digits;
        }
        else
        {
            var sign = exponent < 0 ? "-" : "+";
            body = digits[..1] + (digits.Length > 1 ? "." + digits[1..] : string.Empty) + "e" + sign + Math.Abs(exponent);
        }

        return negative ? "-" + body : body;
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
