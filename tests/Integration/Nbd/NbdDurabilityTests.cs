using System.Text.RegularExpressions;

namespace Runbooks.Tests.Integration.Nbd;

/// <summary>What reaches the disk and what the guest is told when it does not.</summary>
public sealed partial class NbdDurabilityTests
{
    private const long Size = 64 << 20;

    [Fact]
    public async Task FuaAndFlush_IssueFdatasync_AndPlainWritesDoNot()
    {
        string folder = ServedImage.NewFolder();
        string trace = Path.Combine(folder, "trace");
        await using ServedImage served = await StartTracedAsync(folder, "-e", "trace=fdatasync", "-o", trace);
        await Tool.PythonNbdAsync(
            """
            import nbd, sys
            h = nbd.NBD(); h.connect_uri(sys.argv[1])
            for i in range(5): h.pwrite(b"a" * 4096, i * 4096)
            """,
            served.Uri);
        Assert.Equal(0, Count(trace));
        await Tool.PythonNbdAsync(
            """
            import nbd, sys
            h = nbd.NBD(); h.connect_uri(sys.argv[1])
            h.pwrite(b"a" * 4096, 0, nbd.CMD_FLAG_FUA)
            h.pwrite(b"b" * 4096, 0); h.flush()
            h.zero(4096, 4096, nbd.CMD_FLAG_FUA)
            h.pwrite(b"c" * 1048576, 0, nbd.CMD_FLAG_FUA)
            h.flush()
            """,
            served.Uri);
        // The last flush has nothing left to make durable.
        Assert.Equal(4, Count(trace));
    }

    [Fact]
    public async Task FailedFdatasync_IsToldToTheGuest_AndIsFinal()
    {
        string folder = ServedImage.NewFolder();
        await using ServedImage served = await StartTracedAsync(
            folder, "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=2", "-o",
                Path.Combine(folder, "trace"));
        string answers = await Tool.PythonNbdAsync(
            """
            import nbd, sys
            h = nbd.NBD(); h.connect_uri(sys.argv[1])
            def answer(call):
                try: call(); return "ok"
                except nbd.Error as e: return e.errno
            print(answer(lambda: h.pwrite(b"a", 0, nbd.CMD_FLAG_FUA)))
            print(answer(lambda: h.pwrite(b"b", 0, nbd.CMD_FLAG_FUA)))
            print(answer(lambda: h.pwrite(b"c", 0)))
            print(answer(lambda: h.flush()))
            print(answer(lambda: h.pread(1, 0)))
            """,
            served.Uri);
        Assert.Equal("ok\nEIO\nEIO\nEIO\nok\n", answers);
    }

    [Fact]
    public async Task FullDisk_IsEnospc_AndTheSessionGoesOn()
    {
        string folder = ServedImage.NewFolder();
        (int mounted, string why) = await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder);
        if (mounted != 0)
        {
            Assert.Skip($"cannot mount a tmpfs: {why}");
        }

        try
        {
            string image = Path.Combine(folder, "disk.img");
            string socketFolder = ServedImage.NewFolder();
            File.CreateSymbolicLink(Path.Combine(socketFolder, "disk.img"), image);
            await using (FileStream made = File.Create(image))
            {
                made.SetLength(Size);
            }

            await using ServedImage served = await ServedImage.StartAsync(Size, socketFolder);
            string answers = await Tool.PythonNbdAsync(
                """
                import nbd, sys
                h = nbd.NBD(); h.connect_uri(sys.argv[1])
                def answer(call):
                    try: call(); return "ok"
                    except nbd.Error as e: return e.errno
                print(answer(lambda: h.pwrite(b"a" * (1 << 20), 0)))
                print(answer(lambda: h.pwrite(b"b" * (4 << 20), 1 << 20)))
                print(answer(lambda: h.trim(8 << 20, 0)))
                print(answer(lambda: h.pwrite(b"c" * 4096, 0)))
                print(answer(lambda: h.flush()))
                """,
                served.Uri);
            Assert.Equal("ok\nENOSPC\nok\nok\nok\n", answers);
        }
        finally
        {
            await Tool.RunAsync("umount", folder);
            Directory.Delete(folder);
        }
    }

    private static Task<ServedImage> StartTracedAsync(string folder, params string[] traceOptions) =>
        ServedImage.StartAsync(Size, folder, [Tool.Find("strace"), "-f", "-qq", .. traceOptions]);

    private static int Count(string trace) => FdatasyncCall().Count(File.ReadAllText(trace));

    // A call another thread interrupts in the trace is printed twice; only its start has the parenthesis.
    [GeneratedRegex(@"\bfdatasync\(")]
    private static partial Regex FdatasyncCall();
}
