using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Runbooks.BlockPath.Site;
using Runbooks.BlockPath.Wan;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Wire.Wan;
using static Runbooks.Tests.Integration.Sites.SiteUnderTest;

namespace Runbooks.Tests.Integration.Sites;

/// <summary>Two real sites that must not get together, and strangers at the door of one.</summary>
public sealed class LinkRefusalTests
{
    [Fact]
    public async Task Standby_ThatWasNeverMade_IsAskedForByName()
    {
        using var a = new SiteUnderTest(A);
        using var b = new SiteUnderTest(B);
        await a.PrimaryAsync();
        await a.AttachAsync(b);
        await a.UntilSaidAsync("RB-WAN-002");
        await a.UntilSaidAsync("Correction: Create the standby volume");
        Assert.Empty(b.Site.Describe().Volumes);

        // The cause gone, the link comes up by itself.
        Assert.True((await b.CreateAsync(Role.Standby, peer: A)).IsOk);
        await a.UntilAsync(() => a.Status.Links[0].IsComplete);
    }

    [Fact]
    public async Task Copies_OfDifferentSize_DoNotMeet()
    {
        using var a = new SiteUnderTest(A);
        using var b = new SiteUnderTest(B);
        await a.PrimaryAsync();
        Assert.True((await b.CreateAsync(Role.Standby, Size / 2, peer: A)).IsOk);
        await a.AttachAsync(b);
        await a.UntilSaidAsync("RB-VOLUME-004");
        await a.UntilSaidAsync($"{Size}");
        Assert.Equal(0, a.Status.Links[0].CopyDoneBytes);
        Assert.False(a.Status.Links[0].IsComplete);
    }

    [Fact]
    public async Task Primaries_OfOneGeneration_DoNotMeet()
    {
        using var a = new SiteUnderTest(A);
        using var b = new SiteUnderTest(B);
        await a.PrimaryAsync();
        await b.PrimaryAsync();
        await b.Site.Volumes.AttachAsync(Volume, A, "127.0.0.1:1", new LinkPolicy());
        await a.AttachAsync(b);
        await a.UntilSaidAsync("RB-VOLUME-003");
        Assert.True(a.Status.IsOpen && b.Status.IsOpen);
        Assert.False(a.Status.Links[0].IsComplete);
    }

    [Fact]
    public async Task Copy_InTheMiddleOfAFullCopy_IsNeitherPointedNorPromoted()
    {
        using var a = new SiteUnderTest(A);
        using var b = new SiteUnderTest(B);
        await a.PrimaryAsync();
        FillAsGuest(a);
        Assert.True((await b.CreateAsync(Role.Standby, peer: A)).IsOk);
        await a.AttachAsync(b, new LinkPolicy { CatchUpBytesPerSecondMax = 256 << 10 });
        await a.UntilAsync(() => a.Status.Links[0].CopyDoneBytes > 0);
        (await a.Site.Replication.CompareAsync(Protection, B, 1, default)).Refused("RB-SITE-008");
        (await b.Site.Replication.CompareAsync(Protection, A, 1, default)).Refused("RB-SITE-007");
        (await b.Site.Points.CreateAsync("k", Protection, RecoveryPointReason.Requested)).Refused("RB-SITE-013");

        var row = ArbiterRow.Begin(Protection, B, [A], DateTimeOffset.UnixEpoch) with { Generation = new(2) };
        (await b.Site.Roles.PromoteAsync("k", Protection, row, null)).Refused("RB-VOLUME-005");
        Assert.Equal(Role.Standby, b.Status.Role);
        Assert.False(b.Status.IsOpen);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: somebody\r\n\r\n")]
    [InlineData("RBWANRBWANRBWANRBWANRBWANRBWANRBWANRBWANRBWANRBWANRBWANRBWAN")]
    [InlineData("short")]
    public async Task Stranger_AtTheDoor_IsPutOutAndTheNextPeerIsServed(string said)
    {
        using var a = new SiteUnderTest(A);
        using var b = new SiteUnderTest(B);
        Assert.True((await b.CreateAsync(Role.Standby, peer: A)).IsOk);
        for (var i = 0; i < 3; i++)
        {
            using var stranger = new TcpClient();
            await stranger.ConnectAsync(b.Wan, TestContext.Current.CancellationToken);
            var stream = stranger.GetStream();
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(said), TestContext.Current.CancellationToken);
            stranger.Client.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        }

        await a.PrimaryAsync();
        await a.AttachAsync(b);
        await a.UntilAsync(() => a.Status.Links[0].IsComplete);
    }

