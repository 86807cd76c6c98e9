using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Runbooks.Temporal.Client;

namespace Runbooks.Temporal.Transport;

/// <summary>Builds the HTTP/2 handler of a channel: pings, windows, TLS, proxy.</summary>
internal static class HttpHandlerFactory
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public static SocketsHttpHandler Create(GrpcChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = options.Proxy != null,
            Proxy = options.Proxy == null ? null : CreateProxy(options.Proxy),
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            // A worker holds about 20 polls on its connection; servers commonly allow 100 streams each.
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
        };
        if (options.KeepAlive is { } keepAlive)
        {
            handler.KeepAlivePingDelay = keepAlive.Interval;
            handler.KeepAlivePingTimeout = keepAlive.Timeout;
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always;
        }

        if (options.Tls is { } tls)
        {
            handler.SslOptions = CreateSslOptions(tls);
        }

        return handler;
    }

    private static SslClientAuthenticationOptions CreateSslOptions(TlsOptions tls)
    {
        var ssl = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        };
        if (tls.ClientCert != null || tls.ClientPrivateKey != null)
        {
            if (tls.ClientCert == null || tls.ClientPrivateKey == null)
            {
                throw new ArgumentException("A client certificate needs both certificate and private key.");
            }

            ssl.ClientCertificates = [ReadClientCertificate(tls.ClientCert, tls.ClientPrivateKey)];
        }

        if (tls.ServerCertificateValidation is { } validation)
        {
            ssl.RemoteCertificateValidationCallback = validation;
        }
        else if (tls.ServerRootCACert is { } rootPem)
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPem(Encoding.UTF8.GetString(rootPem));
            ssl.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            ssl.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        return ssl;
    }

    private static X509Certificate2 ReadClientCertificate(byte[] certificatePem, byte[] keyPem)
    {
        var pem = X509Certificate2.CreateFromPem(
            Encoding.UTF8.GetString(certificatePem), Encoding.UTF8.GetString(keyPem));
        if (!OperatingSystem.IsWindows())
        {
            return pem;
        }

        // Windows' TLS cannot use keys that exist only in memory.
        using (pem)
        {
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }
    }

    private static WebProxy CreateProxy(HttpConnectProxyOptions proxy) => new($"http://{proxy.TargetHost}")
    {
        Credentials = proxy.BasicAuth is { } auth ? new NetworkCredential(auth.Username, auth.Password) : null,
    };
}
