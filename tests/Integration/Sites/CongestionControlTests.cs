using System.Collections.Concurrent;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.States;
using static Runbooks.Tests.Integration.Sites.SiteUnderTest;

namespace Runbooks.Tests.Integration.Sites;

/// <summary>What agents without privilege meet: the congestion control they would choose is not for them.</summary>
public sealed class CongestionControlTests
{
    private readonly ConcurrentQueue<string> _log = new();

    [Fact]
    public async Task CongestionControl_NotToBeHad_IsSaidOnceAndTheCopyIsMadeAllTheSame()
    {
        var folder = Directory.CreateTempSubdirectory("rb-congestion-").FullName;
        using (var a = Open(A, folder))
        using (var b = Open(B, folder))
        {
            Assert.True((await a.Volumes.CreateAsync(new NewVolume(Volume, Protection, Role.Primary, Size, ""))).IsOk);
            await UntilAsync(() => a.Describe().Volumes.Single().IsOpen);
            Assert.True((await b.Volumes.CreateAsync(
                new NewVolume(Volume, Protection, Role.Standby, Size, "") { Peer = A })).IsOk);
            Assert.True((await a.Volumes.AttachAsync(Volume, B, b.WanAddress, new LinkPolicy())).IsOk);
            await UntilAsync(() => a.Describe().Volumes.Single().Links is [{ IsComplete: true }]);
        }

        foreach (var site in new[] { A, B })
        {
            Assert.Single(_log, line => line.StartsWith($"{site} TCP congestion control 'none-such' is not", StringComparison.Ordinal));
        }

        Directory.Delete(folder, recursive: true);
    }

    private Site Open(Domain.Ids.SiteId site, string folder) => new(
        new SiteOptions(site, Path.Combine(folder, site.ToString()))
        {
            CongestionControl = "none-such", Log = line => _log.Enqueue($"{site} {line}"),
        });

    private async Task UntilAsync(Func<bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        while (!wanted())
        {
            Assert.False(limit.IsCancellationRequested, string.Join('\n', _log));
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
