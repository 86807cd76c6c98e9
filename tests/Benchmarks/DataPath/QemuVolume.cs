using Runbooks.Tests.Benchmarks.Processes;

namespace Runbooks.Tests.Benchmarks.DataPath;

/// <summary>
/// QEMU: qemu-nbd for one copy, the storage daemon's blockdev-mirror in write-blocking mode for two. Through the page
/// cache, or direct with io_uring, since which of the two is the stronger peer depends on the job.
/// </summary>
internal sealed class QemuVolume : MeasuredVolume
{
    private readonly string _folder;
    private readonly QemuMonitor? _monitor;

    private QemuVolume(string name, string folder, int port, QemuMonitor? monitor, params Daemon[] daemons)
        : base(name, port, "disk", daemons) => (_folder, _monitor) = (folder, monitor);

    public static async Task<MeasuredVolume?> TryStartNbdAsync(string folder, int mebibytes, bool direct)
    {
        if (Tools.Qemu("qemu-nbd") is not { } program)
        {
            Console.WriteLine("peer left out: qemu-nbd is not installed");
            return null;
        }

        var image = MakeImage(folder, "a.raw", mebibytes);
        var port = Daemon.FreePort();
        var daemon = await Daemon.StartAsync(
            Path.Combine(folder, "log"), Daemon.Listening(port), program, "--persistent", "--shared=16", "--format=raw",
            $"--port={port}", "--bind=127.0.0.1", "--export-name=disk", direct ? "--cache=none" : "--cache=writeback",
            direct ? "--aio=io_uring" : "--aio=threads", image);
        return new QemuVolume($"qemu-nbd {await Tools.VersionAsync(program)}, {Mode(direct)}", folder, port, null,
            daemon);
    }

    public static async Task<MeasuredVolume?> TryStartMirrorAsync(string folder, int mebibytes, bool direct)
    {
        if (Tools.Qemu("qemu-storage-daemon") is not { } program)
        {
            Console.WriteLine("peer left out: qemu-storage-daemon is not installed");
            return null;
        }

        var (near, far) = (Daemon.FreePort(), Daemon.FreePort());
        var standby = await Daemon.StartAsync(
            Path.Combine(folder, "b.log"), Daemon.Listening(far), program, [
                "--blockdev", FileNode("b", MakeImage(folder, "b.raw", mebibytes), direct),
                .. ServeNode("b", far),
            ]);
        var socket = Path.Combine(folder, "qmp");
        var primary = await Daemon.StartAsync(
            Path.Combine(folder, "a.log"), Daemon.Listening(near), program, [
                "--chardev", $"socket,id=qmp,path={socket},server=on,wait=off", "--monitor", "chardev=qmp",
                "--blockdev", FileNode("disk", MakeImage(folder, "a.raw", mebibytes), direct),
                "--blockdev", "driver=nbd,node-name=far,server.type=inet,server.host=127.0.0.1,"
                    + $"server.port={far},export=b",
                .. ServeNode("disk", near),
            ]);
        var monitor = await QemuMonitor.ConnectAsync(socket);
        await monitor.ExecuteAsync("blockdev-mirror", new Dictionary<string, object>
        {
            ["job-id"] = "mirror", ["device"] = "disk", ["target"] = "far", ["sync"] = "full",
            ["copy-mode"] = "write-blocking",
        });
        return new QemuVolume(
            $"QEMU {await Tools.VersionAsync(program)} mirror, {Mode(direct)}", folder, near, monitor, primary,
                standby);
    }

    /// <summary>Write-blocking holds from the start; the copy of what was there before must be over too.</summary>
    public override async Task SettleAsync()
    {
        while (_monitor is not null
            && !(await _monitor.ExecuteAsync("query-block-jobs"))[0].GetProperty("ready").GetBoolean())
        {
            await Task.Delay(100);
        }
    }

    public override IReadOnlyList<string> Copies =>
        _monitor is null ? [] : [Path.Combine(_folder, "a.raw"), Path.Combine(_folder, "b.raw")];

    public override async ValueTask DisposeAsync()
    {
        _monitor?.Dispose();
        await base.DisposeAsync();
    }

    private static string Mode(bool direct) => direct ? "direct" : "page cache";

    private static string FileNode(string name, string image, bool direct) =>
        $"driver=file,node-name={name},filename={image},"
        + (direct ? "cache.direct=on,aio=io_uring" : "cache.direct=off,aio=threads");

    private static string[] ServeNode(string node, int port) =>
    [
        "--nbd-server", $"addr.type=inet,addr.host=127.0.0.1,addr.port={port}",
        "--export", $"type=nbd,id=export,node-name={node},name={node},writable=on",
    ];

    private static string MakeImage(string folder, string name, int mebibytes)
    {
        var path = Path.Combine(folder, name);
        using var image = File.Create(path);
        image.SetLength((long)mebibytes << 20);
        return path;
    }
}
