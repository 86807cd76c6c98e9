using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runbooks.Audit;

/// <summary>The one byte form of a JSON value that hashes and signatures are computed over (RFC 8785).</summary>
/// <remarks>
/// Numbers are integers within ±(2^53 − 1) only. RFC 8785 prints other numbers the way ECMAScript does, and the
/// one place where two correct writers have been seen to differ is floating point; audit records hold none, so a
/// fraction here is a mistake of the caller and is refused instead of printed.
/// </remarks>
public static class CanonicalJson
{
    private const long SafeIntegerMax = 9_007_199_254_740_991;
    private const int DepthMax = 64;

    public static string Write(JsonNode? node)
    {
        using var document = JsonDocument.Parse(node?.ToJsonString() ?? "null", Options);
        return Write(document.RootElement);
    }

    public static string Write(JsonElement element)
    {
        var text = new StringBuilder(256);
        Append(text, element, depth: 0);
        return text.ToString();
    }

    /// <summary>Parses any JSON text and writes it canonically; duplicate keys are refused.</summary>
    public static string Rewrite(string json)
    {
        using var document = JsonDocument.Parse(json, Options);
        return Write(document.RootElement);
    }

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = DepthMax };

    private static void Append(StringBuilder text, JsonElement element, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object: AppendObject(text, element, depth); break;
            case JsonValueKind.Array: AppendArray(text, element, depth); break;
            case JsonValueKind.String: AppendString(text, element.GetString()!); break;
            case JsonValueKind.Number: AppendInteger(text, element); break;
            case JsonValueKind.True: text.Append("true"); break;
            case JsonValueKind.False: text.Append("false"); break;
            case JsonValueKind.Null: text.Append("null"); break;
            default: throw new FormatException($"A {element.ValueKind} value has no canonical form.");
        }
    }

    private static void AppendObject(StringBuilder text, JsonElement element, int depth)
    {
        var members = element.EnumerateObject().ToArray();
        // RFC 8785 3.2.3: order by UTF-16 code units, which is what ordinal comparison of .NET strings does.
        Array.Sort(members, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        text.Append('{');
        for (var i = 0; i < members.Length; i++)
        {
            if (i > 0)
            {
                if (members[i].Name == members[i - 1].Name)
                {
                    throw new FormatException($"The key \"{members[i].Name}\" occurs twice in one object.");
                }

                text.Append(',');
            }

            AppendString(text, members[i].Name);
            text.Append(':');
            Append(text, members[i].Value, depth + 1);
        }

        text.Append('}');
    }

    private static void AppendArray(StringBuilder text, JsonElement element, int depth)
    {
        text.Append('[');
        var first = true;
        foreach (var item in element.EnumerateArray())
        {
            if (!first)
            {
                text.Append(',');
            }

            first = false;
            Append(text, item, depth + 1);
        }

        text.Append(']');
    }

    private static void AppendInteger(StringBuilder text, JsonElement element)
    {
        if (!element.TryGetInt64(out var number) || number is > SafeIntegerMax or < -SafeIntegerMax)
        {
            throw new FormatException(
                $"The number {element.GetRawText()} is not an integer within ±(2^53 − 1); write it as text.");
        }

        text.Append(number.ToString(CultureInfo.InvariantCulture));
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
