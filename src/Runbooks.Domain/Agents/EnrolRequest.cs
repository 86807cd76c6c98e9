using Runbooks.Domain.Ids;

namespace Runbooks.Domain.Agents;

/// <summary>An agent's first call: <c>POST /agent/v1/enrol</c>. The only one without a client certificate.</summary>
/// <param name="Site">The site it wants to be.</param>
/// <param name="Token">The one-time token, bound to that site.</param>
/// <param name="CertificateRequestPem">PKCS #10, ECDSA P-256; the private key never leaves the agent.</param>
public sealed record EnrolRequest(SiteId Site, string Token, string CertificateRequestPem);

/// <summary>A renewal: <c>POST /agent/v1/renew</c>, with the old certificate.</summary>
/// <param name="CertificateRequestPem">PKCS #10 of the new key.</param>
public sealed record RenewRequest(string CertificateRequestPem);

/// <summary>The answer to both.</summary>
/// <param name="CertificatePem">The agent's certificate; its URI name is <c>runbooks://site/{id}</c>.</param>
/// <param name="AuthorityPem">The private authority that signed it; the only root the agent trusts.</param>
/// <param name="ControlPlanes">Every control-plane address, <c>https://host:port</c>.</param>
/// <param name="EngineAddress">Where the workflow engine answers, <c>https://host:port</c> (mutual TLS) or
/// <c>http://</c> on loopback.</param>
/// <param name="EngineNamespace">The namespace there.</param>
public sealed record EnrolAnswer(
    string CertificatePem,
    string AuthorityPem,
    IReadOnlyList<string> ControlPlanes,
    string EngineAddress,
    string EngineNamespace);
