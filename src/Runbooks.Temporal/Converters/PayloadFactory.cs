using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Converters;

/// <summary>Shared shape of the payloads the built-in encodings write.</summary>
internal static class PayloadFactory
{
    public static Payload Create(string encoding, ByteString data)
    {
        var payload = new Payload { Data = data };
        payload.Metadata["encoding"] = ByteString.CopyFromUtf8(encoding);
        return payload;
    }

    /// <summary>Descriptor of a generated message type. Throws for any other type.</summary>
    public static MessageDescriptor DescriptorOf(Type type)
    {
        if (typeof(IMessage).IsAssignableFrom(type) &&
            type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)
                is MessageDescriptor descriptor)
        {
            return descriptor;
        }

        throw new ArgumentException($"{type} is not a protocol message.", nameof(type));
    }
}
