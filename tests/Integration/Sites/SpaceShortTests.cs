using Runbooks.Tests.Integration.Nbd;
using Runbooks.Tests.Integration.Replication;
using static Runbooks.Tests.Integration.Sites.SiteUnderTest;

namespace Runbooks.Tests.Integration.Sites;

/// <summary>
/// A file system that is nearly full: the guest hears ENOSPC, and the operator why, before it is full.
/// </summary>
public sealed class SpaceShortTests
{
    private const uint NoSpace = 28;
    private const int BlockBytes = 64 << 10;

    [Fact]
    public async Task FileSystem_NearlyFull_RefusesNewSpaceAndSaysWhy()
    {
        var folder = Directory.CreateTempSubdirectory("rb-space-").FullName;
        var (mounted, why) = await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", folder);
        if (mounted != 0)
        {
            Directory.Delete(folder);
            Assert.Skip($"cannot mount a tmpfs: {why}");
        }

        try
        {
            using var site = new SiteUnderTest(A, folder: Path.Combine(folder, "data"));
            await site.PrimaryAsync();
            using var guest = new NbdWriter(int.Parse(site.Site.NbdAddresses[0].Split(':')[^1]), Volume.ToString());
            Assert.Equal(0u, guest.Write(0, new byte[BlockBytes]));
            Assert.Empty(site.Status.Notice);

            var filler = Path.Combine(folder, "filler");
            await File.WriteAllBytesAsync(filler, new byte[40 << 20], TestContext.Current.CancellationToken);
            await site.UntilAsync(() => site.Status.Notice.Length > 0);
            Assert.Contains("64 MiB kept back", site.Status.Notice, StringComparison.Ordinal);
            Assert.Contains("ENOSPC", site.Status.Notice, StringComparison.Ordinal);
            Assert.Empty(site.Status.Failure);
            await site.UntilSaidAsync("ENOSPC");
            Assert.Equal(NoSpace, guest.Write(4 * BlockBytes, new byte[BlockBytes]));
            Assert.Equal(0u, guest.Write(0, new byte[BlockBytes]));

            File.Delete(filler);
            await site.UntilAsync(() => site.Status.Notice.Length == 0);
            Assert.Equal(0u, guest.Write(4 * BlockBytes, new byte[BlockBytes]));
        }
        finally
        {
            await Tool.RunAsync("umount", folder);
            Directory.Delete(folder);
        }
    }
}
