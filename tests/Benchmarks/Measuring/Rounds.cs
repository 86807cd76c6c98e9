namespace Runbooks.Tests.Benchmarks.Measuring;

/// <summary>
/// Measures contenders by turns and prints medians. The first contender is ours: behind each peer stand the medians,
/// over the rounds, of (ours / peer) of rate and of p50, so a slow minute of the machine weighs on both sides.
/// </summary>
internal static class Rounds
{
    public static async Task RunAsync(string job, BenchmarkSettings settings, IReadOnlyList<Contender> contenders)
    {
        if (!job.Contains(settings.Only, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var samples = contenders.Select(_ => new List<Sample>()).ToArray();
        for (var round = 0; round < settings.Rounds; round++)
        {
            // Every other round runs backwards, so that nobody always follows the same neighbour.
            var order = Enumerable.Range(0, contenders.Count);
            foreach (var at in round % 2 == 0 ? order : order.Reverse())
            {
                samples[at].Add(await contenders[at].MeasureAsync());
            }
        }

        Print(job, settings, contenders, samples);
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static void Print(
        string job, BenchmarkSettings settings, IReadOnlyList<Contender> contenders, List<Sample>[] samples)
    {
        Console.WriteLine();
        Console.WriteLine($"{job}   ({settings.Rounds} rounds of {settings.Seconds} s, medians)");
        Console.WriteLine(
            $"  {"",-34}{"per second",11}{"min..max",18}{"p50",11}{"p99",11}{"cpu/op",10}"
            + $"{"ours/peer",11}{"p50 ours/peer",15}");
        for (var at = 0; at < contenders.Count; at++)
        {
            var own = samples[at];
            var rate = Median(own.Select(s => s.PerSecond));
            var ratios = at == 0 ? "" : Ratio(samples[0], own, s => s.PerSecond).PadLeft(11)
                + Ratio(samples[0], own, s => s.P50.TotalMicroseconds).PadLeft(15);
            Console.WriteLine(
                $"  {contenders[at].Name,-34}{rate,11:N0}"
                + $"{$"{own.Min(s => s.PerSecond):N0}..{own.Max(s => s.PerSecond):N0}",18}"
                + $"{Time(own.Select(s => (TimeSpan?)s.P50)),11}{Time(own.Select(s => (TimeSpan?)s.P99)),11}"
                + $"{Time(own.Select(s => s.CpuPerOperation)),10}{ratios}");
        }
    }

    private static string Ratio(List<Sample> ours, List<Sample> peer, Func<Sample, double> value) =>
        Median(ours.Zip(peer, (a, b) => value(a) / value(b))) is var ratio
            && double.IsNaN(ratio) ? "-" : $"{ratio:0.00}x";

    private static string Time(IEnumerable<TimeSpan?> times)
    {
        var known = times.OfType<TimeSpan>().ToList();
        if (known.Count == 0 || known.All(t => t == TimeSpan.Zero))
        {
            return "-";
        }

        var median = TimeSpan.FromMicroseconds(Median(known.Select(t => t.TotalMicroseconds)));
        return median.TotalMilliseconds >= 1
            ? $"{median.TotalMilliseconds:0.0} ms"
            : $"{median.TotalMicroseconds:0} us";
    }
}
