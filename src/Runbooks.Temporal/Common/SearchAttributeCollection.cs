using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Common;

/// <summary>
/// Typed search attributes, immutable. Payloads are always <c>json/plain</c> with the metadata key "type" and never
/// pass the codec: the server indexes them.
/// </summary>
public class SearchAttributeCollection
{
    private readonly IReadOnlyDictionary<SearchAttributeKey, object> values;

    internal SearchAttributeCollection(IReadOnlyDictionary<SearchAttributeKey, object> values) => this.values = values;

    public static SearchAttributeCollection Empty { get; } = new(new Dictionary<SearchAttributeKey, object>());

    public int Count => values.Count;

    public IReadOnlyDictionary<SearchAttributeKey, object> UntypedValues => values;

    /// <summary>Reads what the server returned. Attributes without a known type are left out.</summary>
    public static SearchAttributeCollection FromProto(SearchAttributes? proto)
    {
        if (proto == null || proto.IndexedFields.Count == 0)
        {
            return Empty;
        }

        var values = new Dictionary<SearchAttributeKey, object>();
        foreach (var (name, payload) in proto.IndexedFields)
        {
            if (ReadField(name, payload) is { } field)
            {
                values[field.Key] = field.Value;
            }
        }

        return new(values);
    }

    public bool ContainsKey(SearchAttributeKey key) => values.ContainsKey(key);

    /// <summary>The value of the key. Throws <see cref="KeyNotFoundException"/> when it is not set.</summary>
    public T Get<T>(SearchAttributeKey<T> key) => (T)values[key];

    public bool TryGetValue<T>(SearchAttributeKey<T> key, [MaybeNullWhen(false)] out T value)
    {
        var found = values.TryGetValue(key, out var untyped);
        value = found ? (T)untyped! : default;
        return found;
    }

    internal SearchAttributes ToProto()
    {
        var proto = new SearchAttributes();
        foreach (var (key, value) in values)
        {
            proto.IndexedFields[key.Name] = ToPayload(key, value);
        }

        return proto;
    }

    /// <summary>This collection with the updates applied in order.</summary>
    internal SearchAttributeCollection With(IEnumerable<SearchAttributeUpdate> updates)
    {
        var changed = new Dictionary<SearchAttributeKey, object>(values);
        foreach (var update in updates)
        {
            changed.Remove(update.UntypedKey);
            if (update.UntypedValue is { } value)
            {
                changed[update.UntypedKey] = value;
            }
        }

        return new(changed);
    }

    internal static Payload ToPayload(SearchAttributeKey key, object? value)
    {
        if (value is DateTimeOffset time)
        {
            // Z and never +00:00: JSON writers escape the plus, and the server's reader of times does not unescape.
            value = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
        }

        var payload = DataConverter.Default.PayloadConverter.ToPayload(value);
        payload.Metadata["type"] = ByteString.CopyFromUtf8(key.ValueType.ToString());
        return payload;
    }

    private static (SearchAttributeKey Key, object Value)? ReadField(string name, Payload payload)
    {
        if (!payload.Metadata.TryGetValue("type", out var type) ||
            !Enum.TryParse<IndexedValueType>(type.ToStringUtf8(), out var valueType))
        {
            return null;
        }

        SearchAttributeKey? key = valueType switch
        {
            IndexedValueType.Text => SearchAttributeKey.CreateText(name),
            IndexedValueType.Keyword => SearchAttributeKey.CreateKeyword(name),
            IndexedValueType.Int => SearchAttributeKey.CreateLong(name),
            IndexedValueType.Double => SearchAttributeKey.CreateDouble(name),
            IndexedValueType.Bool => SearchAttributeKey.CreateBool(name),
            IndexedValueType.Datetime => SearchAttributeKey.CreateDateTimeOffset(name),
            IndexedValueType.KeywordList => SearchAttributeKey.CreateKeywordList(name),
            _ => null,
        };
        var value = key == null ? null : ReadValue(payload, key);
        return value == null ? null : (key!, value);
    }

    private static object? ReadValue(Payload payload, SearchAttributeKey key)
    {
        var converter = DataConverter.Default.PayloadConverter;
        var isJson = payload.Metadata.TryGetValue("encoding", out var encoding) &&
            encoding.ToStringUtf8() == "json/plain";
        if (!isJson || payload.Data.Length == 0 || payload.Data.ToStringUtf8() == "null")
        {
            return null;
        }

        // A single value may come as a list of one, from clients of the untyped past.
        if (key.ValueType != IndexedValueType.KeywordList && payload.Data[0] == (byte)'[')
        {
            var list = converter.ToValue(payload, key.NonNullableValueType.MakeArrayType()) as Array;
            return list is { Length: 1 } ? list.GetValue(0) : null;
        }

        return converter.ToValue(payload, key.NonNullableValueType);
    }

    /// <summary>Collects values for a <see cref="SearchAttributeCollection"/>.</summary>
    public class Builder
    {
        private readonly Dictionary<SearchAttributeKey, object> values = [];

        public Builder()
        {
        }

        /// <summary>Starts from the values of <paramref name="collection"/>.</summary>
        public Builder(SearchAttributeCollection collection)
        {
            foreach (var (key, value) in collection.values)
            {
                values[key] = value;
            }
        }

        public Builder Set<T>(SearchAttributeKey<T> key, T value)
            where T : notnull
        {
            values[key] = value;
            return this;
        }

        public Builder Unset(SearchAttributeKey key)
        {
            values.Remove(key);
            return this;
        }

        public SearchAttributeCollection ToSearchAttributeCollection() =>
            values.Count == 0 ? Empty : new(new Dictionary<SearchAttributeKey, object>(values));
    }
}
