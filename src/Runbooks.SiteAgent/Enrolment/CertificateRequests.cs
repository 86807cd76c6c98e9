using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Ids;

namespace Runbooks.SiteAgent.Enrolment;

/// <summary>Makes the request for a site's certificate: ECDSA P-256, the site as URI name.</summary>
internal static class CertificateRequests
{
    public static (ECDsa Key, string RequestPem) New(SiteId site)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={site}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(AgentIdentity.UriOf(site)));
        request.CertificateExtensions.Add(names.Build());
        return (key, request.CreateSigningRequestPem());
    }
}
