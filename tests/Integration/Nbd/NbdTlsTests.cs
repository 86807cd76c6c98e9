using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Runbooks.Tests.Integration.Nbd;

/// <summary>Required TLS with client certificates, judged by libnbd's own TLS stack.</summary>
public sealed class NbdTlsTests
{
    [Fact]
    public async Task Tls_GoodClientCertificate_IsServed_OthersAreNot()
    {
        string folder = ServedImage.NewFolder();
        using RSA ourKey = RSA.Create(2048);
        using X509Certificate2 ours = Authority("Ours", ourKey);
        using RSA strangersKey = RSA.Create(2048);
        using X509Certificate2 strangers = Authority("Strangers", strangersKey);
        string server = Directory.CreateDirectory(Path.Combine(folder, "server")).FullName;
        Issue(server, "server", ours, ours);
        string good = Directory.CreateDirectory(Path.Combine(folder, "good")).FullName;
        Issue(good, "client", ours, ours);
        string bad = Directory.CreateDirectory(Path.Combine(folder, "bad")).FullName;
        Issue(bad, "client", strangers, ours);

        await using ServedImage served =
            await ServedImage.StartAsync(1 << 20, folder, options: ["--tls-certificates", server]);
        string address = served.TcpUri.Replace("nbd://127.0.0.1", "nbds://localhost", StringComparison.Ordinal);
        string info = await Tool.MustAsync("nbdinfo", $"{address}?tls-certificates={good}");
        Assert.Contains("with TLS", info);
        Assert.Contains("using structured packets", info);
        await Tool.PythonNbdAsync(
            """
            import nbd, os, sys
            h = nbd.NBD(); h.set_uri_allow_local_file(True); h.connect_uri(sys.argv[1])
            data = os.urandom(300000)
            h.pwrite(data, 1000, nbd.CMD_FLAG_FUA)
            assert h.pread(300000, 1000) == data
            """,
            $"{address}?tls-certificates={good}");
        Assert.NotEqual(0, (await Tool.RunAsync("nbdinfo", $"{address}?tls-certificates={bad}")).Exit);
        (int plain, string refusal) = await Tool.RunAsync("nbdinfo", served.TcpUri);
        Assert.NotEqual(0, plain);
        Assert.Contains("TLS", refusal);
    }

    private static X509Certificate2 Authority(string name, RSA key)
    {
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static void Issue(string folder, string role, X509Certificate2 issuer, X509Certificate2 trusted)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using X509Certificate2 issued = request.Create(
            issuer, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1),
                RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(folder, $"{role}-cert.pem"), issued.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, $"{role}-key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(folder, "ca-cert.pem"), trusted.ExportCertificatePem());
    }
}
