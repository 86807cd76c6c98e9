using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Runbooks.BlockPath.Site;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;

namespace Runbooks.Tests.Integration.Replication;

/// <summary>A workload of two disks between two sites that know each other by certificate alone.</summary>
public sealed class TwoDisksOverTlsTests : IDisposable
{
    private const long SmallBytes = 4 << 20;
    private const long LargeBytes = 32 << 20;
    private static readonly ProtectionId Protection = ProtectionId.Parse("prt_twodisks");
    private static readonly VolumeId Small = VolumeId.Parse("vol_small1");
    private static readonly VolumeId Large = VolumeId.Parse("vol_large1");
    private static readonly SiteId A = SiteId.Parse("site-a");
    private static readonly SiteId B = SiteId.Parse("site-b");
    private readonly string folder = Directory.CreateTempSubdirectory("two-disks-").FullName;
    private readonly ConcurrentQueue<string> log = new();
    private readonly TestAuthority authority = new();
    private readonly List<Site> sites = [];

    public void Dispose()
    {
        sites.ForEach(s => s.Dispose());
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task TwoDisks_OverMutualTls_CountAsCompleteTogether()
    {
        var (a, b) = (Open(A, A), Open(B, B));
        await CreateAsync(a, b);
        using (var guest = GuestOf(a, Large))
        {
            for (var at = 0L; at < LargeBytes; at += 1 << 20)
            {
                Assert.Equal(0u, guest.Write(at, Pattern(at), fua: false));
            }
        }

        // The large disk first and slowly, so that the small one has to wait for it.
        await AttachAsync(a, b, Large, rate: 8 << 20);
        await AttachAsync(a, b, Small, rate: 0);
        await WaitAsync(() => a.Describe().Volumes.All(v => v.Links is [{ IsComplete: true }]));

        // The transition is told a moment after it has happened.
        await WaitAsync(() => Line([.. log], $"{Small}: link site-b catching-up -> in-sync") >= 0);
        var lines = log.ToArray();
        var largeCopied = Line(lines, $"{Large}: link site-b seeding -> catching-up");
        var smallComplete = Line(lines, $"{Small}: link site-b catching-up -> in-sync");
        Assert.True(largeCopied >= 0 && smallComplete > largeCopied, string.Join('\n', lines));
        Assert.Contains(B, a.LocalRowOf(Protection)!.Complete);

        var compared = await a.Replication.CompareAsync(Protection, B, 0, TestContext.Current.CancellationToken);
        Assert.Empty(compared.Value!.Differences);
        Assert.Equal(SmallBytes + LargeBytes, compared.Value.ComparedBytes);
    }

    [Fact]
    public async Task Standby_WithTheCertificateOfAnotherSite_GetsNothing()
    {
        var (a, b) = (Open(A, A), Open(B, SiteId.Parse("site-x")));
        await CreateAsync(a, b);
        await AttachAsync(a, b, Small, rate: 0);

        await WaitAsync(() => Line([.. log], "answers with the certificate of site-x, not of site-b") >= 0);
        Assert.All(a.Describe().Volumes.SelectMany(v => v.Links), link => Assert.False(link.IsComplete));
    }

    [Fact]
    public async Task Standby_OfAnotherAuthority_GetsNothing()
    {
        using var stranger = new TestAuthority();
        var a = Open(A, A);
        var b = Open(B, B, stranger);
        await CreateAsync(a, b);
        await AttachAsync(a, b, Small, rate: 0);

        await WaitAsync(() => Line([.. log], "is not from this installation's authority") >= 0);
        Assert.All(a.Describe().Volumes.SelectMany(v => v.Links), link => Assert.False(link.IsComplete));
    }

    [Fact]
    public async Task Point_WhoseSecondDiskCannotKeepIt_LeavesNothingOnTheFirst()
    {
        var a = Open(A, A);
        await CreateAsync(a, null);
        await WaitAsync(() => a.Describe().Volumes.All(v => v.IsOpen));
        var whole = await a.Points.CreateAsync("first", Protection, RecoveryPointReason.Requested);
        Assert.Single(a.Points.List(Protection), p => p.Point == whole.Value!.Point);
        var before = LayersOf(Small) + LayersOf(Large);
        Assert.Equal(2, before);

        // Volumes are prepared in the order of their ids, so the small disk comes last: a file stands where its
        // folder was.
        var points = Path.Combine(folder, A.ToString(), "volumes", Small.ToString(), "points");
        Directory.Move(points, points + ".aside");
        File.WriteAllText(points, string.Empty);
        await Assert.ThrowsAnyAsync<Fault>(
            () => a.Points.CreateAsync("second", Protection, RecoveryPointReason.Requested));
        File.Delete(points);
        Directory.Move(points + ".aside", points);

        Assert.Single(a.Points.List(Protection));
        Assert.Equal(before, LayersOf(Small) + LayersOf(Large));
        Assert.True((await a.Points.CreateAsync("third", Protection, RecoveryPointReason.Requested)).IsOk);
    }

    private int LayersOf(VolumeId volume) => Directory.GetFiles(
        Path.Combine(folder, A.ToString(), "volumes", volume.ToString(), "points"), "*.layer").Length;

    private Site Open(SiteId site, SiteId certified, TestAuthority? other = null)
    {
        var data = Path.Combine(folder, site.ToString());
        Directory.CreateDirectory(data);
        var credentials = (other ?? authority).Issue(certified);
        var opened = new Site(new SiteOptions(site, data) { Credentials = () => credentials, Log = log.Enqueue });
        sites.Add(opened);
        return opened;
    }

    private static async Task CreateAsync(Site a, Site? b)
    {
        foreach (var (volume, bytes) in new[] { (Small, SmallBytes), (Large, LargeBytes) })
        {
            Assert.True((await a.Volumes.CreateAsync(
                new NewVolume(volume, Protection, Role.Primary, bytes, string.Empty))).IsOk);
            if (b is not null)
            {
                Assert.True((await b.Volumes.CreateAsync(
                    new NewVolume(volume, Protection, Role.Standby, bytes, string.Empty) { Peer = A })).IsOk);
            }
        }
    }

    private static async Task AttachAsync(Site a, Site b, VolumeId volume, long rate)
    {
        await WaitAsync(() => a.Describe().Volumes.Single(v => v.Volume == volume).IsOpen);
        var attached = await a.Volumes.AttachAsync(
            volume, B, b.WanAddress, new LinkPolicy { HoldDownSeconds = 0.1, CatchUpBytesPerSecondMax = rate });
        Assert.True(attached.IsOk);
    }

    private static NbdWriter GuestOf(Site site, VolumeId volume)
    {
        VolumeStatus Status() => site.Describe().Volumes.Single(v => v.Volume == volume);
        WaitAsync(() => Status().IsOpen).GetAwaiter().GetResult();
        return new NbdWriter(int.Parse(site.NbdAddresses[0].Split(':')[^1]), Status().ExportName);
    }

    private static int Line(string[] lines, string text) =>
        Array.FindIndex(lines, l => l.Contains(text, StringComparison.Ordinal));

    private static byte[] Pattern(long at) => [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i + at + 1))];

    private static async Task WaitAsync(Func<bool> wanted)
    {
        for (var started = Stopwatch.GetTimestamp(); !wanted(); await Task.Delay(50))
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(90), "it did not get there");
        }
    }

    /// <summary>A private authority, as an installation has one.</summary>
    private sealed class TestAuthority : IDisposable
    {
        private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly X509Certificate2 root;

        public TestAuthority()
        {
            var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(2));
        }

        public WanCredentials Issue(SiteId site)
        {
            using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={site}", own, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddUri(new Uri(AgentIdentity.UriOf(site)));
            request.CertificateExtensions.Add(names.Build());
            var now = DateTimeOffset.UtcNow;
            var number = RandomNumberGenerator.GetBytes(8);
            using var signed = request.Create(root, now.AddMinutes(-5), now.AddHours(1), number);
            using var withKey = signed.CopyWithPrivateKey(own);
            var stored = withKey.Export(X509ContentType.Pkcs12);
            return new WanCredentials(X509CertificateLoader.LoadPkcs12(stored, null), root);
        }

        // The root stays: a handshake that a site began before it was closed may still look at it.
        public void Dispose() => key.Dispose();
    }
}
