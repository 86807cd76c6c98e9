using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Runbooks.Cli.Records;

/// <summary>One numbered record: 4 KiB that say which number they are, with a SHA-256 over all of it.</summary>
/// <remarks>Layout, big-endian: magic (8), number (8), time in ticks (8), random filler from the number (4040),
/// digest (32).</remarks>
internal static class RecordBlock
{
    public const int Size = 4096;

    private const ulong Magic = 0x52554e424f4f4b31;
    private const int DigestAt = Size - 32;

    /// <summary>Fills a block with record <paramref name="number"/>.</summary>
    public static void Write(Span<byte> block, long number, long ticks)
    {
        BinaryPrimitives.WriteUInt64BigEndian(block, Magic);
        BinaryPrimitives.WriteInt64BigEndian(block[8..], number);
        BinaryPrimitives.WriteInt64BigEndian(block[16..], ticks);
        var state = (ulong)number * 0x9E3779B97F4A7C15 + 1;
        for (var at = 24; at < DigestAt; at += 8)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            BinaryPrimitives.WriteUInt64BigEndian(block[at..], state);
        }

        SHA256.HashData(block[..DigestAt], block[DigestAt..]);
    }

    /// <summary>The number of a whole record; -1 for a block of zeros, -2 for a torn or foreign one.</summary>
    public static long Read(ReadOnlySpan<byte> block)
    {
        if (!block.ContainsAnyExcept((byte)0))
        {
            return -1;
        }

        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(block[..DigestAt], digest);
        return BinaryPrimitives.ReadUInt64BigEndian(block) == Magic && digest.SequenceEqual(block[DigestAt..])
            ? BinaryPrimitives.ReadInt64BigEndian(block[8..])
            : -2;
    }
}
