using System.Security.Cryptography;
using Runbooks.Domain.Units;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>
/// Digest of a disk's contents: SHA-256 of every MiB, and the Merkle root over them.
/// </summary>
/// <remarks>
/// The last range may be shorter. A node is SHA-256 of its two children; an odd node at the end of a level goes up as
/// it is.
/// The root of an empty disk is SHA-256 of nothing. Holes are not read: a MiB of zeroes has a known digest.
/// </remarks>
public static class PointDigest
{
    public const int RangeBytes = Grain.CompareBytes;

    /// <summary>The digests of all ranges as of the point, in order.</summary>
    public static IReadOnlyList<byte[]> Ranges(PointReader point, CancellationToken cancellation)
    {
        List<byte[]> ranges = [];
        byte[] data = new byte[RangeBytes];
        byte[] zero = SHA256.HashData(data);
        for (long at = 0; at < point.Length; at += RangeBytes)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = (int)Math.Min(RangeBytes, point.Length - at);
            if (length == RangeBytes && AllHoles(point, at))
            {
                ranges.Add(zero);
                continue;
            }

            point.Read(at, data.AsSpan(0, length));
            ranges.Add(SHA256.HashData(data.AsSpan(0, length)));
        }

        return ranges;
    }

    /// <summary>The Merkle root, lower-case hex.</summary>
    public static string Root(IReadOnlyList<byte[]> ranges)
    {
        List<byte[]> level = [.. ranges];
        if (level.Count == 0)
        {
            level.Add(SHA256.HashData([]));
        }

        while (level.Count > 1)
        {
            List<byte[]> above = [];
            for (int i = 0; i < level.Count; i += 2)
            {
                above.Add(i + 1 < level.Count ? SHA256.HashData([.. level[i], .. level[i + 1]]) : level[i]);
            }

            level = above;
        }

        return Convert.ToHexStringLower(level[0]);
    }

    private static bool AllHoles(PointReader point, long at)
    {
        for (long grain = at / Grain.RegionBytes; grain < (at + RangeBytes) / Grain.RegionBytes; grain++)
        {
            if (!point.IsHole(grain))
            {
                return false;
            }
        }

        return true;
    }
}
