namespace Runbooks.Domain.Units;

/// <summary>The two grains of change tracking, in bytes.</summary>
/// <remarks>
/// A region is what is marked durably before its first write; a block is what is sent. Arithmetic: a 2 TiB volume has
/// 2^41 / 2^16 = 2^25
/// regions, whose bitmap is 4 MiB on disk and in memory; block bits exist only inside dirty regions, 16 bits (2
/// bytes) each.
/// </remarks>
public static class Grain
{
    /// <summary>What is sent and compared: 4 KiB.</summary>
    public const int BlockBytes = 4096;

    /// <summary>What is marked durably: 64 KiB.</summary>
    public const int RegionBytes = 65536;

    /// <summary>Blocks in a region: 16.</summary>
    public const int BlocksPerRegion = RegionBytes / BlockBytes;

    /// <summary>What comparison digests cover: 1 MiB.</summary>
    public const int CompareBytes = 1 << 20;
}
