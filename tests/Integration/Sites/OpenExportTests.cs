using Runbooks.BlockPath.Site;
using Runbooks.Domain.States;
using Runbooks.Tests.Integration.Replication;

namespace Runbooks.Tests.Integration.Sites;

/// <summary>
/// "Open" is a promise to whoever reads the status next, a machine driver among them: a guest that connects is served.
/// </summary>
public sealed class OpenExportTests
{
    [Fact]
    public async Task Volume_WhoseExportIsStillToCome_IsNotSaidToBeOpen()
    {
        using var folder = new Folder();
        using var mayExport = new ManualResetEventSlim();
        using var isHeld = new ManualResetEventSlim();
        using var site = new Site(new SiteOptions(SiteUnderTest.A, folder.Path)
        {
            // The thread that adds exports also tells of transitions: held here, the core opens
            // and the export does not come.
            Log = line =>
            {
                if (line.Contains("->", StringComparison.Ordinal))
                {
                    isHeld.Set();
                    mayExport.Wait(TestContext.Current.CancellationToken);
                }
            },
        });
        Assert.True((await site.Volumes.CreateAsync(
            new NewVolume(SiteUnderTest.Volume, SiteUnderTest.Protection, Role.Primary, SiteUnderTest.Size, ""))).IsOk);
        isHeld.Wait(TestContext.Current.CancellationToken);
        for (var look = 0; look < 25; look++)
        {
            var status = site.Describe().Volumes.Single();
            Assert.False(status.IsOpen);
            Assert.Empty(status.ExportName);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        mayExport.Set();
        while (!site.Describe().Volumes.Single().IsOpen)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        var port = int.Parse(site.NbdAddresses[0].Split(':')[^1]);
        using var guest = new NbdWriter(port, SiteUnderTest.Volume.ToString());
        Assert.Equal(0u, guest.Write(0, new byte[4096]));
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("rb-open-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
