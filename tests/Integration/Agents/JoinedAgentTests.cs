using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.Tests.Integration.ControlPlane;

namespace Runbooks.Tests.Integration.Agents;

/// <summary>
/// An agent and a control plane that do not get on: wrong fingerprint, wrong certificate, wrong program.
/// </summary>
public sealed class JoinedAgentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rb-join-").FullName;

    private string Data => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Join_WithTheWrongFingerprint_KeepsTheTokenForTheRightOne()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var join = await JoinAsync(plane, new string('0', 64));
        var said = await AgentCommand.RefusedAsync("RB-AGENT-114", join);
        Assert.Contains("fingerprint", said, StringComparison.Ordinal);
        Assert.DoesNotContain(join[^1], said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Data, "credentials")));

        join[Array.IndexOf(join, "--ca-fingerprint") + 1] = Fingerprint(plane);
        var joined = await AgentCommand.RunAsync(join);
        Assert.True(joined.Code == 0, joined.Errors);

        // A second agent with the same token is somebody else's.
        join[Array.IndexOf(join, "--data") + 1] = Path.Combine(_folder, "second");
        await AgentCommand.RefusedAsync("RB-AGENT-001", join);
        Assert.False(Directory.Exists(Path.Combine(_folder, "second", "credentials")));

        using var agent = await AgentCommand.RunningAsync("--data", Data);
        try
        {
            var made =
                await AgentCommand.RunAsync("volume", "create", "--data", Data, "--id", "vol_disk01", "--size", "4M");
            Assert.True(made.Code == 0, made.Errors);
            await AgentCommand.RefusedAsync(
                "RB-AGENT-104", "volume", "promote", "--data", Data, "--id", "vol_disk01", "--accept-loss");
        }
        finally
        {
            agent.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Join_OnAFullDisk_KeepsTheTokenUntilThereIsRoom()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        Directory.CreateDirectory(Data);
        var (mounted, why) = await Nbd.Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", Data);
        if (mounted != 0)
        {
            Assert.Skip($"cannot mount a tmpfs: {why}");
        }

        try
        {
            var join = await JoinAsync(plane, Fingerprint(plane));
            Assert.Contains(Data, await AgentCommand.RefusedAsync("RB-AGENT-115", join), StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(Data, "credentials")));
            await Nbd.Tool.MustAsync("mount", "-o", "remount,size=64m", Data);
            var joined = await AgentCommand.RunAsync(join);
            Assert.True(joined.Code == 0, joined.Errors);
        }
        finally
        {
            await Nbd.Tool.RunAsync("umount", Data);
        }
    }

    [Fact]
    public async Task Certificate_WithoutASite_IsNotServedUnder()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        var joined = await AgentCommand.RunAsync(await JoinAsync(plane, Fingerprint(plane)));
        Assert.True(joined.Code == 0, joined.Errors);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var nameless = new CertificateRequest("CN=site-a", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(
            Path.Combine(Data, "credentials", "agent.pem"),
            nameless.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n",
            TestContext.Current.CancellationToken);
        var said = await AgentCommand.RefusedAsync("RB-AGENT-111", "run", "--data", Data);
        Assert.Contains("agent.pem", said, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_AtAnAddressOfSomethingElse_SaysWhatItAnswered()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var own = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        await using var proxy = Proxy(own);
        await proxy.StartAsync(TestContext.Current.CancellationToken);
        var said = await AgentCommand.RefusedAsync(
            "RB-AGENT-112", "join", "--data", Data, "--site", "site-a", "--control-plane", proxy.Urls.First(),
            "--ca-fingerprint", own.GetCertHashString(HashAlgorithmName.SHA256), "--token", "secret-word");
        Assert.Contains("the company's gateway", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Data, "credentials")));
    }

    [Fact]
    public async Task Verb_OnASocketOfSomethingElse_SaysWhatItAnswered()
    {
        Directory.CreateDirectory(Data);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(Path.Combine(Data, "admin.sock")));
        await using var other = builder.Build();
        other.Run(context =>
        {
            context.Response.StatusCode = 418;
            return context.Response.WriteAsync("a teapot");
        });
        await other.StartAsync(TestContext.Current.CancellationToken);
        Assert.Contains(
            "a teapot", await AgentCommand.RefusedAsync("RB-AGENT-106", "volume", "status", "--data", Data),
                StringComparison.Ordinal);
    }

    private static WebApplication Proxy(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration()
            .ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        var app = builder.Build();
        app.MapGet("/agent/v1/authority", () => certificate.ExportCertificatePem());
        app.MapPost("/agent/v1/enrol", () =>
            Results.Text("<h1>the company's gateway</h1>", "text/html", statusCode: 403));
        return app;
    }

    private static string Fingerprint(ControlPlaneFixture plane) =>
        plane.Get<CertificateAuthority>().Root.GetCertHashString(HashAlgorithmName.SHA256);

    private async Task<string[]> JoinAsync(ControlPlaneFixture plane, string fingerprint)
    {
        await plane.Admin.PostAsync("/api/v1/sites", new { id = "site-a" }, key: null).OkAsync();
        var token = await plane.Admin.PostAsync("/api/v1/sites/site-a/join-tokens", new { }, key: null).OkAsync();
        return
        [
            "join", "--data", Data, "--site", "site-a", "--control-plane", plane.Host.Addresses.Agent,
            "--ca-fingerprint", fingerprint, "--token", (string)token["token"]!,
        ];
    }
}
