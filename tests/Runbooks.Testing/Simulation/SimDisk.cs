using Runbooks.Domain.Units;

namespace Runbooks.Testing.Simulation;

/// <summary>
/// An image of 2 KiB cells, each holding the number of the write that filled it. Un-flushed cells are at the mercy of
/// a power cut.
/// </summary>
public sealed class SimDisk
{
    /// <summary>Bytes of a cell: half a block, so that partial blocks occur.</summary>
    public const int CellBytes = 2048;

    private readonly long[] current;
    private readonly long[] durable;
    private readonly List<(long Value, long WrittenAt)>?[] unflushed;
    private readonly long[] written;
    private readonly long[] durableAt;
    private long writes;

    /// <summary>Makes a disk of zeroes.</summary>
    public SimDisk(ByteCount size)
    {
        var cells = (int)(size.Value / CellBytes);
        current = new long[cells];
        durable = new long[cells];
        unflushed = new List<(long, long)>?[cells];
        written = new long[cells];
        durableAt = new long[cells];
    }

    /// <summary>Number of cells.</summary>
    public int Cells => current.Length;

    /// <summary>Cells of a range.</summary>
    public static (int First, int End) CellsOf(ByteRange range) =>
        ((int)(range.Offset / CellBytes), (int)((range.End + CellBytes - 1) / CellBytes));

    /// <summary>What a read returns.</summary>
    public long this[int cell] => current[cell];

    /// <summary>Reads cells.</summary>
    public long[] Read(ByteRange range)
    {
        var (first, end) = CellsOf(range);
        return current[first..end];
    }

    /// <summary>Writes cells into the cache, or through it.</summary>
    public void Write(ByteRange range, long[] values, bool through)
    {
        var (first, end) = CellsOf(range);
        for (var cell = first; cell < end; cell++)
        {
            (unflushed[cell] ??= []).Add((current[cell], written[cell]));
            current[cell] = values[cell - first];
            written[cell] = ++writes;
            if (through)
            {
                durable[cell] = current[cell];
                durableAt[cell] = writes;
                unflushed[cell] = null;
            }
        }
    }

    /// <summary>What a flush that starts now will have made durable when it ends.</summary>
    public (long[] Values, long At) BeginFlush() => ([.. current], writes);

    /// <summary>The flush has ended.</summary>
    public void EndFlush((long[] Values, long At) snapshot)
    {
        for (var cell = 0; cell < current.Length; cell++)
        {
            if (durableAt[cell] > snapshot.At)
            {
                continue;
            }

            durable[cell] = snapshot.Values[cell];
            durableAt[cell] = snapshot.At;
            if (written[cell] <= snapshot.At)
            {
                unflushed[cell] = null;
            }

            // What was older than the durable value can not come back.
            unflushed[cell]?.RemoveAll(v => v.WrittenAt <= snapshot.At);
        }
    }

    /// <summary>
    /// Power cut: each un-flushed cell keeps its durable value, its last one, or any between; multi-cell writes tear.
    /// </summary>
    public void LosePower(SimWorld world)
    {
        for (var cell = 0; cell < current.Length; cell++)
        {
            if (unflushed[cell] is { } versions)
            {
                var pick = world.Next(versions.Count + 2);
                current[cell] = pick == 0 ? durable[cell] : pick == 1 ? current[cell] : versions[pick - 2].Value;
                unflushed[cell] = null;
            }

            durable[cell] = current[cell];
        }
    }

    /// <summary>First allocated (non-zero) extent at or after a position, in whole blocks; empty at the end.</summary>
    public ByteRange FindAllocation(long from)
    {
        var cell = (int)(from / CellBytes);
        while (cell < current.Length && current[cell] == 0)
        {
            cell++;
        }

        if (cell >= current.Length)
        {
            return default;
        }

        var start = Math.Max(from, (long)cell * CellBytes / Grain.BlockBytes * Grain.BlockBytes);
        var end = cell;
        while (end < current.Length && current[end] != 0)
        {
            end++;
        }

        var bytes =
            Math.Min((((long)end * CellBytes) + Grain.BlockBytes - 1) / Grain.BlockBytes * Grain.BlockBytes,
                (long)current.Length * CellBytes);
        return new ByteRange(start, bytes - start);
    }
}
