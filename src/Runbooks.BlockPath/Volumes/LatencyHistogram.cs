using System.Diagnostics;
using System.Numerics;
using Runbooks.Domain.Status;

namespace Runbooks.BlockPath.Volumes;

/// <summary>A latency histogram with 8 steps per doubling: at most 12.5 % wide buckets, 1 us to 19 hours, 288 counters (2.3 KiB).</summary>
/// <remarks>Threading: one writer (the owner loop); readers see a slightly old state, which is good enough for a status.</remarks>
internal sealed class LatencyHistogram(string leg)
{
    private const int StepsShift = 3;
    private readonly long[] counts = new long[36 << StepsShift];
    private long total;
    private double largest;

    public double LargestMicroseconds => largest;

    public void Add(long stopwatchTicks)
    {
        var micros = Math.Max(1, (long)(stopwatchTicks * (1_000_000.0 / Stopwatch.Frequency)));
        counts[Math.Min(counts.Length - 1, BucketOf((ulong)micros))]++;
        total++;
        if (micros > largest)
        {
            largest = micros;
        }
    }

    public LatencySummary Summarise() => new(leg, total, Quantile(0.5), Quantile(0.99), largest);

    private static int BucketOf(ulong micros)
    {
        var log = BitOperations.Log2(micros);
        return log < StepsShift
            ? (int)micros
            : ((log - StepsShift + 1) << StepsShift) + (int)((micros >> (log - StepsShift)) & ((1 << StepsShift) - 1));
    }

    private static double LowestOf(int bucket)
    {
        var group = bucket >> StepsShift;
        var step = bucket & ((1 << StepsShift) - 1);
        return group == 0 ? step : (double)((1L << StepsShift) + step) * (1L << (group - 1));
    }

    private double Quantile(double share)
    {
        var wanted = (long)Math.Ceiling(total * share);
        long seen = 0;
        for (var i = 0; i < counts.Length && wanted > 0; i++)
        {
            seen += counts[i];
            if (seen >= wanted)
            {
                return LowestOf(i);
            }
        }

        return 0;
    }
}
