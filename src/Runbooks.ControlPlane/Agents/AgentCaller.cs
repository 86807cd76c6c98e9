using System.Security.Cryptography.X509Certificates;
using Runbooks.Domain.Ids;

namespace Runbooks.ControlPlane.Agents;

/// <summary>The agent behind a request on the agent port, as its certificate names it.</summary>
public sealed record AgentCaller(SiteId Site, string Serial, DateTimeOffset NotAfter)
{
    public static AgentCaller Of(HttpContext context) => context.Features.Get<AgentCaller>()
        ?? throw new InvalidOperationException("This endpoint is served on the agent port only.");
}

/// <summary>Marks a connection of the agent port; set before TLS, so no request can claim it.</summary>
internal static class AgentPort
{
    public static readonly object Marker = new();

    public static bool Is(HttpContext context) =>
        context.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionItemsFeature>()?.Items.ContainsKey(Marker) == true;

    public static string SerialOf(X509Certificate2 certificate) => certificate.SerialNumber.ToLowerInvariant();
}
