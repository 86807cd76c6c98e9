using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;

namespace Runbooks.ControlPlane.Agents;

/// <summary>Turns a one-time token and a key into an agent's certificate, and an old certificate into a new one.</summary>
public sealed class Enrolment(
    ChangeWriter changes, CertificateAuthority authority, DenyList denied, ControlPlaneOptions options)
{
    /// <summary>The token is used up in the same commit that stores the certificate: it works once or not at all.</summary>
    public async Task<X509Certificate2> EnrolAsync(EnrolRequest request, string? origin, CancellationToken cancel)
    {
        var certificate = Sign(request.CertificateRequestPem, request.Site);
        var site = request.Site.ToString();
        await changes.CommitAsync(
            async change =>
            {
                var token = await change.Connection.ExecuteScalarAsync<string?>(
                    """
                    update control.join_tokens set used_at = clock_timestamp()
                    where hash = @hash and site = @site and used_at is null and expires_at > clock_timestamp()
                    returning id
                    """,
                    new { hash = TokenText.Hash(request.Token), site }, change.Transaction)
                    ?? throw ApiRefusals.Refuse(
                        ApiRefusalCodes.JoinTokenRefused, "The one-time token is refused.",
                        $"It is unknown, used, older than 15 minutes, or made for another site than {site}.",
                        $"Make a new one: runbooks site token {site}.", "token");
                await change.Connection.ExecuteAsync(
                    """
                    update control.certificates set revoked_at = clock_timestamp(), reason = 'replaced by a new enrolment'
                    where site = @site and revoked_at is null
                    """,
                    new { site }, change.Transaction);
                // A new enrolment replaces the machine: the old one's place must not keep the new one out.
                await change.Connection.ExecuteAsync(
                    "delete from control.agents where site = @site", new { site }, change.Transaction);
                await StoreAsync(change, certificate, site);
                Tell(change, "site.enrolled", site, certificate, new AuditActor("machine", site, Origin: origin), token);
            },
            cancel: cancel);
        await denied.RefreshAsync(cancel);
        return certificate;
    }

    public async Task<X509Certificate2> RenewAsync(string requestPem, AgentCaller caller, CancellationToken cancel)
    {
        var certificate = Sign(requestPem, caller.Site);
        var site = caller.Site.ToString();
        await changes.CommitAsync(
            async change =>
            {
                await StoreAsync(change, certificate, site);
                Tell(change, "site.certificate-renewed", site, certificate, AuditActor.Machine(site), caller.Serial);
            },
            cancel: cancel);
        return certificate;
    }

    private X509Certificate2 Sign(string requestPem, SiteId site)
    {
        try
        {
            return authority.SignAgent(requestPem, site, options.AgentCertificateLife);
        }
        catch (Exception bad) when (bad is CryptographicException or ArgumentException)
        {
            throw new RefusalException(
                new Refusal(
                    ApiRefusalCodes.CertificateRequestBad, "The certificate request cannot be used.", bad.Message,
                    "Send a PKCS #10 request in PEM for a fresh ECDSA P-256 key, signed with that key.")
                { Field = "certificateRequestPem" },
                bad);
        }
    }

    private static Task StoreAsync(Change change, X509Certificate2 certificate, string site) =>
        change.Connection.ExecuteAsync(
            """
            insert into control.certificates (serial, site, fingerprint, not_before, not_after)
            values (@serial, @site, @fingerprint, @notBefore, @notAfter)
            """,
            new
            {
                serial = AgentPort.SerialOf(certificate), site,
                fingerprint = CertificateIdentity.FingerprintOf(certificate),
                notBefore = certificate.NotBefore.ToUniversalTime(), notAfter = certificate.NotAfter.ToUniversalTime(),
            },
            change.Transaction);

    private static void Tell(
        Change change, string kind, string site, X509Certificate2 certificate, AuditActor actor, string by)
    {
        change.Record(new AuditEntry(kind, actor, new AuditSubject("site", site))
        {
            Site = site,
            Data = new()
            {
                ["serial"] = AgentPort.SerialOf(certificate), ["by"] = by,
                ["fingerprint"] = CertificateIdentity.FingerprintOf(certificate),
                ["notAfter"] = AuditTime.Write(certificate.NotAfter),
            },
        });
        change.Tell(new EventEntry(kind, site) { Site = site });
    }
}
