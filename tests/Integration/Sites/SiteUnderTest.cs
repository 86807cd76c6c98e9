using System.Collections.Concurrent;
using System.Net;
using Runbooks.BlockPath.Site;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Workloads;

namespace Runbooks.Tests.Integration.Sites;

/// <summary>
/// One real site in this process: files, sockets and threads as in an agent, without its command line.
/// </summary>
internal sealed class SiteUnderTest : IDisposable
{
    public const long Size = 8 << 20;
    public static readonly VolumeId Volume = VolumeId.Parse("vol_disk01");
    public static readonly ProtectionId Protection = ProtectionId.Parse("prt_disk01");
    public static readonly SiteId A = SiteId.Parse("site-a");
    public static readonly SiteId B = SiteId.Parse("site-b");

    private readonly ConcurrentQueue<string> _log = new();
    private readonly bool _ownsFolder;

    public SiteUnderTest(SiteId id, WanCredentials? credentials = null, string? folder = null)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("rb-site-").FullName;
        Site = new Site(new SiteOptions(id, Folder) { Log = _log.Enqueue, Credentials = () => credentials });
    }

    public string Folder { get; }

    public Site Site { get; }

    public IPEndPoint Wan => IPEndPoint.Parse(Site.WanAddress);

    public string Log => string.Join('\n', _log);

    public VolumeStatus Status => Site.Describe().Volumes.Single(v => v.Volume == Volume);

    public static WorkloadMetadata Workload(long size = Size, string driver = "none", params string[] start) => new(
        WorkloadId.Parse("pay-db"), "Database", GroupId.Parse("payments"), "database", 1, 512, "bios",
        [new DiskMetadata(Volume, "data", size)], [], new WorkloadDriver(driver, start.Length > 0 ? start : null));

    public static ProtectionPolicy Policy(ProtectionId? id = null) => new(
        id ?? Protection, WorkloadId.Parse("pay-db"), GroupId.Parse("payments"), A, [B]);

    public Task<Outcome<VolumeStatus>> CreateAsync(
        Role role = Role.Primary, long size = Size, string image = "", SiteId peer = default,
            LinkPolicy? policy = null) =>
        Site.Volumes.CreateAsync(new NewVolume(Volume, Protection, role, size, image)
        {
            Peer = peer, Policy = policy ?? new LinkPolicy(),
        });

    /// <summary>A primary that serves guests.</summary>
    public async Task PrimaryAsync()
    {
        Assert.True((await CreateAsync()).IsOk);
        await UntilAsync(() => Status.IsOpen);
    }

    public Task<Outcome<VolumeStatus>> AttachAsync(SiteUnderTest peer, LinkPolicy? policy = null) =>
        Site.Volumes.AttachAsync(Volume, peer.Site.Id, peer.Site.WanAddress, policy ?? new LinkPolicy());

    /// <summary>Waits; a time-out shows the status and the log.</summary>
    public async Task UntilAsync(Func<bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!wanted())
        {
            Assert.False(limit.IsCancellationRequested, $"{Status}\n{Log}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public Task UntilSaidAsync(string text) => UntilAsync(() => Log.Contains(text, StringComparison.Ordinal));

    public void Dispose()
    {
        Site.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}

/// <summary>What a refusal must have for a person at four in the morning.</summary>
internal static class Saying
{
    public static Refusal Refused<T>(this Outcome<T> outcome, string code, string? field = null)
    {
        Assert.False(outcome.IsOk, $"{code} was expected");
        var refusal = outcome.Refusal;
        Assert.Equal(code, refusal.Code);
        Assert.NotEmpty(refusal.Message);
        Assert.NotEmpty(refusal.Cause);
        Assert.NotEmpty(refusal.Correction);
        if (field is not null)
        {
            Assert.Equal(field, refusal.Field);
        }

        return refusal;
    }
}
