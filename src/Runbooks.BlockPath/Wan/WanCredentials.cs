using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Ids;

namespace Runbooks.BlockPath.Wan;

/// <summary>This agent's certificate and the one authority it trusts. Replaced as a whole by a renewal.</summary>
/// <param name="Own">Certificate with its private key.</param>
/// <param name="Authority">The private authority; the system's own roots are never asked.</param>
public sealed record WanCredentials(X509Certificate2 Own, X509Certificate2 Authority)
{
    private const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>Reads a peer's site out of its certificate.</summary>
    /// <param name="certificate">What the peer presented; null when it presented none.</param>
    /// <param name="now">The instant at which it must be valid.</param>
    /// <param name="site">The site it names.</param>
    /// <param name="why">What is wrong, for the log and the operator; empty when it is good.</param>
    /// <returns>True when the certificate is good.</returns>
    public bool TryIdentify(X509Certificate2? certificate, DateTimeOffset now, out SiteId site, out string why)
    {
        site = default;
        if (certificate is null)
        {
            why = "the peer presented no certificate; join it to the control plane first";
            return false;
        }

        if (now > certificate.NotAfter || now < certificate.NotBefore)
        {
            why = $"the peer's certificate is valid from {certificate.NotBefore:O} to {certificate.NotAfter:O} "
                + $"and it is {now:O}; let the peer renew it (or join again), or set the clocks right";
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (!chain.Build(certificate))
        {
            var status = string.Join(", ", chain.ChainStatus.Select(s => s.Status));
            why = $"the peer's certificate is not from this installation's authority ({status}); join the peer here";
            return false;
        }

        foreach (var uri in UrisOf(certificate))
        {
            if (AgentIdentity.TryParse(uri, out site))
            {
                why = string.Empty;
                return true;
            }
        }

        why = $"the peer's certificate names no site ({AgentIdentity.UriPrefix}…)";
        return false;
    }

    /// <summary>The URI names of a certificate.</summary>
    public static IReadOnlyList<string> UrisOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var uris = new List<string>();
        foreach (var extension in certificate.Extensions.Where(e => e.Oid?.Value == SubjectAlternativeName))
        {
            var reader = new System.Formats.Asn1.AsnReader(extension.RawData, System.Formats.Asn1.AsnEncodingRules.DER);
            var names = reader.ReadSequence();
            var uriTag = new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 6);
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(uriTag))
                {
                    uris.Add(names.ReadCharacterString(System.Formats.Asn1.UniversalTagNumber.IA5String, uriTag));
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }
        }

        return uris;
    }

    internal SslServerAuthenticationOptions Server(RemoteCertificateValidationCallback validate) => new()
    {
        ServerCertificate = Own,
        ClientCertificateRequired = true,
        EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13,
        RemoteCertificateValidationCallback = validate,
    };

    internal SslClientAuthenticationOptions Client(string host, RemoteCertificateValidationCallback validate) => new()
    {
        TargetHost = host,
        ClientCertificates = [Own],
        EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13,
        RemoteCertificateValidationCallback = validate,
    };
}
