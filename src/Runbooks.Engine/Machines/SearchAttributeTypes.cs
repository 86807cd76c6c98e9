using System.Text.Json;
using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Search attribute payloads carry their type in <c>metadata.type</c>; the
/// server adds it, since clients without it hand back strings for dates.
/// </summary>
public static class SearchAttributeTypes
{
    // The real server's defaults.
    private const int KeysMax = 100;
    private const int ValueBytesMax = 2 << 10;
    private const int TotalBytesMax = 40 << 10;

    /// <summary>
    /// Null when every key is registered and all fit the limits; types are then written into the payloads.
    /// </summary>
    public static string? Fault(SearchAttributes given, Func<string, IndexedValueType?> typeOf)
    {
        if (SizeFault(given) is { } tooBig)
        {
            return tooBig;
        }

        foreach (var (key, payload) in given.IndexedFields)
        {
            if (typeOf(key) is not { } type)
            {
                return $"Namespace has no mapping defined for search attribute {key}";
            }

            if (!IsNull(payload) && !Decodes(payload, type))
            {
                return $"invalid value for search attribute {key} of type {type}: {payload.Data.ToStringUtf8()}";
            }

            payload.Metadata["type"] = ByteString.CopyFromUtf8(type.ToString());
        }

        return null;
    }

    private static string? SizeFault(SearchAttributes given)
    {
        if (given.IndexedFields.Count > KeysMax)
        {
            return $"number of search attributes {given.IndexedFields.Count} exceeds limit {KeysMax}";
        }

        var total = 0;
        foreach (var (key, payload) in given.IndexedFields)
        {
            if (payload.Data.Length > ValueBytesMax)
            {
                return $"search attribute {key} value size {payload.Data.Length} exceeds size limit {ValueBytesMax}";
            }

            total += key.Length + payload.Data.Length;
        }

        return total > TotalBytesMax
            ? $"total size of search attributes {total} exceeds size limit {TotalBytesMax}"
            : null;
    }

    /// <summary>Null payloads and empty lists remove a key.</summary>
    public static bool IsNull(Payload payload) =>
        payload.Metadata.TryGetValue("encoding", out var e) && e.ToStringUtf8() == "binary/null"
        || payload.Data.Length == 0 || payload.Data.ToStringUtf8() is "null" or "[]";

    /// <summary>
    /// The decoded values as one JSON object, for queries: lists of one unwrapped, keyword lists always lists.
    /// </summary>
    public static string ToJson(SearchAttributes attributes)
    {
        if (attributes.IndexedFields.Count == 0)
        {
            return "{}";
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (key, payload) in attributes.IndexedFields)
            {
                writer.WritePropertyName(key);
                WriteValue(writer, payload);
            }

            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    // Clients of the untyped API send every value as a list; only a keyword list is one.
    private static void WriteValue(Utf8JsonWriter writer, Payload payload)
    {
        using var document = JsonDocument.Parse(payload.Data.Memory);
        var value = document.RootElement;
        var isArray = value.ValueKind == JsonValueKind.Array;
        var isList = payload.Metadata.TryGetValue("type", out var type)
            && type.ToStringUtf8() == nameof(IndexedValueType.KeywordList);
        if (isList && !isArray)
        {
            writer.WriteStartArray();
            value.WriteTo(writer);
            writer.WriteEndArray();
            return;
        }

        (isArray && !isList && value.GetArrayLength() == 1 ? value[0] : value).WriteTo(writer);
    }

    private static bool Decodes(Payload payload, IndexedValueType type)
    {
        try
        {
            using var document = JsonDocument.Parse(payload.Data.Memory);
            var value = document.RootElement;
            // A list of one is taken for a single value, as clients of the old untyped API send it.
            if (value.ValueKind == JsonValueKind.Array && type != IndexedValueType.KeywordList)
            {
                return value.EnumerateArray().All(v => Matches(v, type));
            }

            return Matches(value, type);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Matches(JsonElement value, IndexedValueType type) => type switch
    {
        IndexedValueType.Int => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        IndexedValueType.Double => value.ValueKind == JsonValueKind.Number,
        IndexedValueType.Bool => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        IndexedValueType.Datetime => value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out _),
        IndexedValueType.KeywordList => value.ValueKind is JsonValueKind.String
            || value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String),
        _ => value.ValueKind == JsonValueKind.String,
    };
}
