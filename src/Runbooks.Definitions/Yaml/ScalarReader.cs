using System.Globalization;
using System.Text.Json.Nodes;

namespace Runbooks.Definitions.Yaml;

/// <summary>
/// What a scalar means, by YAML 1.2's core schema: plain <c>true</c>,
/// <c>12</c>, <c>1.5</c>, <c>null</c>; all else is text.
/// </summary>
public static class ScalarReader
{
    /// <summary>The JSON value of a node tree; numbers keep their written form so that nothing is rounded.</summary>
    public static JsonNode? ToJson(DocumentNode node) => node switch
    {
        SequenceNode s => new JsonArray([.. s.Items.Select(ToJson)]),
        MappingNode m => new JsonObject(m.Entries.Select(e => KeyValuePair.Create(e.Key.Text, ToJson(e.Value)))),
        ScalarNode scalar => ToJson(scalar),
        _ => null,
    };

    /// <summary>The JSON value of one scalar.</summary>
    public static JsonNode? ToJson(ScalarNode scalar)
    {
        ArgumentNullException.ThrowIfNull(scalar);
        if (!scalar.IsPlain)
        {
            return JsonValue.Create(scalar.Text);
        }

        return scalar.Text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            var t when long.TryParse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                => JsonValue.Create(whole),
            var t when LooksLikeNumber(t) && double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
                => JsonValue.Create(real),
            var t => JsonValue.Create(t),
        };
    }

    private static bool LooksLikeNumber(string text) =>
        text.Length > 0 && (char.IsAsciiDigit(text[0]) || (text.Length > 1 && text[0] is '-' or '+' or '.' && char.IsAsciiDigit(text[^1])))
        && text.All(c => char.IsAsciiDigit(c) || c is '.' or 'e' or 'E' or '+' or '-');
}
