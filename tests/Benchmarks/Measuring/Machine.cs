using System.Diagnostics;

namespace Runbooks.Tests.Benchmarks.Measuring;

/// <summary>What the figures were taken on, with a fixed loop that shows in which state the machine was.</summary>
internal static class Machine
{
    public static void Describe()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30;
        Console.WriteLine(
            $"{Environment.ProcessorCount} cores, {memory} GiB, Linux {Environment.OSVersion.Version}, "
            + $".NET {Environment.Version}, TCP {Read("/proc/sys/net/ipv4/tcp_congestion_control")}, "
            + $"load {Read("/proc/loadavg").Split(' ')[0]}");
        Console.WriteLine($"calibration loop: {Calibrate().TotalMilliseconds:0} ms");
    }

    /// <summary>The best of five runs of one fixed piece of arithmetic.</summary>
    public static TimeSpan Calibrate()
    {
        var best = TimeSpan.MaxValue;
        for (var run = 0; run < 5; run++)
        {
            var began = Stopwatch.GetTimestamp();
            var x = 88172645463325252UL;
            for (var i = 0; i < 20_000_000; i++)
            {
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
            }

            GC.KeepAlive(x);
            var took = Stopwatch.GetElapsedTime(began);
            best = took < best ? took : best;
        }

        return best;
    }

    private static string Read(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "unknown";
}
