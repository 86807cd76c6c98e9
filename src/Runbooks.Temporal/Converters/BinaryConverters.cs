using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Converters;

/// <summary><c>binary/null</c>: the null value; reads as the type's default.</summary>
public class BinaryNullConverter : IEncodingConverter
{
    public string Encoding => "binary/null";

    public bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload)
    {
        payload = value == null ? PayloadFactory.Create(Encoding, ByteString.Empty) : null;
        return payload != null;
    }

    public object? ToValue(Payload payload, Type type)
    {
        if (payload.Data.Length > 0)
        {
            throw new ArgumentException("A null payload must have no data.", nameof(payload));
        }

        return type.IsValueType && Nullable.GetUnderlyingType(type) == null
            ? throw new ArgumentException($"Null does not fit {type}.", nameof(payload))
            : null;
    }
}

/// <summary><c>binary/plain</c>: byte arrays as they are.</summary>
public class BinaryPlainConverter : IEncodingConverter
{
    public string Encoding => "binary/plain";

    public bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload)
    {
        payload = value switch
        {
            byte[] bytes => PayloadFactory.Create(Encoding, ByteString.CopyFrom(bytes)),
            ByteString bytes => PayloadFactory.Create(Encoding, bytes),
            _ => null,
        };
        return payload != null;
    }

    public object? ToValue(Payload payload, Type type)
    {
        if (type == typeof(ByteString))
        {
            return payload.Data;
        }

        return type.IsAssignableFrom(typeof(byte[]))
            ? payload.Data.ToByteArray()
            : throw new ArgumentException($"Bytes do not fit {type}.", nameof(payload));
    }
}

/// <summary><c>binary/protobuf</c>: messages in wire format.</summary>
public class BinaryProtoConverter : IEncodingConverter
{
    public string Encoding => "binary/protobuf";

    public bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload)
    {
        payload = null;
        if (value is IMessage message)
        {
            payload = PayloadFactory.Create(Encoding, message.ToByteString());
            payload.Metadata["messageType"] = ByteString.CopyFromUtf8(message.Descriptor.FullName);
        }

        return payload != null;
    }

    public object? ToValue(Payload payload, Type type) =>
        PayloadFactory.DescriptorOf(type).Parser.ParseFrom(payload.Data);
}

/// <summary><c>json/protobuf</c>: messages in proto3 JSON.</summary>
public class JsonProtoConverter : IEncodingConverter
{
    private static readonly JsonParser Parser =
        new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public string Encoding => "json/protobuf";

    public bool TryToPayload(object? value, [NotNullWhen(true)] out Payload? payload)
    {
        payload = null;
        if (value is IMessage message)
        {
            payload = PayloadFactory.Create(
                Encoding, ByteString.CopyFromUtf8(JsonFormatter.Default.Format(message)));
            payload.Metadata["messageType"] = ByteString.CopyFromUtf8(message.Descriptor.FullName);
        }

        return payload != null;
    }

    public object? ToValue(Payload payload, Type type) =>
        Parser.Parse(payload.Data.ToStringUtf8(), PayloadFactory.DescriptorOf(type));
}
