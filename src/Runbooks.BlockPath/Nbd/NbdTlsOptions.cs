using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// Certificates of an encrypted listener. When given, TLS is required: nothing but STARTTLS is answered before it.
/// </summary>
/// <param name="Certificate">The server's, with private key.</param>
/// <param name="ClientAuthorities">Authorities whose client certificates are accepted; one of them must have signed
/// the client's.</param>
public sealed record NbdTlsOptions(X509Certificate2 Certificate, X509Certificate2Collection ClientAuthorities)
{
    /// <summary>
    /// Loads <c>ca-cert.pem</c>, <c>server-cert.pem</c> and <c>server-key.pem</c>, the names that libnbd, qemu and
    /// nbdkit use.
    /// </summary>
    public static NbdTlsOptions Load(string directory)
    {
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(Path.Combine(directory, "ca-cert.pem"));
        return new NbdTlsOptions(
            X509Certificate2.CreateFromPemFile(
                Path.Combine(directory, "server-cert.pem"), Path.Combine(directory, "server-key.pem")),
            authorities);
    }

    internal SslServerAuthenticationOptions ToAuthenticationOptions()
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // Revocation is by withdrawing authorisation of the identity; a private authority publishes no list.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(ClientAuthorities);
        return new SslServerAuthenticationOptions
        {
            ServerCertificate = Certificate,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                certificate is not null && errors == SslPolicyErrors.None,
        };
    }
}
