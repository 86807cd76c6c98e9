using System.Buffers.Binary;

namespace Runbooks.Wire.Nbd;

/// <summary>The fixed part of a client's option; its data follow.</summary>
/// <param name="Option">Possibly unknown.</param>
/// <param name="Length">Bytes that follow.</param>
public readonly record struct NbdOptionHeader(NbdOption Option, uint Length)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 16;

    /// <summary>Decodes <see cref="Size"/> bytes; false when the magic is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out NbdOptionHeader header)
    {
        header = new NbdOptionHeader(
            (NbdOption)BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
                BinaryPrimitives.ReadUInt32BigEndian(source[12..]));
        return BinaryPrimitives.ReadUInt64BigEndian(source) == NbdMagic.Option;
    }

    /// <summary>Encodes into the first <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, NbdMagic.Option);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)Option);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Length);
    }
}
