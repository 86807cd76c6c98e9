using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Google.Protobuf;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Grpc;

/// <summary>
/// The one frame of a unary call, either way: a flag byte (1 = gzip), four bytes of length (big endian), the message.
/// Requests are gzipped by the official Core always; answers go out plain, which every client accepts.
/// </summary>
internal static class GrpcFrame
{
    private const int PrefixLength = 5;

    // Header of ten bytes, trailer of eight.
    private const int GzipLengthMin = 18;

    public static async Task<IMessage> ReadAsync(PipeReader body, RpcMethod method, int bytesMax, CancellationToken cancel)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancel);
            var buffer = read.Buffer;
            if (TryMeasure(buffer, bytesMax, out var flag, out var length))
            {
                var message = Parse(buffer.Slice(PrefixLength, length), flag, method, bytesMax);
                body.AdvanceTo(buffer.End);
                return message;
            }
            if (read.IsCompleted)
            {
                throw RpcFault.Invalid("The request ended within its frame.");
            }
            body.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public static void Write(IBufferWriter<byte> body, IMessage message)
    {
        var prefix = body.GetSpan(PrefixLength);
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], message.CalculateSize());
        body.Advance(PrefixLength);
        message.WriteTo(body);
    }

    private static bool TryMeasure(ReadOnlySequence<byte> buffer, int bytesMax, out byte flag, out int length)
    {
        (flag, length) = (0, 0);
        if (buffer.Length < PrefixLength)
        {
            return false;
        }
        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        var declared = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (declared > bytesMax)
        {
            throw TooLarge(declared, bytesMax);
        }
        (flag, length) = (prefix[0], (int)declared);
        return buffer.Length >= PrefixLength + length;
    }

    private static IMessage Parse(ReadOnlySequence<byte> frame, byte flag, RpcMethod method, int bytesMax)
    {
        try
        {
            return flag switch
            {
                0 => method.RequestParser.ParseFrom(frame),
                1 => method.RequestParser.ParseFrom(Inflate(frame, bytesMax)),
                _ => throw RpcFault.Invalid($"Unknown frame flag {flag}."),
            };
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new RpcFault(
                RpcStatus.InvalidArgument, $"The request of {method.Path} is malformed: {malformed.Message}", null, malformed);
        }
        catch (InvalidDataException notGzip)
        {
            throw new RpcFault(RpcStatus.InvalidArgument, "The request's gzip data is broken.", null, notGzip);
        }
    }

    private static ReadOnlySequence<byte> Inflate(ReadOnlySequence<byte> frame, int bytesMax)
    {
        if (frame.IsEmpty)
        {
            return frame;
        }
        using var gzip = new GZipStream(new MemoryStream(frame.ToArray()), CompressionMode.Decompress);
        var plain = new ArrayBufferWriter<byte>((int)Math.Min(bytesMax, Math.Max(256, frame.Length * 4)));
        for (int read; (read = gzip.Read(plain.GetSpan(256))) > 0;)
        {
            plain.Advance(read);
            if (plain.WrittenCount > bytesMax)
            {
                throw TooLarge(plain.WrittenCount, bytesMax);
            }
        }
        // The framework's reader ends quietly where its data ends early; gzip's last four bytes tell the true length.
        Span<byte> length = stackalloc byte[sizeof(uint)];
        if (frame.Length >= GzipLengthMin)
        {
            frame.Slice(frame.Length - sizeof(uint)).CopyTo(length);
        }
        return frame.Length >= GzipLengthMin && BinaryPrimitives.ReadUInt32LittleEndian(length) == plain.WrittenCount
            ? new ReadOnlySequence<byte>(plain.WrittenMemory)
            : throw new InvalidDataException("The gzip data ends early.");
    }

    private static RpcFault TooLarge(long bytes, int bytesMax) =>
        new(RpcStatus.ResourceExhausted, $"The request has {bytes} bytes; the limit is {bytesMax}.");
}
