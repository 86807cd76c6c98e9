using Runbooks.Domain.Units;

namespace Runbooks.Replication.Tracking;

/// <summary>The coarse, durable grain: which 64 KiB regions are marked on disk for one peer. The in-memory mirror of that bitmap.</summary>
/// <remarks>
/// A mark means "the peer may differ here". It is durable before the first write to the region reaches either copy, and it is dropped,
/// lazily, only when no block of the region is dirty, no write to it is in flight and every write is durable at both sites. So after a
/// crash the marked regions are a superset of every real difference. Arithmetic: 2 TiB / 64 KiB = 2^25 bits = 4 MiB per peer.
/// </remarks>
public sealed class RegionMarks(ByteCount size)
{
    private readonly ulong[] bits = new ulong[(((size.Value + Grain.RegionBytes - 1) / Grain.RegionBytes) + 63) / 64];

    /// <summary>Number of marked regions.</summary>
    public long Count { get; private set; }

    /// <summary>True when the region is marked.</summary>
    public bool Has(long region) => (bits[region >> 6] & (1UL << (int)(region & 63))) != 0;

    /// <summary>Marks a region.</summary>
    public void Set(long region)
    {
        if (!Has(region))
        {
            bits[region >> 6] |= 1UL << (int)(region & 63);
            Count++;
        }
    }

    /// <summary>Unmarks a region.</summary>
    public void Clear(long region)
    {
        if (Has(region))
        {
            bits[region >> 6] &= ~(1UL << (int)(region & 63));
            Count--;
        }
    }

    /// <summary>The marked regions as ranges, merged where they touch, cut at the volume's end.</summary>
    public List<ByteRange> Ranges()
    {
        var found = new List<ByteRange>();
        long start = -1;
        var regions = (size.Value + Grain.RegionBytes - 1) / Grain.RegionBytes;
        for (long region = 0; region <= regions; region++)
        {
            if (start < 0 && (region & 63) == 0 && region < regions && bits[region >> 6] == 0)
            {
                region += 63;
                continue;
            }

            var marked = region < regions && Has(region);
            if (marked && start < 0)
            {
                start = region;
            }
            else if (!marked && start >= 0)
            {
                var end = Math.Min(region * Grain.RegionBytes, size.Value);
                found.Add(new ByteRange(start * Grain.RegionBytes, end - (start * Grain.RegionBytes)));
                start = -1;
            }
        }

        return found;
    }
}
