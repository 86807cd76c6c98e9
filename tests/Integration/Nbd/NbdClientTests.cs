using System.Text.Json;

namespace Runbooks.Tests.Integration.Nbd;

/// <summary>Stock clients against the agent's nbd verb, unchanged.</summary>
public sealed class NbdClientTests
{
    private const long Size = (64 << 20) + 7;

    [Fact]
    public async Task Nbdinfo_Json_ShowsEveryCapability()
    {
        await using ServedImage served = await ServedImage.StartAsync(Size);
        using JsonDocument info = JsonDocument.Parse(await Tool.MustAsync("nbdinfo", "--json", served.Uri));
        JsonElement export = info.RootElement.GetProperty("exports")[0];
        Assert.Equal("newstyle-fixed", info.RootElement.GetProperty("protocol").GetString());
        Assert.Equal(Size, export.GetProperty("export-size").GetInt64());
        foreach (string ability in new[]
                 {
                     "can_cache", "can_df", "can_fast_zero", "can_flush", "can_fua", "can_multi_conn", "can_trim",
                         "can_zero",
                 })
        {
            Assert.True(export.GetProperty(ability).GetBoolean(), ability);
        }

        Assert.False(export.GetProperty("is_read_only").GetBoolean());
        Assert.False(export.GetProperty("is_rotational").GetBoolean());
        Assert.Equal("base:allocation", export.GetProperty("contexts")[0].GetString());
    }

    [Fact]
    public async Task Nbdinfo_ListAndNames_FindTheExportByNameAndByDefault()
    {
        await using ServedImage served = await ServedImage.StartAsync(Size, options: ["--export", "vol/1"]);
        Assert.Contains("export=\"vol/1\"", await Tool.MustAsync("nbdinfo", "--list", served.Uri));
        Assert.Equal($"{Size}\n", await Tool.MustAsync("nbdinfo", "--size", served.TcpUri));
        (int unknown, _) = await Tool.RunAsync("nbdinfo", "--size", $"nbd+unix:///nothing?socket={served.Socket}");
        Assert.NotEqual(0, unknown);
        Assert.Equal($"{Size}\n", await Tool.MustAsync("nbdinfo", "--size", served.Uri));
    }

    [Fact]
    public async Task Nbdinfo_Map_ShowsDataAndHoles()
    {
        await using ServedImage served = await ServedImage.StartAsync(Size);
        await Tool.MustAsync("qemu-io", "-f", "raw", "-c", "write -P 9 1M 1M", served.Uri);
        string map = await Tool.MustAsync("nbdinfo", "--map", served.Uri);
        string[] rows = [.. map.Split('\n')
            .Select(row => string.Join(' ', row.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        Assert.Equal(["0 1048576 3 hole,zero", "1048576 1048576 0 data", $"2097152 {Size - 2097152} 3 hole,zero"],
            rows[..3]);
    }

    [Fact]
    public async Task ReadOnly_RefusesWritesAndSharesTheImage()
    {
        await using ServedImage served = await ServedImage.StartAsync(Size, options: ["--read-only"]);
        Assert.Equal(0, (await Tool.RunAsync("nbdinfo", "--is", "read-only", served.Uri)).Exit);
        string refused = await Tool.PythonNbdAsync(
            """
            import nbd, sys
            h = nbd.NBD(); h.set_strict_mode(0); h.connect_uri(sys.argv[1])
            for call in (lambda: h.pwrite(b"x", 0), lambda: h.pwrite(b"x", 1 << 40)):
                try: call()
                except nbd.Error as e: print(e.errno)
            """,
            served.Uri);
        Assert.Equal("EPERM\nEPERM\n", refused);
    }

    [Fact]
    public async Task Nbdcopy_BothWays_KeepsEveryByteAndTheHoles()
    {
        string folder = ServedImage.NewFolder();
        string source = Path.Combine(folder, "source.img");
        await using (FileStream made = File.Create(source))
        {
            made.SetLength(Size);
            byte[] random = new byte[3 << 20];
            new Random(1).NextBytes(random);
            await made.WriteAsync(random);
            made.Position = 40 << 20;
            await made.WriteAsync(random);
        }

        await using ServedImage served = await ServedImage.StartAsync(Size, folder);
        await Tool.MustAsync("nbdcopy", source, served.TcpUri);
        string back = Path.Combine(folder, "back.img");
        await Tool.MustAsync("nbdcopy", served.Uri, back);
        await Tool.MustAsync("cmp", source, back);
        await Tool.MustAsync("cmp", source, served.Image);
        string allocated = (await Tool.MustAsync("stat", "-c", "%b", served.Image)).Trim();
        Assert.InRange(long.Parse(allocated) * 512, 6 << 20, 8 << 20);
    }

    [Fact]
    public async Task QemuIo_Script_ReadsWhatItWrote()
    {
        await using ServedImage served = await ServedImage.StartAsync(Size);
        string output = await Tool.MustAsync(
            "qemu-io", "-f", "raw", "-t", "writeback",
            "-c", "write -P 7 0 1M", "-c", "write -f -P 8 100k 5k", "-c", "flush", "-c", "read -P 8 100k 5k",
            "-c", "read -P 7 0 100k", "-c", "write -z -u 512k 64k", "-c", "read -P 0 512k 64k",
            "-c", "write -z 600k 64k", "-c", "read -P 0 600k 64k", "-c", "discard 0 64k",
            "-c", "aio_write -P 3 2M 3M", "-c", "aio_write -P 4 8M 3M", "-c", "aio_flush",
            "-c", "read -P 3 2M 3M", "-c", "read -P 4 8M 3M",
            served.Uri);
        Assert.DoesNotContain("Pattern verification failed", output);
        Assert.DoesNotContain("error", output);
    }

    [Fact]
    public async Task QemuImg_InfoConvertCompare_Agree()
    {
        await using ServedImage served = await ServedImage.StartAsync(32 << 20);
        await Tool.MustAsync("qemu-io", "-f", "raw", "-c", "write -P 5 3M 2M", "-c", "write -P 6 20M 70k", served.Uri);
        Assert.Contains("virtual size: 32 MiB", await Tool.MustAsync("qemu-img", "info", served.TcpUri));
        string copy = Path.Combine(served.Folder, "copy.qcow2");
        await Tool.MustAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", served.Uri, copy);
        await Tool.MustAsync("qemu-img", "compare", "-f", "raw", "-F", "qcow2", served.TcpUri, copy);
    }

    [Fact]
    public async Task Fio_VerifiedRandomWrites_FindEveryChecksum()
    {
        await using ServedImage served = await ServedImage.StartAsync(32 << 20);
        string folder = served.Folder;
        string output = await Tool.MustAsync(
            "fio", "--name=verify", "--ioengine=nbd", $"--uri={served.Uri}", "--rw=randwrite", "--bsrange=512-128k",
            "--iodepth=64", "--size=32M", "--verify=crc32c", "--verify_fatal=1", "--fsync=50", $"--aux-path={folder}");
        Assert.Contains("err= 0", output);
    }
}
