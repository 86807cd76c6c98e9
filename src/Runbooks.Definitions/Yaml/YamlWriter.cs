using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runbooks.Definitions.Yaml;

/// <summary>Writes a model as YAML that people would have written: blocks, few quotes, keys in the order of the
/// manual.</summary>
/// <remarks>What it writes, <see cref="YamlReader"/> and <see cref="ScalarReader"/> read back as the same
/// model.</remarks>
public static class YamlWriter
{
    private static readonly string[] Order =
    [
        "apiVersion", "kind", "metadata", "name", "title", "owner", "labels", "spec", "for", "group", "objectives",
            "inputs",
        "approvals", "defaults", "id", "uses", "forEach", "as", "concurrency", "parallel", "needs", "when", "delay",
            "with",
        "timeout", "retry", "onFailure", "onIncomplete", "irreversible", "compensate", "steps",
    ];

    /// <summary>The text of a model.</summary>
    public static string Write(JsonNode model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var text = new StringBuilder();
        Node(text, model, 0, inList: false);
        return text.ToString().TrimStart('\n');
    }

    private static void Node(StringBuilder text, JsonNode? node, int indent, bool inList)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                Map(text, map, indent, inList);
                break;
            case JsonArray { Count: > 0 } list:
                foreach (var item in list)
                {
                    text.Append('\n').Append(' ', indent).Append("- ");
                    Node(text, item, indent + 2, inList: true);
                }

                Finish(text, indent);
                break;
            default:
                text.Append(Scalar(node)).Append(indent == 0 ? "\n" : string.Empty);
                break;
        }
    }

    private static void Map(StringBuilder text, JsonObject map, int indent, bool inList)
    {
        var first = inList;
        foreach (var (key, value) in map.OrderBy(
            m => Array.IndexOf(Order, m.Key) is >= 0 and var at ? at : Order.Length))
        {
            if (!first)
            {
                text.Append('\n').Append(' ', indent);
            }

            first = false;
            text.Append(Plain(key)).Append(':');
            text.Append(value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 } ? string.Empty : " ");
            Node(text, value, indent + 2, inList: false);
        }

        Finish(text, indent);
    }

    private static void Finish(StringBuilder text, int indent)
    {
        if (indent == 0)
        {
            text.Append('\n');
        }
    }

    private static string Scalar(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Plain(value.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    /// <summary>Without quotes where YAML and the scalar rules read the very same text back.</summary>
    private static string Plain(string text)
    {
        var isPlain = text.Length > 0 && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1])
            && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '/')
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' or '/' or '(' or ')' or '+')
            && ScalarReader.ToJson(new ScalarNode(0, 0, text, IsPlain: true)) is { } read
            && read.GetValueKind() == JsonValueKind.String;
        return isPlain ? text : Quoted(text);
    }

    // Not JSON's escapes: those write characters beyond the first plane as surrogates, which YAML refuses.
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' => quoted.Append($"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
