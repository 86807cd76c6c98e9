using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Converters;

namespace Runbooks.Tests.Conformance.Client;

/// <summary>A codec whose work is visible: data backwards, and a mark without which decoding refuses.</summary>
internal sealed class ReversingCodec : IPayloadCodec
{
    public Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads) =>
        Map(payloads, payload =>
        {
            var encoded = Reverse(payload);
            encoded.Metadata["reversed"] = ByteString.CopyFromUtf8("yes");
            return encoded;
        });

    public Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads) =>
        Map(payloads, payload =>
        {
            var decoded = Reverse(payload);
            Assert.True(decoded.Metadata.Remove("reversed"), "A payload was not encoded, or decoded twice.");
            return decoded;
        });

    private static Payload Reverse(Payload payload)
    {
        var copy = payload.Clone();
        copy.Data = ByteString.CopyFrom(payload.Data.Reverse().ToArray());
        return copy;
    }

    private static Task<IReadOnlyCollection<Payload>> Map(
        IReadOnlyCollection<Payload> payloads, Func<Payload, Payload> map) =>
        Task.FromResult<IReadOnlyCollection<Payload>>(payloads.Select(map).ToArray());
}