    [Fact]
    public async Task Frame_LongerThanAnyMayBe_IsNotWaitedFor()
    {
        using var b = new SiteUnderTest(B);
        Assert.True((await b.CreateAsync(Role.Standby, peer: A)).IsOk);
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(b.Wan, TestContext.Current.CancellationToken);
        var header = new byte[WanLimits.HeaderBytes];
        new WanHeader(WanFrameType.Hello, WanFlags.None, 0, int.MaxValue, 0, 0, 1, 0, 0, 0).Write(header);
        await stranger.GetStream().WriteAsync(header, TestContext.Current.CancellationToken);
        Assert.Equal(0, await stranger.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        await b.UntilSaidAsync("wan connection:");
        await b.UntilSaidAsync($"{int.MaxValue}");
    }

    [Fact]
    public async Task Certificate_OfAnotherSite_OpensNoStream()
    {
        using var authority = Authority();
        using var a = new SiteUnderTest(A, Credentials(authority, "site-a"));
        using var thief = new SiteUnderTest(SiteId.Parse("site-x"), Credentials(authority, "site-a"));
        using var b = new SiteUnderTest(B, Credentials(authority, "site-b"));
        Assert.True((await b.CreateAsync(Role.Standby, peer: SiteId.Parse("site-x"))).IsOk);
        await thief.PrimaryAsync();
        await thief.AttachAsync(b);
        await thief.UntilSaidAsync("RB-WAN-001");
        Assert.False(thief.Status.Links[0].IsComplete);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("stranger")]
    [InlineData("nameless")]
    public async Task Certificate_NotGoodAnyMore_OpensNoStreamAndSaysWhy(string what)
    {
        using var authority = Authority();
        using var other = Authority();
        using var a = new SiteUnderTest(A, what switch
        {
            "expired" => Credentials(authority, "site-a", TimeSpan.FromHours(-1)),
            "stranger" => Credentials(other, "site-a") with { Authority = authority },
            _ => Credentials(authority, ""),
        });
        using var b = new SiteUnderTest(B, Credentials(authority, "site-b"));
        Assert.True((await b.CreateAsync(Role.Standby, peer: A)).IsOk);
        await a.PrimaryAsync();
        await a.AttachAsync(b);
        var why = what switch
        {
            "expired" => "the peer's certificate is valid from",
            "stranger" => "is not from this installation's authority",
            _ => "names no site",
        };
        await b.UntilSaidAsync(why);
        Assert.False(a.Status.Links[0].IsComplete);
        Assert.Equal(0, a.Status.Links[0].CopyDoneBytes);
    }

    private static void FillAsGuest(SiteUnderTest site)
    {
        var port = int.Parse(site.Site.NbdAddresses[0].Split(':')[^1]);
        using var guest = new Replication.NbdWriter(port, Volume.ToString());
        var block = new byte[64 << 10];
        for (long at = 0; at < Size; at += block.Length)
        {
            Random.Shared.NextBytes(block);
            Assert.Equal(0u, guest.Write(at, block, fua: false));
        }
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
    }

    private static WanCredentials Credentials(X509Certificate2 authority, string site, TimeSpan? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=agent", key, HashAlgorithmName.SHA256);
        if (site.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddUri(new Uri($"runbooks://site/{site}"));
            request.CertificateExtensions.Add(names.Build());
        }

        var now = DateTimeOffset.UtcNow;
        using var signed = request.Create(
            authority, now.AddDays(-1), now + (until ?? TimeSpan.FromDays(1)), RandomNumberGenerator.GetBytes(8));
        using var pair = signed.CopyWithPrivateKey(key);
        var own = X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        return new WanCredentials(own, X509CertificateLoader.LoadCertificate(authority.RawData));
    }
}
