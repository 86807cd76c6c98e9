using Runbooks.Tests.Benchmarks.Processes;

namespace Runbooks.Tests.Benchmarks.DataPath;

/// <summary>nbdkit's file plug-in: the strongest server of one copy known here.</summary>
internal sealed class NbdkitVolume : MeasuredVolume
{
    private NbdkitVolume(string name, int port, Daemon daemon) : base(name, port, "disk", [daemon])
    {
    }

    public static async Task<MeasuredVolume?> TryStartAsync(string folder, int mebibytes)
    {
        if (Tools.Find("nbdkit") is not { } program)
        {
            Console.WriteLine("peer left out: nbdkit is not installed");
            return null;
        }

        var path = Path.Combine(folder, "a.raw");
        using (var image = File.Create(path))
        {
            image.SetLength((long)mebibytes << 20);
        }

        var port = Daemon.FreePort();
        var daemon = await Daemon.StartAsync(
            Path.Combine(folder, "log"), Daemon.Listening(port), program, "-f", "-i", "127.0.0.1", "-p", $"{port}",
            "file", path);
        return new NbdkitVolume($"nbdkit {await Tools.VersionAsync(program)} file", port, daemon);
    }
}
