using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runbooks.Cli.Output;

/// <summary>JSON as YAML. Texts that another reader could take for something else are quoted the JSON way, which YAML
/// shares.</summary>
internal static class Yaml
{
    // What YAML 1.1 readers take for a boolean or null. Numbers and dates are caught by their first character.
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", ".nan", ".inf",
    };

    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node, 0, afterKey: false);
        return text.ToString().TrimStart('\n');
    }

    private static void Write(StringBuilder text, JsonNode? node, int depth, bool afterKey)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                Break(text, afterKey);
                foreach (var (key, value) in members)
                {
                    text.Append(' ', depth * 2).Append(Scalar(key)).Append(':');
                    Write(text, value, depth + 1, afterKey: true);
                }

                break;
            case JsonArray { Count: > 0 } items:
                Break(text, afterKey);
                foreach (var item in items)
                {
                    WriteItem(text, item, depth);
                }

                break;
            default:
                text.Append(afterKey ? " " : "").Append(Leaf(node)).Append('\n');
                break;
        }
    }

    // "- " takes the first two columns of the item's own indentation.
    private static void WriteItem(StringBuilder text, JsonNode? item, int depth)
    {
        var inner = new StringBuilder();
        Write(inner, item, depth + 1, afterKey: false);
        var body = inner.ToString();
        var indent = (depth + 1) * 2;
        text.Append(' ', depth * 2).Append("- ").Append(item is JsonObject { Count: > 0 } or JsonArray { Count: > 0 }
            ? body[indent..] : body);
    }

    private static void Break(StringBuilder text, bool afterKey)
    {
        if (afterKey)
        {
            text.Append('\n');
        }
    }

    private static string Leaf(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ when node.GetValueKind() == JsonValueKind.String => Scalar(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    private static string Scalar(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && !Words.Contains(text)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ' ' or '(' or ')')
            && text[^1] != ' '
            ? text
            : JsonSerializer.Serialize(text, Printer.Readable);
}
