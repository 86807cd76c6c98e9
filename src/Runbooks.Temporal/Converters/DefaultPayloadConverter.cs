using System.Text.Json;
using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Converters;

/// <summary>
/// Asks its encodings in order, first taker wins: <c>binary/null</c>, <c>binary/plain</c> (byte arrays),
/// <c>json/protobuf</c>, <c>binary/protobuf</c> (read only in practice, since JSON comes first), <c>json/plain</c>.
/// The order is the one of every official SDK, so payloads cross languages.
/// </summary>
public class DefaultPayloadConverter : IPayloadConverter
{
    private readonly Dictionary<string, IEncodingConverter> byEncoding;

    public DefaultPayloadConverter()
        : this(new JsonSerializerOptions())
    {
    }

    /// <summary>Uses <paramref name="jsonSerializerOptions"/> for <c>json/plain</c>.</summary>
    public DefaultPayloadConverter(JsonSerializerOptions jsonSerializerOptions)
        : this([
            new BinaryNullConverter(),
            new BinaryPlainConverter(),
            new JsonProtoConverter(),
            new BinaryProtoConverter(),
            new JsonPlainConverter(jsonSerializerOptions),
        ])
    {
    }

    protected DefaultPayloadConverter(IEnumerable<IEncodingConverter> encodingConverters)
    {
        EncodingConverters = encodingConverters.ToArray();
        byEncoding = EncodingConverters.ToDictionary(c => c.Encoding);
    }

    public IReadOnlyCollection<IEncodingConverter> EncodingConverters { get; }

    public Payload ToPayload(object? value)
    {
        if (value is IRawValue raw)
        {
            return raw.Payload;
        }

        foreach (var converter in EncodingConverters)
        {
            if (converter.TryToPayload(value, out var payload))
            {
                return payload;
            }
        }

        throw new ArgumentException($"No encoding takes a value of type {value?.GetType()}.", nameof(value));
    }

    public object? ToValue(Payload payload, Type type)
    {
        if (type == typeof(IRawValue) || type == typeof(RawValue))
        {
            return new RawValue(payload);
        }

        if (!payload.Metadata.TryGetValue("encoding", out var encoding))
        {
            throw new ArgumentException("The payload has no encoding in its metadata.", nameof(payload));
        }

        return byEncoding.TryGetValue(encoding.ToStringUtf8(), out var converter)
            ? converter.ToValue(payload, type)
            : throw new ArgumentException($"Unknown payload encoding '{encoding.ToStringUtf8()}'.", nameof(payload));
    }
}
