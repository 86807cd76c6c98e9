using System.Buffers.Binary;

namespace Runbooks.Wire.Wan;

/// <summary>The fixed 48-byte header that starts every frame.</summary>
/// <remarks>
/// <para>
/// The header carries its own checksum and the payload's, apart from each other: a guest's payload is summed once,
/// however many standbys it is sent to, and header and payload leave in one vectored send without a copy.
/// </para>
/// <para><b>Shape</b>: little-endian. The meaning of <see cref="Offset"/>, <see cref="Length"/>,
/// <see cref="Extra"/> and <see cref="Code"/> depends on <see cref="Type"/>; PROTOCOL.md has the table.</para>
/// </remarks>
/// <param name="Type">Kind of the frame.</param>
/// <param name="Flags">Flags of the frame.</param>
/// <param name="Code">Error number of a failed answer; else 0.</param>
/// <param name="PayloadLength">Bytes that follow the header.</param>
/// <param name="PayloadChecksum">CRC-32C of those bytes; 0 when there are none.</param>
/// <param name="Sequence">Position in the sender's stream, or the position an answer refers to.</param>
/// <param name="Generation">Generation under which the sender speaks.</param>
/// <param name="Offset">First byte of a range, or the durable position of an ack, or a clock.</param>
/// <param name="Length">Length of a range.</param>
/// <param name="Extra">Window of an ack in KiB; else 0.</param>
public readonly record struct WanHeader(
    WanFrameType Type,
    WanFlags Flags,
    ushort Code,
    int PayloadLength,
    uint PayloadChecksum,
    ulong Sequence,
    ulong Generation,
    ulong Offset,
    uint Length,
    uint Extra)
{
    private const WanFlags KnownFlags = WanFlags.Durable | WanFlags.Copy | WanFlags.KeepAllocated
        | WanFlags.Complete | WanFlags.Failed;

    /// <summary>Writes the header, checksum included.</summary>
    /// <remarks><b>Errors</b>: a destination below 48 bytes is a bug of the caller.</remarks>
    public void Write(Span<byte> destination)
    {
        destination[4] = (byte)Type;
        destination[5] = (byte)Flags;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], Code);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], PayloadLength);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], PayloadChecksum);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[40..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[44..], Extra);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Crc32C.Compute(destination[4..WanLimits.HeaderBytes]));
    }

    /// <summary>Reads one header if all of it is there.</summary>
    /// <returns>False when fewer than 48 bytes are there.</returns>
    /// <exception cref="WanProtocolException">Checksum, type, flags or a limit is wrong.</exception>
    public static bool TryRead(ReadOnlySpan<byte> source, out WanHeader header)
    {
        if (source.Length < WanLimits.HeaderBytes)
        {
            header = default;
            return false;
        }

        var sum = BinaryPrimitives.ReadUInt32LittleEndian(source);
        if (sum != Crc32C.Compute(source[4..WanLimits.HeaderBytes]))
        {
            throw new WanProtocolException("frame header checksum differs: the stream is damaged or not this protocol");
        }

        header = new WanHeader(
            (WanFrameType)source[4],
            (WanFlags)source[5],
            BinaryPrimitives.ReadUInt16LittleEndian(source[6..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[40..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[44..]));
        Validate(header);
        return true;
    }

    /// <summary>True when a receiver may skip the frame without knowing its type.</summary>
    public bool IsAdvisory => (byte)Type > 127;

    /// <summary>Checks the payload against the header.</summary>
    /// <exception cref="WanProtocolException">The checksum differs.</exception>
    public void CheckPayload(ReadOnlySpan<byte> payload)
    {
        if (Crc32C.Compute(payload) != PayloadChecksum)
        {
            throw new WanProtocolException($"payload checksum of {Type} {Sequence} differs");
        }
    }

    private static void Validate(in WanHeader header)
    {
        if (!header.IsAdvisory && (header.Type == WanFrameType.None || header.Type > WanFrameType.Fetched))
        {
            throw new WanProtocolException($"frame type {(byte)header.Type} is not known");
        }

        if ((header.Flags & ~KnownFlags) != 0 && !header.IsAdvisory)
        {
            throw new WanProtocolException($"frame flags {(byte)header.Flags:x2} are not known");
        }

        var limit = header.Type == WanFrameType.Write ? WanLimits.WritePayloadMax : WanLimits.ControlPayloadMax;
        if (header.PayloadLength < 0 || header.PayloadLength > limit)
        {
            throw new WanProtocolException(
                $"payload of {(uint)header.PayloadLength} bytes is above the limit of {limit} for {header.Type}");
        }

        if (header.PayloadLength == 0 && header.PayloadChecksum != 0)
        {
            throw new WanProtocolException("a frame without payload carries a payload checksum");
        }

        var isRange = header.Type is WanFrameType.Write or WanFrameType.Zero or WanFrameType.Discard
            or WanFrameType.DigestRequest or WanFrameType.Fetch or WanFrameType.Fetched;
        if (isRange && (header.Length > WanLimits.RangeMax || header.Offset > (ulong)long.MaxValue - header.Length))
        {
            throw new WanProtocolException($"range {header.Offset}+{header.Length} is outside every volume");
        }

        if (header.Type == WanFrameType.Write && header.Length != (uint)header.PayloadLength)
        {
            throw new WanProtocolException(
                $"write of {header.Length} bytes carries {header.PayloadLength} bytes of payload");
        }

        if (header.Type == WanFrameType.Fetch && header.Length > WanLimits.FetchMax)
        {
            throw new WanProtocolException(
                $"a fetch of {header.Length} bytes is above the limit of {WanLimits.FetchMax}");
        }

        if (header is { Type: WanFrameType.Fetched, PayloadLength: > 0 }
            && header.Length != (uint)header.PayloadLength)
        {
            throw new WanProtocolException(
                $"{header.Length} fetched bytes come with {header.PayloadLength} bytes of payload");
        }
    }
}
