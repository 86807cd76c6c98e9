using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Transport;

/// <summary>
/// gRPC's message framing: one flag byte (1 = compressed) and a big-endian length, then the message. Requests are sent
/// uncompressed; answers may be gzip. Both limits guard memory: the length prefix before it is allocated, the inflated
/// size while it grows.
/// Source: gRPC over HTTP/2, "Length-Prefixed-Message".
/// </summary>
internal static class GrpcFraming
{
    public const int PrefixLength = 5;

    /// <summary>Official Core accepts answers up to 128 MiB; a full history of 50 MB must fit.</summary>
    public const int AnswerBytesMax = 128 * 1024 * 1024;

    public static byte[] Encode(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[PrefixLength + length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)length);
        message.WriteTo(frame.AsSpan(PrefixLength));
        return frame;
    }

    /// <summary>Reads the one message of a unary answer to the end of the stream; null when there is none.</summary>
    public static async Task<byte[]?> ReadAsync(
        Stream stream, string? encoding, int bytesMax, CancellationToken cancellationToken)
    {
        var prefix = new byte[PrefixLength];
        var read = await stream.ReadAtLeastAsync(prefix, PrefixLength, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        if (read == 0)
        {
            return null;
        }

        if (read < PrefixLength)
        {
            throw Malformed("The answer ends inside its length prefix.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (length > bytesMax)
        {
            throw TooLarge(length, bytesMax);
        }

        var message = new byte[length];
        await stream.ReadExactlyAsync(message, cancellationToken).ConfigureAwait(false);

        // Trailers are readable only after the end of the body has been seen.
        if (await stream.ReadAsync(prefix.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) != 0)
        {
            throw Malformed("A unary answer holds more than one message.");
        }

        return prefix[0] switch
        {
            _ when length == 0 => message,
            0 => message,
            1 when encoding == "gzip" => Inflate(message, bytesMax),
            1 => throw new RpcException(
                RpcException.StatusCode.Unimplemented, $"The answer has the unknown encoding '{encoding}'.", null),
            var flag => throw Malformed($"The answer has the unknown frame flag {flag}."),
        };
    }

    private static byte[] Inflate(byte[] compressed, int bytesMax)
    {
        using var gzip = new GZipStream(new MemoryStream(compressed, writable: false), CompressionMode.Decompress);
        using var inflated = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            for (int count; (count = gzip.Read(buffer)) > 0;)
            {
                if (inflated.Length + count > bytesMax)
                {
                    throw TooLarge(inflated.Length + count, bytesMax);
                }

                inflated.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException e)
        {
            throw new RpcException(RpcException.StatusCode.Internal, "The answer is not valid gzip.", null, e);
        }

        return inflated.ToArray();
    }

    private static RpcException Malformed(string message) =>
        new(RpcException.StatusCode.Internal, message, null);

    private static RpcException TooLarge(long length, int bytesMax) => new(
        RpcException.StatusCode.ResourceExhausted,
        $"The answer of {length} bytes is larger than the limit of {bytesMax} bytes.",
        null);
}
