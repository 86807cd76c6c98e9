using Runbooks.Tests.Benchmarks.Measuring;

namespace Runbooks.Tests.Benchmarks.DataPath;

// Two groups, each of volumes that do the same thing: two copies with the answer after both (ours, QEMU's mirror in
// write-blocking mode), and one copy (ours, qemu-nbd, nbdkit). One client for all: fio's nbd engine, and qemu-img's own
// benchmark where every write carries FUA, which fio cannot send. Every image is written whole first, and after the
// replicated group the two copies are compared byte by byte, or the figures would be of something else.
internal static class DataPathBenchmark
{
    public static async Task RunAsync(BenchmarkSettings settings)
    {
        if (NbdClient.Missing() is { } missing)
        {
            Console.WriteLine($"nothing measured: {missing} is not installed");
            return;
        }

        var folder = Directory.CreateTempSubdirectory("runbooks-bench-").FullName;
        try
        {
            await RunGroupAsync("replicated", settings, [
                () => AgentVolume.StartReplicatedAsync(Make(folder, "ours"), settings.SizeMebibytes),
                () => QemuVolume.TryStartMirrorAsync(Make(folder, "mirror"), settings.SizeMebibytes, direct: false),
                () => QemuVolume.TryStartMirrorAsync(Make(folder, "mirror-direct"), settings.SizeMebibytes,
                    direct: true),
            ]);
            await RunGroupAsync("one copy", settings, [
                () => AgentVolume.StartSingleAsync(Make(folder, "ours-single"), settings.SizeMebibytes),
                () => QemuVolume.TryStartNbdAsync(Make(folder, "qemu-nbd"), settings.SizeMebibytes, direct: false),
                () => QemuVolume.TryStartNbdAsync(Make(folder, "qemu-nbd-direct"), settings.SizeMebibytes,
                    direct: true),
                () => NbdkitVolume.TryStartAsync(Make(folder, "nbdkit"), settings.SizeMebibytes),
            ]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunGroupAsync(
        string group, BenchmarkSettings settings, IReadOnlyList<Func<Task<MeasuredVolume?>>> starts)
    {
        var volumes = new List<MeasuredVolume>();
        try
        {
            foreach (var start in starts)
            {
                if (await start() is { } volume)
                {
                    await NbdClient.FillAsync(volume);
                    await volume.SettleAsync();
                    volumes.Add(volume);
                }
            }

            foreach (var job in NbdClient.Jobs)
            {
                await Rounds.RunAsync($"{group}, {job.Name}", settings, [.. volumes.Select(v =>
                    new Contender(v.Name, () => NbdClient.MeasureAsync(v, job, settings.Seconds)))]);
            }

            foreach (var volume in volumes)
            {
                await volume.SettleAsync();
            }
        }
        finally
        {
            foreach (var volume in volumes)
            {
                await volume.DisposeAsync();
            }
        }

        foreach (var (name, images) in volumes.Where(v => v.Copies.Count > 1).Select(v => (v.Name, v.Copies)))
        {
            Console.WriteLine($"  {name}: {ImageComparison.Describe(images[0], images[1])}");
        }
    }

    private static string Make(string folder, string name) =>
        Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
}
