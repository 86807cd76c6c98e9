using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Common;

/// <summary>
/// Reads history JSON whose enums are spelled either way. The old form writes <c>"eventType":
/// "WorkflowExecutionStarted"</c> where proto3 JSON has <c>EVENT_TYPE_WORKFLOW_EXECUTION_STARTED</c>; the JSON tree is
/// walked beside the message descriptors, so that only values of enum fields are ever touched.
/// </summary>
internal static class HistoryJson
{
    private static readonly JsonParser Parser =
        new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true).WithRecursionLimit(200));

    public static History Parse(string json)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(json);
        }
        catch (JsonException e)
        {
            throw new ArgumentException("The history is not valid JSON.", nameof(json), e);
        }

        if (root is not JsonObject history)
        {
            throw new ArgumentException("The history must be a JSON object with \"events\".", nameof(json));
        }

        FixMessage(history, History.Descriptor);
        return Parser.Parse<History>(history.ToJsonString());
    }

    /// <summary>Proto name of an enum value given in either spelling; unknown names are returned as they are.</summary>
    internal static string ProtoName(EnumDescriptor descriptor, string text)
    {
        if (descriptor.FindValueByName(text) != null)
        {
            return text;
        }

        var name = Screaming(descriptor.Name) + "_" + Screaming(text);
        return descriptor.FindValueByName(name) != null ? name : text;
    }

    private static void FixMessage(JsonObject json, MessageDescriptor descriptor)
    {
        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            var key = json.ContainsKey(field.JsonName) ? field.JsonName : field.Name;
            if (json.TryGetPropertyValue(key, out var node) && node != null)
            {
                FixField(json, key, node, field);
            }
        }
    }

    private static void FixField(JsonObject owner, string key, JsonNode node, FieldDescriptor field)
    {
        if (field.IsMap)
        {
            var value = field.MessageType.Fields[2];
            if (node is JsonObject map && value.FieldType == FieldType.Message)
            {
                foreach (var entry in map.Select(pair => pair.Value).OfType<JsonObject>())
                {
                    FixMessage(entry, value.MessageType);
                }
            }
        }
        else if (field.FieldType == FieldType.Message)
        {
            var messages = node is JsonArray list ? list.OfType<JsonObject>() : [.. AsObject(node)];
            foreach (var message in messages)
            {
                FixMessage(message, field.MessageType);
            }
        }
        else if (field.FieldType == FieldType.Enum)
        {
            if (node is JsonArray list)
            {
                for (var i = 0; i < list.Count; i++)
                {
                    list[i] = FixEnum(list[i], field.EnumType);
                }
            }
            else
            {
                owner[key] = FixEnum(node, field.EnumType);
            }
        }
    }

    private static IEnumerable<JsonObject> AsObject(JsonNode node) => node is JsonObject one ? [one] : [];

    private static JsonNode? FixEnum(JsonNode? node, EnumDescriptor descriptor) =>
        node is JsonValue value && value.TryGetValue<string>(out var text)
            ? JsonValue.Create(ProtoName(descriptor, text))
            : node?.DeepClone();

    private static string Screaming(string camel)
    {
        var text = new StringBuilder(camel.Length + 8);
        for (var i = 0; i < camel.Length; i++)
        {
            if (i > 0 && char.IsUpper(camel[i]) && !char.IsUpper(camel[i - 1]))
            {
                text.Append('_');
            }

            text.Append(char.ToUpperInvariant(camel[i]));
        }

        return text.ToString();
    }
}
