using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>Where this control plane and the engine can be reached, as agents are told.</summary>
public sealed class Addresses(ControlPlaneOptions options, IServer server)
{
    public string EngineNamespace => options.Namespace;

    /// <summary>The bound addresses in the order the listeners were declared: API first, then agents.</summary>
    public IReadOnlyList<string> Bound =>
        [.. server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    public string Api => Bound[0];

    public string Agent => Bound[1];

    /// <summary>
    /// The agent port as a person's own request suggests it: configured, or the host that the console was reached by
    /// with the agent port's number; what listens on one address only is reached there.
    /// </summary>
    public string AgentSeenFrom(HttpContext context)
    {
        if (options.ControlPlanes.Count > 0)
        {
            return options.ControlPlanes[0];
        }

        var bound = new Uri(Agent);
        var isEverywhere = bound.Host is "0.0.0.0" or "[::]";
        return $"https://{(isEverywhere ? context.Request.Host.Host : bound.Host)}:{bound.Port}";
    }

    /// <summary>Configured, or the very address the asking agent has just reached us by.</summary>
    public IReadOnlyList<string> ControlPlanes(HttpContext context) =>
        options.ControlPlanes.Count > 0 ? options.ControlPlanes : [$"https://{context.Request.Host}"];

    /// <summary>An external server as configured; the embedded engine is on the agent port itself.</summary>
    public string Engine(HttpContext context) =>
        options.Temporal is { } external ? WithScheme(external) : $"https://{context.Request.Host}";

    private static string WithScheme(string address) =>
        address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}";
}
