using System.Collections.Concurrent;
using System.Numerics;

namespace Runbooks.BlockPath.Targets;

/// <summary>
/// Pool of pinned buffers in power-of-two sizes.
/// </summary>
/// <remarks>
/// Limits: sizes 4 KiB to 64 MiB; of each size at most <c>retainedBytesMax</c> are kept idle, the rest goes to the
/// garbage collector. With the default of 16 MiB and 15 sizes idle memory is bounded by 240 MiB in the worst history
/// and is in practice the two sizes a workload uses. What is in use is bounded by the sessions' limits, not here.
/// </remarks>
public sealed class BlockBufferPool
{
    private const int SmallestShift = 12;
    private const int LargestShift = 26;

    private readonly Shelf[] _shelves;

    public BlockBufferPool(int retainedBytesMax = 16 << 20)
    {
        _shelves = new Shelf[LargestShift - SmallestShift + 1];
        for (int i = 0; i < _shelves.Length; i++)
        {
            int size = 1 << (SmallestShift + i);
            _shelves[i] = new Shelf(size, Math.Max(1, retainedBytesMax / size));
        }
    }

    /// <summary>
    /// The pool of the process; sessions, disks and links share it so that an idle one feeds a busy one.
    /// </summary>
    public static BlockBufferPool Shared { get; } = new();

    /// <summary>
    /// A buffer of at least <paramref name="length"/> bytes, with one
    /// reference that the caller owns. Contents undefined.
    /// </summary>
    public BlockBuffer Rent(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int index = ShelfOf(length);
        if (index >= _shelves.Length)
        {
            BlockBuffer unpooled = new(length, null);
            unpooled.Revive();
            return unpooled;
        }

        Shelf shelf = _shelves[index];
        if (shelf.Idle.TryPop(out BlockBuffer? buffer))
        {
            Interlocked.Decrement(ref shelf.IdleCount);
        }
        else
        {
            buffer = new BlockBuffer(shelf.Size, this);
        }

        buffer.Revive();
        return buffer;
    }

    internal void Return(BlockBuffer buffer)
    {
        Shelf shelf = _shelves[ShelfOf(buffer.Capacity)];
        if (Interlocked.Increment(ref shelf.IdleCount) <= shelf.IdleMax)
        {
            shelf.Idle.Push(buffer);
        }
        else
        {
            Interlocked.Decrement(ref shelf.IdleCount);
        }
    }

    private static int ShelfOf(int length) =>
        length <= 1 << SmallestShift ? 0 : BitOperations.Log2((uint)length - 1) + 1 - SmallestShift;

    private sealed class Shelf(int size, int idleMax)
    {
        public readonly int Size = size;
        public readonly int IdleMax = idleMax;
        public readonly ConcurrentStack<BlockBuffer> Idle = new();
        public int IdleCount;
    }
}
