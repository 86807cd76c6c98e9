using System.Buffers.Binary;

namespace Runbooks.Wire.Nbd;

/// <summary>
/// Encoders of transmission replies. Each writes at the start of the span and returns the bytes written.
/// </summary>
/// <remarks><b>Source</b>: NBD protocol, "Simple reply message" and "Structured reply chunk message".</remarks>
public static class NbdReplies
{
    /// <summary>Bytes of a simple reply without data.</summary>
    public const int SimpleSize = 16;

    /// <summary>Bytes of a chunk header.</summary>
    public const int ChunkHeaderSize = 20;

    /// <summary>Bytes before the data of an OFFSET_DATA chunk.</summary>
    public const int OffsetDataSize = ChunkHeaderSize + 8;

    /// <summary>Bytes of an OFFSET_HOLE chunk.</summary>
    public const int OffsetHoleSize = ChunkHeaderSize + 12;

    /// <summary>Bytes of an ERROR chunk without message.</summary>
    public const int ErrorSize = ChunkHeaderSize + 6;

    /// <summary>Bytes before the extents of a BLOCK_STATUS chunk.</summary>
    public const int BlockStatusSize = ChunkHeaderSize + 4;

    /// <summary>Bytes of one extent.</summary>
    public const int ExtentSize = 8;

    private const ushort DoneFlag = 1;

    /// <summary>A simple reply; data of a successful READ follows.</summary>
    public static int WriteSimple(Span<byte> destination, ulong cookie, NbdError error)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, NbdMagic.SimpleReply);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)error);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], cookie);
        return SimpleSize;
    }

    /// <summary>An empty final chunk: success with nothing more to say.</summary>
    public static int WriteNone(Span<byte> destination, ulong cookie) =>
        WriteChunkHeader(destination, NbdChunkType.None, cookie, 0, isDone: true);

    /// <summary>The start of a data chunk; <paramref name="length"/> bytes follow.</summary>
    public static int WriteOffsetData(Span<byte> destination, ulong cookie, ulong offset, int length, bool isDone)
    {
        WriteChunkHeader(destination, NbdChunkType.OffsetData, cookie, (uint)length + 8, isDone);
        BinaryPrimitives.WriteUInt64BigEndian(destination[ChunkHeaderSize..], offset);
        return OffsetDataSize;
    }

    /// <summary>A run of zeroes.</summary>
    public static int WriteOffsetHole(Span<byte> destination, ulong cookie, ulong offset, uint length, bool isDone)
    {
        WriteChunkHeader(destination, NbdChunkType.OffsetHole, cookie, 12, isDone);
        BinaryPrimitives.WriteUInt64BigEndian(destination[ChunkHeaderSize..], offset);
        BinaryPrimitives.WriteUInt32BigEndian(destination[(ChunkHeaderSize + 8)..], length);
        return OffsetHoleSize;
    }

    /// <summary>A final error chunk without message.</summary>
    public static int WriteError(Span<byte> destination, ulong cookie, NbdError error)
    {
        WriteChunkHeader(destination, NbdChunkType.Error, cookie, 6, isDone: true);
        BinaryPrimitives.WriteUInt32BigEndian(destination[ChunkHeaderSize..], (uint)error);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(ChunkHeaderSize + 4)..], 0);
        return ErrorSize;
    }

    /// <summary>The start of a final block status chunk; the extents follow, see <see cref="WriteExtent"/>.</summary>
    public static int WriteBlockStatus(Span<byte> destination, ulong cookie, uint context, int extents)
    {
        WriteChunkHeader(destination, NbdChunkType.BlockStatus, cookie, (uint)(4 + (extents * ExtentSize)),
            isDone: true);
        BinaryPrimitives.WriteUInt32BigEndian(destination[ChunkHeaderSize..], context);
        return BlockStatusSize;
    }

    /// <summary>One extent of a block status.</summary>
    public static int WriteExtent(Span<byte> destination, uint length, uint state)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], state);
        return ExtentSize;
    }

    private static int WriteChunkHeader(Span<byte> destination, NbdChunkType type, ulong cookie, uint length,
        bool isDone)
    {
        new NbdChunkHeader(isDone ? DoneFlag : (ushort)0, type, cookie, length).Write(destination);
        return ChunkHeaderSize;
    }
}
