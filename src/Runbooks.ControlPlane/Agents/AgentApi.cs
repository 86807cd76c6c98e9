using Runbooks.Audit;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Arbitration;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Recording;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Arbiter;

namespace Runbooks.ControlPlane.Agents;

/// <summary>The agent port's four calls.</summary>
internal static class AgentApi
{
    // A report of 2,000 volumes with two links each is about 3 MiB.
    private const long ReportBytesMax = 16 << 20;

    public static void Map(IEndpointRouteBuilder app)
    {
        var agent = app.MapGroup("/agent/v1").ExcludeFromDescription().WithMetadata(AccessRequirement.Open);
        agent.MapGet("/authority", (CertificateAuthority authority) => Results.Text(authority.RootPem, "application/x-pem-file"));
        agent.MapPost("/enrol", EnrolAsync).RequireRateLimiting(RateLimits.Enrol);
        agent.MapPost("/renew", RenewAsync);
        agent.MapPost("/report", ReportAsync).WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(ReportBytesMax));
        agent.MapPost("/arbiter", ArbiterAsync);
    }

    private static async Task<EnrolAnswer> EnrolAsync(
        EnrolRequest request, Enrolment enrolment, Addresses addresses, CertificateAuthority authority, HttpContext context,
        CancellationToken cancel)
    {
        using var certificate = await enrolment.EnrolAsync(
            request, context.Connection.RemoteIpAddress?.ToString(), cancel);
        return Answer(certificate.ExportCertificatePem(), authority, addresses, context);
    }

    private static async Task<EnrolAnswer> RenewAsync(
        RenewRequest request, Enrolment enrolment, Addresses addresses, CertificateAuthority authority, HttpContext context,
        CancellationToken cancel)
    {
        using var certificate = await enrolment.RenewAsync(
            request.CertificateRequestPem, AgentCaller.Of(context), cancel);
        return Answer(certificate.ExportCertificatePem(), authority, addresses, context);
    }

    private static async Task<AgentReportAnswer> ReportAsync(
        AgentReport report, SiteBoard board, AnchorDesk anchors, Addresses addresses, HttpContext context,
            CancellationToken cancel)
    {
        var answer = await board.ReportAsync(report, AgentCaller.Of(context), addresses.ControlPlanes(context), cancel);
        return answer with { Anchors = await anchors.ForAsync(report.Status.Anchor, cancel) };
    }

    private static Task<ArbiterAnswer> ArbiterAsync(
        ArbiterRequest request, ArbiterDesk desk, HttpContext context, CancellationToken cancel)
    {
        var caller = AgentCaller.Of(context);
        if (request.Asker != caller.Site)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.SiteMismatch, "An agent may ask for its own site only.",
                $"The certificate names {caller.Site}, the request {request.Asker}.",
                "Start the agent with the folder of its own site.", "asker");
        }

        if (request is Promote)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.SiteMismatch, "An agent cannot ask for a promotion.",
                "Promotions come from runs, where people decide.", "Start a failover run.", "request");
        }

        return desk.DecideAsync(request, AuditActor.Machine(caller.Site.ToString()), cancel: cancel);
    }

    private static EnrolAnswer Answer(
        string certificatePem, CertificateAuthority authority, Addresses addresses, HttpContext context) => new(
        certificatePem + "\n", authority.RootPem, addresses.ControlPlanes(context), addresses.Engine(context),
        addresses.EngineNamespace);
}
