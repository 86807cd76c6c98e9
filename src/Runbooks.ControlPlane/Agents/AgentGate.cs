using Microsoft.AspNetCore.Http.Features;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Agents;

/// <summary>
/// Keeps the two ports apart and asks everything on the agent port except enrolment for a certificate of ours.
/// </summary>
/// <remarks>
/// TLS itself takes any client certificate, so that a refused agent gets a reason it can log instead of a broken
/// handshake; nothing behind this gate runs for it.
/// </remarks>
internal sealed class AgentGate(
    RequestDelegate next, CertificateAuthority authority, DenyList denied, TimeProvider clock)
{
    public const string EnrolPath = "/agent/v1/enrol";

    /// <summary>The authority's certificate is public: an agent that joins fetches it here and compares its fingerprint.</summary>
    public const string AuthorityPath = "/agent/v1/authority";

    // A workflow task's answer may carry tens of megabytes; the engine has its own limits below this one.
    private const long EngineBodyBytesMax = (64L << 20) + 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        var isAgentPath = path.StartsWithSegments("/agent");
        var isEnginePath = context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        if (!AgentPort.Is(context))
        {
            if (isAgentPath || isEnginePath)
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            await next(context);
            return;
        }

        if (!isAgentPath && !isEnginePath)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (path != EnrolPath && path != AuthorityPath)
        {
            context.Features.Set(Identify(context));
        }

        if (isEnginePath && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = EngineBodyBytesMax;
        }

        await next(context);
    }

    private AgentCaller Identify(HttpContext context)
    {
        var certificate = context.Connection.ClientCertificate ?? throw ApiRefusals.Refuse(
            ApiRefusalCodes.CertificateMissing, "No client certificate was sent.",
            "Everything on this port except enrolment needs the certificate of a site's agent.",
            "Enrol this site with a one-time token first: runbooks site token SITE.");
        var now = clock.GetUtcNow();
        if (now > certificate.NotAfter.ToUniversalTime())
        {
            throw Refused($"It expired at {certificate.NotAfter.ToUniversalTime():O}.",
                "Enrol the site again with a new one-time token.");
        }

        if (!authority.Trusts(certificate) || !CertificateIdentity.TryReadSite(certificate, out var site))
        {
            throw Refused("It was not signed by this installation's authority for a site.",
                "Enrol the site here, or check that the agent talks to its own control plane.");
        }

        if (!denied.IsLoaded)
        {
            throw new Fault(FaultSide.Database, "load the deny list", "The list of revoked certificates is not loaded yet.", true);
        }

        var serial = AgentPort.SerialOf(certificate);
        return denied.Denies(serial)
            ? throw Refused("It was revoked.", "Find out why, then enrol the site again with a new one-time token.")
            : new AgentCaller(site, serial, certificate.NotAfter.ToUniversalTime());
    }

    private static RefusalException Refused(string cause, string correction) => ApiRefusals.Refuse(
        ApiRefusalCodes.CertificateRefused, "The client certificate is refused.", cause, correction);
}
