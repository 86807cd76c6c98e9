using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Ids;

namespace Runbooks.ControlPlane.Security.Pki;

/// <summary>Reads who a certificate names.</summary>
public static class CertificateIdentity
{
    private const string SubjectAlternativeName = "2.5.29.17";

    // RFC 5280 4.2.1.6: uniformResourceIdentifier is the alternative with context tag 6.
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The site whose agent this is; false unless exactly one URI name says so.</summary>
    public static bool TryReadSite(X509Certificate2 certificate, out SiteId site)
    {
        site = default;
        var uris = Uris(certificate);
        return uris.Count == 1 && AgentIdentity.TryParse(uris[0], out site);
    }

    public static string FingerprintOf(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));

    private static List<string> Uris(X509Certificate2 certificate)
    {
        var uris = new List<string>();
        var names = certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == SubjectAlternativeName);
        if (names is null)
        {
            return uris;
        }

        var sequence = new AsnReader(names.RawData, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            var tag = sequence.PeekTag();
            if (tag.HasSameClassAndValue(UriTag))
            {
                uris.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
            }
            else
            {
                sequence.ReadEncodedValue();
            }
        }

        return uris;
    }
}
