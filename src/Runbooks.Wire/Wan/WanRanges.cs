using System.Buffers.Binary;

namespace Runbooks.Wire.Wan;

/// <summary>A list of byte ranges; the payload of InDoubt.</summary>
/// <remarks><b>Shape</b>: 16 bytes per range: first byte, length.</remarks>
public static class WanRanges
{
    /// <summary>Encodes up to <see cref="WanLimits.RangesPerFrame"/> ranges.</summary>
    public static byte[] Write(IReadOnlyList<(long Offset, long Length)> ranges)
    {
        if (ranges.Count > WanLimits.RangesPerFrame)
        {
            throw new WanProtocolException($"{ranges.Count} ranges do not fit into one frame");
        }

        var bytes = new byte[ranges.Count * 16];
        for (var i = 0; i < ranges.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * 16), ranges[i].Offset);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * 16 + 8), ranges[i].Length);
        }

        return bytes;
    }

    /// <summary>Decodes a payload.</summary>
    /// <exception cref="WanProtocolException">The payload is cut or a range is outside every volume.</exception>
    public static IReadOnlyList<(long Offset, long Length)> Read(ReadOnlySpan<byte> payload)
    {
        if (payload.Length % 16 != 0)
        {
            throw new WanProtocolException($"a range list of {payload.Length} bytes ends inside a range");
        }

        var ranges = new (long Offset, long Length)[payload.Length / 16];
        for (var i = 0; i < ranges.Length; i++)
        {
            var offset = BinaryPrimitives.ReadInt64LittleEndian(payload[(i * 16)..]);
            var length = BinaryPrimitives.ReadInt64LittleEndian(payload[(i * 16 + 8)..]);
            if (offset < 0 || length <= 0 || offset > long.MaxValue - length)
            {
                throw new WanProtocolException($"range {offset}+{length} is outside every volume");
            }

            ranges[i] = (offset, length);
        }

        return ranges;
    }
}
