using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.Domain.Ids;

namespace Runbooks.Tests.Integration.ControlPlane;

public sealed class EnrolmentTests : IAsyncLifetime
{
    private ControlPlaneFixture _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlaneFixture.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Agent_EnrolledWithItsToken_ReportsAndIsShownConnected()
    {
        using var certificate = await _plane.EnrolAsync("site-a");
        var answer = await _plane.Agent(certificate).PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a")).OkAsync();
        Assert.Equal(1, (long)answer["clusterEpoch"]!);
        var site = await _plane.Admin.GetAsync("/api/v1/sites/site-a").OkAsync();
        Assert.Equal("connected", (string)site["state"]!);
        Assert.InRange((double)site["agent"]!["certificateDaysLeft"]!, 6.9, 7.0);
    }

    [Fact]
    public async Task Token_UsedTwice_IsRefusedTheSecondTime()
    {
        await _plane.Admin.PostAsync("/api/v1/sites", new { id = "site-a" }).OkAsync();
        var token = (string)(await _plane.Admin.PostAsync("/api/v1/sites/site-a/join-tokens", new { }).OkAsync())["token"]!;
        var agent = _plane.Agent(null);
        await agent.PostAsync("/agent/v1/enrol", Enrol("site-a", token)).OkAsync();
        await agent.PostAsync("/agent/v1/enrol", Enrol("site-a", token)).RefusedAsync(403, "RB-AGENT-001");
    }

    [Fact]
    public async Task Token_OfAnotherSite_IsRefused()
    {
        await _plane.Admin.PostAsync("/api/v1/sites", new { id = "site-a" }).OkAsync();
        await _plane.Admin.PostAsync("/api/v1/sites", new { id = "site-b" }).OkAsync();
        var token = (string)(await _plane.Admin.PostAsync("/api/v1/sites/site-a/join-tokens", new { }).OkAsync())["token"]!;
        await _plane.Agent(null).PostAsync("/agent/v1/enrol", Enrol("site-b", token)).RefusedAsync(403, "RB-AGENT-001");
    }

    [Fact]
    public async Task Request_WithoutAUsableKey_IsRefusedAndKeepsTheToken()
    {
        await _plane.Admin.PostAsync("/api/v1/sites", new { id = "site-a" }).OkAsync();
        var token = (string)(await _plane.Admin.PostAsync("/api/v1/sites/site-a/join-tokens", new { }).OkAsync())["token"]!;
        var agent = _plane.Agent(null);
        var garbage = new { site = "site-a", token, certificateRequestPem = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----" };
        await agent.PostAsync("/agent/v1/enrol", garbage).RefusedAsync(422, "RB-AGENT-002");
        using var rsa = RSA.Create(2048);
        var weak = new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        await agent.PostAsync("/agent/v1/enrol", new { site = "site-a", token, certificateRequestPem = weak })
            .RefusedAsync(422, "RB-AGENT-002");
        await agent.PostAsync("/agent/v1/enrol", Enrol("site-a", token)).OkAsync();
    }

    [Fact]
    public async Task AgentPort_WithoutCertificate_ServesEnrolmentOnly()
    {
        await _plane.Agent(null).PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a"))
            .RefusedAsync(401, "RB-AGENT-003");
        await _plane.Agent(null).GetAsync("/api/v1/sites").RefusedAsync(404, "RB-API-005");
        await _plane.Admin.PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a")).RefusedAsync(404, "RB-API-005");
    }

    [Fact]
    public async Task Certificate_OfAnotherAuthority_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=site-a", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("runbooks://site/site-a"));
        request.CertificateExtensions.Add(names.Build());
        using var forged = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await _plane.Agent(forged).PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a"))
            .RefusedAsync(403, "RB-AGENT-004");
    }

    [Fact]
    public async Task Certificate_Expired_IsRefusedWithTheTime()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = _plane.Get<CertificateAuthority>().SignAgent(
            ControlPlaneFixture.RequestPem(key), SiteId.Parse("site-a"), TimeSpan.FromSeconds(-1));
        using var expired = X509CertificateLoader.LoadPkcs12(
            signed.CopyWithPrivateKey(key).Export(X509ContentType.Pkcs12), null);
        var problem = await _plane.Agent(expired).PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a"))
            .RefusedAsync(403, "RB-AGENT-004");
        Assert.Contains("expired", (string)problem["cause"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_Stolen_StopsWorkingWhenRevoked()
    {
        using var stolen = await _plane.EnrolAsync("site-a");
        var thief = _plane.Agent(stolen);
        await thief.PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a")).OkAsync();
        await _plane.Admin.PostAsync("/api/v1/sites/site-a/revoke", new { reason = "laptop lost" }).OkAsync();
        await thief.PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a")).RefusedAsync(403, "RB-AGENT-004");
        using var fresh = await _plane.EnrolAsync("site-a");
        await _plane.Agent(fresh).PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a")).OkAsync();
    }

    [Fact]
    public async Task Site_WithALiveAgent_RefusesASecondOne()
    {
        using var certificate = await _plane.EnrolAsync("site-a");
        var agent = _plane.Agent(certificate);
        await agent.PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a", "first")).OkAsync();
        await agent.PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a", "second")).RefusedAsync(409, "RB-AGENT-005");
        await agent.PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a", "first")).OkAsync();
        await _plane.Admin.PostAsync("/api/v1/sites/site-a/join-tokens", new { }).RefusedAsync(409, "RB-API-009");
    }

    [Fact]
    public async Task Agent_SpeakingForAnotherSite_IsRefused()
    {
        using var certificate = await _plane.EnrolAsync("site-a");
        await _plane.Agent(certificate).PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-b"))
            .RefusedAsync(403, "RB-AGENT-006");
    }

    [Fact]
    public async Task Events_SentAgain_AreRecordedOnce()
    {
        using var certificate = await _plane.EnrolAsync("site-a");
        var agent = _plane.Agent(certificate);
        object Event(int n) => new
        {
            sequence = n, at = DateTimeOffset.UtcNow, kind = "link-degraded", volume = "vol_000001", protection = "prt_000001",
            generation = 1, cause = "link silent", exposureBytes = 4096, peer = "site-b",
        };
        var first = await agent.PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a", events: [Event(1), Event(2)])).OkAsync();
        Assert.Equal(2, (long)first["eventsAcknowledged"]!);
        var second = await agent.PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a", events: [Event(2), Event(3)])).OkAsync();
        Assert.Equal(3, (long)second["eventsAcknowledged"]!);
        var audit = await _plane.Admin.GetAsync("/api/v1/audit?kind=site.link-degraded").OkAsync();
        Assert.Equal(3, audit["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Certificate_Renewed_WorksBesideTheOldOne()
    {
        using var old = await _plane.EnrolAsync("site-a");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var answer = await _plane.Agent(old).PostAsync(
            "/agent/v1/renew", new { certificateRequestPem = ControlPlaneFixture.RequestPem(key) }).OkAsync();
        using var renewed = X509CertificateLoader.LoadPkcs12(
            X509Certificate2.CreateFromPem((string)answer["certificatePem"]!).CopyWithPrivateKey(key)
                .Export(X509ContentType.Pkcs12), null);
        await _plane.Agent(renewed).PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a")).OkAsync();
        await _plane.Agent(old).PostAsync("/agent/v1/report", ControlPlaneFixture.Report("site-a")).OkAsync();
    }

    private static object Enrol(string site, string token)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new { site, token, certificateRequestPem = ControlPlaneFixture.RequestPem(key) };
    }
}
