using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Runbooks.Tests.Conformance.Transport;

/// <summary>A peer that answers every call as the case says, plain or with TLS and its own authority. It speaks HTTP/2
/// by the framework alone, so it knows nothing of our framing.</summary>
internal sealed class TlsPeer : IAsyncDisposable
{
    private readonly WebApplication app;

    private TlsPeer(WebApplication app, Authority? authority)
    {
        this.app = app;
        Certificates = authority;
    }

    public Authority? Certificates { get; }

    public string Address
    {
        get
        {
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
            return "127.0.0.1:" + new Uri(addresses.Addresses.Single()).Port;
        }
    }

    public static async Task<TlsPeer> StartAsync(RequestDelegate answer, bool tls = false, bool needsClient = false)
    {
        var authority = tls ? new Authority() : null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (authority != null)
            {
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = authority.Server;
                    https.ClientCertificateMode = needsClient
                        ? ClientCertificateMode.RequireCertificate
                        : ClientCertificateMode.NoCertificate;
                    https.ClientCertificateValidation = (certificate, _, _) => authority.Issued(certificate);
                });
            }
        }));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new(app, authority);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>A certificate authority with one server and one client certificate.</summary>
    internal sealed class Authority
    {
        private readonly X509Certificate2 root;

        public Authority()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            Server = Issue("the-server");
            Client = Issue("the-client");
        }

        public X509Certificate2 Server { get; }

        public X509Certificate2 Client { get; }

        public byte[] RootPem => Encoding.UTF8.GetBytes(root.ExportCertificatePem());

        public byte[] ClientPem => Encoding.UTF8.GetBytes(Client.ExportCertificatePem());

        public byte[] ClientKeyPem =>
            Encoding.UTF8.GetBytes(Client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        public bool Issued(X509Certificate2 certificate) => certificate.Thumbprint == Client.Thumbprint;

        private X509Certificate2 Issue(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            using var issued = request.Create(
                root, root.NotBefore, root.NotAfter, RandomNumberGenerator.GetBytes(8));
            return issued.CopyWithPrivateKey(key);
        }
    }
}
