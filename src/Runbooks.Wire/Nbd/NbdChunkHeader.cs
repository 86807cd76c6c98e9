using System.Buffers.Binary;

namespace Runbooks.Wire.Nbd;

/// <summary>Header of one structured reply chunk.</summary>
/// <param name="Flags">Bit 0: last chunk of the reply.</param>
/// <param name="Type">What follows.</param>
/// <param name="Cookie">The request's.</param>
/// <param name="Length">Bytes that follow.</param>
public readonly record struct NbdChunkHeader(ushort Flags, NbdChunkType Type, ulong Cookie, uint Length)
{
    /// <summary>Last chunk of the reply.</summary>
    public bool IsDone => (Flags & 1) != 0;

    /// <summary>Decodes <see cref="NbdReplies.ChunkHeaderSize"/> bytes; false when the magic is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out NbdChunkHeader header)
    {
        header = new NbdChunkHeader(
            BinaryPrimitives.ReadUInt16BigEndian(source[4..]),
            (NbdChunkType)BinaryPrimitives.ReadUInt16BigEndian(source[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[16..]));
        return BinaryPrimitives.ReadUInt32BigEndian(source) == NbdMagic.StructuredReply;
    }

    /// <summary>Encodes into the first <see cref="NbdReplies.ChunkHeaderSize"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, NbdMagic.StructuredReply);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], Flags);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)Type);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Cookie);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], Length);
    }
}
