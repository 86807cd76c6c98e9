using System.Text;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>
/// Random numbers that depend on the run id alone. The framework does not promise that a seeded <see cref="Random"/>
/// gives the same numbers in its next version, and a history may outlive a version; so the generator is written here:
/// xoshiro256**, seeded by SplitMix64 from an FNV-1a hash of the seed text.
/// </summary>
internal sealed class DeterministicRandom : Random
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    internal DeterministicRandom(string seed) => Reseed(seed);

    public override int Next() => (int)NextBelow(int.MaxValue);

    public override int Next(int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return maxValue == 0 ? 0 : (int)NextBelow((ulong)maxValue);
    }

    public override int Next(int minValue, int maxValue) => (int)NextInt64(minValue, maxValue);

    public override long NextInt64() => (long)NextBelow(long.MaxValue);

    public override long NextInt64(long maxValue) => NextInt64(0, maxValue);

    public override long NextInt64(long minValue, long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        var range = (ulong)(maxValue - minValue);
        return range == 0 ? minValue : minValue + (long)NextBelow(range);
    }

    public override double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    public override float NextSingle() => (NextUInt64() >> 40) * (1.0f / (1U << 24));

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override void NextBytes(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var word = NextUInt64();
            var count = Math.Min(8, buffer.Length);
            for (var i = 0; i < count; i++)
            {
                buffer[i] = (byte)(word >> (8 * i));
            }
            buffer = buffer[count..];
        }
    }

    internal void Reseed(string seed)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(seed))
        {
            hash = (hash ^ b) * 1099511628211UL;
        }
        s0 = SplitMix(ref hash);
        s1 = SplitMix(ref hash);
        s2 = SplitMix(ref hash);
        s3 = SplitMix(ref hash);
    }

    protected override double Sample() => NextDouble();

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    private ulong NextBelow(ulong limit)
    {
        // Numbers from the incomplete last interval would favour small results; they are drawn again.
        var fair = ulong.MaxValue - (ulong.MaxValue % limit);
        ulong value;
        do
        {
            value = NextUInt64();
        }
        while (value >= fair);
        return value % limit;
    }

    private ulong NextUInt64()
    {
        var result = ulong.RotateLeft(s1 * 5, 7) * 9;
        var t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = ulong.RotateLeft(s3, 45);
        return result;
    }
}
