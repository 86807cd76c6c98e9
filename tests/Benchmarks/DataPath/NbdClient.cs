using System.Globalization;
using System.Text.Json;
using Runbooks.Tests.Benchmarks.Measuring;
using Runbooks.Tests.Benchmarks.Processes;

namespace Runbooks.Tests.Benchmarks.DataPath;

/// <summary>One way of writing. <see cref="Fua"/> jobs are driven by qemu-img, the others by fio.</summary>
internal sealed record WriteJob(string Name, string Pattern, string BlockSize, int Depth, bool FlushEach = false,
    bool Fua = false);

/// <summary>The client of all volumes.</summary>
internal static class NbdClient
{
    public static IReadOnlyList<WriteJob> Jobs { get; } =
    [
        new("random write 4 KiB, queue 32", "randwrite", "4k", 32),
        new("random write 4 KiB, queue 1", "randwrite", "4k", 1),
        new("random write 64 KiB, queue 8", "randwrite", "64k", 8),
        new("random write 4 KiB, queue 1, FLUSH after each", "randwrite", "4k", 1, FlushEach: true),
        new("write 4 KiB, queue 32, FUA on each", "write", "4k", 32, Fua: true),
        new("sequential write 1 MiB, queue 4", "write", "1m", 4),
        new("sequential read 1 MiB, queue 4", "read", "1m", 4),
    ];

    /// <summary>The program without which nothing can be measured.</summary>
    public static string? Missing() =>
        Tools.Find("fio") is null ? "fio" : Tools.Qemu("qemu-img") is null ? "qemu-img" : null;

    public static Task FillAsync(MeasuredVolume volume) => Tools.RunAsync(
        Tools.Find("fio")!, "--name=fill", "--ioengine=nbd", $"--uri={Uri(volume)}", "--rw=write", "--bs=1m",
        "--iodepth=4", "--end_fsync=1", "--output-format=json");

    public static async Task<Sample> MeasureAsync(MeasuredVolume volume, WriteJob job, int seconds)
    {
        var cpu = volume.CpuTime;
        var (sample, operations) = job.Fua
            ? await WithForcedWritesAsync(volume, job, seconds)
            : await WithFioAsync(volume, job, seconds);
        return sample with { CpuPerOperation = (volume.CpuTime - cpu) / Math.Max(1, operations) };
    }

    private static async Task<(Sample Sample, long Operations)> WithFioAsync(MeasuredVolume volume, WriteJob job,
        int seconds)
    {
        var output = await Tools.RunAsync(
            Tools.Find("fio")!, "--name=job", "--ioengine=nbd", $"--uri={Uri(volume)}", $"--rw={job.Pattern}",
            $"--bs={job.BlockSize}", $"--iodepth={job.Depth}", "--time_based", $"--runtime={seconds}", "--norandommap",
            "--randrepeat=0", job.FlushEach ? "--fsync=1" : "--fsync=0", "--output-format=json");
        using var document = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]);
        var way =
            document.RootElement.GetProperty("jobs")[0].GetProperty(job.Pattern.EndsWith("read",
                StringComparison.Ordinal)
            ? "read" : "write");
        var percentiles = way.GetProperty("clat_ns").GetProperty("percentile");
        return (
            new Sample(
                way.GetProperty("iops").GetDouble(), Time(percentiles, "50.000000"), Time(percentiles, "99.000000")),
            way.GetProperty("total_ios").GetInt64());
    }

    /// <summary>
    /// qemu-img writes a number of requests, not for a time: a short
    /// run says how many fill the time. It tells no percentiles.
    /// </summary>
    private static async Task<(Sample Sample, long Operations)> WithForcedWritesAsync(
        MeasuredVolume volume, WriteJob job, int seconds)
    {
        const int Probe = 500;
        var perSecond = Probe / await RunImageBenchAsync(volume, job, Probe);
        var count = Math.Max(Probe, (int)(perSecond * seconds));
        var took = await RunImageBenchAsync(volume, job, count);
        return (new Sample(count / took, TimeSpan.Zero, TimeSpan.Zero), count + Probe);
    }

    private static async Task<double> RunImageBenchAsync(MeasuredVolume volume, WriteJob job, int count)
    {
        var output = await Tools.RunAsync(
            Tools.Qemu("qemu-img")!, "bench", "-w", "-t", "writethrough", "-f", "raw", "-s", "4096", "-d",
                $"{job.Depth}",
            "-c", $"{count}", Uri(volume));
        var words = output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return double.Parse(words[Array.IndexOf(words, "seconds.") - 1], CultureInfo.InvariantCulture);
    }

    private static string Uri(MeasuredVolume volume) => $"nbd://{volume.Address}/{volume.Export}";

    private static TimeSpan Time(JsonElement percentiles, string which) =>
        TimeSpan.FromMicroseconds(percentiles.GetProperty(which).GetInt64() / 1000.0);
}
