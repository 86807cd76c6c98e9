using System.Numerics;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>
/// A set of grains, one bit each, that readers may ask without a lock while one writer adds.
/// </summary>
/// <remarks>A 2 TiB image has 33,554,432 grains of 64 KiB: 4 MiB.</remarks>
internal sealed class GrainSet(long grains)
{
    private readonly ulong[] _words = new ulong[(grains + 63) / 64];
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public bool Contains(long grain) => (Volatile.Read(ref _words[grain >> 6]) >> (int)(grain & 63) & 1) != 0;

    public bool ContainsAll(long first, long last)
    {
        for (long grain = first; grain <= last; grain++)
        {
            if (!Contains(grain))
            {
                return false;
            }
        }

        return true;
    }

    public bool Add(long grain)
    {
        ulong bit = 1UL << (int)(grain & 63);
        if ((Interlocked.Or(ref _words[grain >> 6], bit) & bit) != 0)
        {
            return false;
        }

        Interlocked.Increment(ref _count);
        return true;
    }

    public IEnumerable<long> All()
    {
        for (long word = 0; word < _words.LongLength; word++)
        {
            for (ulong bits = Volatile.Read(ref _words[word]); bits != 0; bits &= bits - 1)
            {
                yield return (word << 6) + BitOperations.TrailingZeroCount(bits);
            }
        }
    }
}
