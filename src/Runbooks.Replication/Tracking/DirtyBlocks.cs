using System.Numerics;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;

namespace Runbooks.Replication.Tracking;

/// <summary>The fine grain of change tracking: which 4 KiB blocks one peer lacks.</summary>
/// <remarks>
/// A mask of 16 blocks per 64 KiB region, in pages of 1024 regions that exist only where something is
/// dirty. Arithmetic: a page covers 64 MiB and takes 2 KiB; 10,000 scattered dirty blocks on a 2 TiB
/// volume touch at most 10,000 pages = 20 MiB, a volume that is dirty from end to end 2^25 x 2 bytes =
/// 64 MiB; the page table itself is 2^15 x 8 bytes = 256 KiB. Nothing here is durable: the durable grain
/// is <see cref="RegionMarks"/>, and after a crash every block of a marked region counts as dirty.
/// </remarks>
public sealed class DirtyBlocks
{
    private const int RegionsPerPage = 1024;
    private readonly ushort[]?[] pages;
    private readonly int[] pageBlocks;
    private readonly long regionCount;

    /// <summary>Makes an empty set for a volume of this size.</summary>
    public DirtyBlocks(ByteCount size)
    {
        regionCount = (size.Value + Grain.RegionBytes - 1) / Grain.RegionBytes;
        var count = (int)((regionCount + RegionsPerPage - 1) / RegionsPerPage);
        pages = new ushort[]?[count];
        pageBlocks = new int[count];
    }

    /// <summary>Number of dirty blocks.</summary>
    public long Count { get; private set; }

    /// <summary>True when nothing is dirty.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>Bytes in dirty blocks.</summary>
    public ByteCount Bytes => new(Count * Grain.BlockBytes);

    /// <summary>Mask of the dirty blocks of a region, bit 0 first.</summary>
    public ushort MaskOf(long region)
    {
        var page = pages[region / RegionsPerPage];
        return page is null ? (ushort)0 : page[region % RegionsPerPage];
    }

    /// <summary>Marks every block that the range touches.</summary>
    public void Mark(ByteRange range) => Change(range, set: true);

    /// <summary>Unmarks every block that the range touches; callers give whole blocks.</summary>
    public void Clear(ByteRange range) => Change(range, set: false);

    /// <summary>Empties the set.</summary>
    public void ClearAll()
    {
        Array.Clear(pages);
        Array.Clear(pageBlocks);
        Count = 0;
    }

    /// <summary>True when every block that the range touches is dirty.</summary>
    public bool CoversAll(ByteRange range)
    {
        if (Count == 0 || range.IsEmpty)
        {
            return false;
        }

        var last = (range.End - 1) / Grain.RegionBytes;
        for (var region = range.Offset / Grain.RegionBytes; region <= last; region++)
        {
            var wanted = MaskFor(region, range);
            if ((MaskOf(region) & wanted) != wanted)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first run of dirty blocks in [from, end), at most this long; an empty range when there is none.</summary>
    public ByteRange NextRun(long from, long end, long lengthMax)
    {
        var block = from / Grain.BlockBytes;
        var blocksEnd = (end + Grain.BlockBytes - 1) / Grain.BlockBytes;
        while (block < blocksEnd)
        {
            var region = block / Grain.BlocksPerRegion;
            if (pageBlocks[region / RegionsPerPage] == 0)
            {
                block = ((region / RegionsPerPage) + 1) * RegionsPerPage * Grain.BlocksPerRegion;
                continue;
            }

            var mask = MaskOf(region) >> (int)(block % Grain.BlocksPerRegion);
            if (mask == 0)
            {
                block = (region + 1) * Grain.BlocksPerRegion;
                continue;
            }

            block += BitOperations.TrailingZeroCount(mask);
            return RunFrom(block, blocksEnd, lengthMax);
        }

        return default;
    }

    /// <summary>All runs of dirty blocks, ascending, cut at the volume's end.</summary>
    public IEnumerable<ByteRange> Ranges(ByteCount size)
    {
        for (var run = NextRun(0, size.Value, size.Value + Grain.BlockBytes); !run.IsEmpty;
            run = NextRun(run.End, size.Value, size.Value + Grain.BlockBytes))
        {
            yield return new ByteRange(run.Offset, Math.Min(run.End, size.Value) - run.Offset);
        }
    }

    private ByteRange RunFrom(long block, long blocksEnd, long lengthMax)
    {
        if (block >= blocksEnd)
        {
            return default;
        }

        var count = 0L;
        while (block + count < blocksEnd && (count + 1) * Grain.BlockBytes <= lengthMax && IsDirty(block + count))
        {
            count++;
        }

        return new ByteRange(block * Grain.BlockBytes, count * Grain.BlockBytes);
    }

    private bool IsDirty(long block) =>
        block / Grain.BlocksPerRegion < regionCount
        && (MaskOf(block / Grain.BlocksPerRegion) & (1 << (int)(block % Grain.BlocksPerRegion))) != 0;

    private void Change(ByteRange range, bool set)
    {
        if (range.IsEmpty)
        {
            return;
        }

        var last = (range.End - 1) / Grain.RegionBytes;
        Invariant.Require(last < regionCount, "a range lies inside the volume");
        for (var region = range.Offset / Grain.RegionBytes; region <= last; region++)
        {
            var pageIndex = region / RegionsPerPage;
            var page = pages[pageIndex];
            if (page is null)
            {
                if (!set)
                {
                    continue;
                }

                page = pages[pageIndex] = new ushort[RegionsPerPage];
            }

            ref var mask = ref page[region % RegionsPerPage];
            var wanted = MaskFor(region, range);
            var after = (ushort)(set ? mask | wanted : mask & ~wanted);
            var difference = BitOperations.PopCount(after) - BitOperations.PopCount(mask);
            mask = after;
            Count += difference;
            pageBlocks[pageIndex] += difference;
            if (pageBlocks[pageIndex] == 0)
            {
                pages[pageIndex] = null;
            }
        }
    }

    private static ushort MaskFor(long region, ByteRange range)
    {
        var start = region * Grain.RegionBytes;
        var first = range.Offset <= start ? 0 : (int)((range.Offset - start) / Grain.BlockBytes);
        var end = range.End >= start + Grain.RegionBytes
            ? Grain.BlocksPerRegion
            : (int)((range.End - start + Grain.BlockBytes - 1) / Grain.BlockBytes);
        return (ushort)(((1 << end) - 1) & ~((1 << first) - 1));
    }
}
