using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;

namespace Runbooks.Engine.History;

/// <summary>
/// Run states as JSON, protocol messages inside as base64 of their binary form. JSON because an operator with nothing
/// but psql must be able to read what a run waits for; default values are left out, so a small run is under 1 KB.
/// </summary>
public static class RunStateCodec
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        IgnoreReadOnlyProperties = true,
        Converters = { new MessageConverterFactory(), new JsonStringEnumConverter() },
    };

    public static byte[] Encode(RunState state) => JsonSerializer.SerializeToUtf8Bytes(state, Options);

    public static RunState Decode(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<RunState>(bytes, Options)
        ?? throw new InvalidDataException("A stored run state is the JSON value null.");

    private sealed class MessageConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeof(IMessage).IsAssignableFrom(typeToConvert);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(MessageConverter<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class MessageConverter<T> : JsonConverter<T>
        where T : class, IMessage<T>, new()
    {
        private static readonly MessageParser<T> Parser = new(() => new T());

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parser.ParseFrom(reader.GetBytesFromBase64());

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteBase64StringValue(value.ToByteArray());
    }
}
