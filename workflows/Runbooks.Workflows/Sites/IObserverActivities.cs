using Runbooks.Domain.Ids;
using Runbooks.Domain.Status;

namespace Runbooks.Workflows.Sites;

/// <summary>Looking, never acting. Run on <c>site/{id}</c>, and by the control plane for its own view.</summary>
public interface IObserverActivities
{
    /// <summary>Does this observer reach the other site's agent now? Tries for the given time.</summary>
    [Activity]
    Task<Observation> ObserveSiteAsync(ObserveSiteRequest request);

    /// <summary>A TCP connect or HTTP request from this site. Fails (retryable) until it answers as expected.</summary>
    [Activity]
    Task<ProbeResult> ProbeAsync(ProbeRequest request);

    /// <summary>Everything on this site that a run could leave behind.</summary>
    [Activity]
    Task<SiteInventory> TakeInventoryAsync();

    /// <summary>The site's status document.</summary>
    [Activity]
    Task<SiteStatus> DescribeSiteAsync();
}

/// <summary>Observes a site.</summary>
/// <param name="Site">Which site.</param>
/// <param name="Address">Its WAN listener; empty lets the observer use the address it knows.</param>
/// <param name="TimeoutSeconds">How long to try.</param>
public sealed record ObserveSiteRequest(SiteId Site, string Address, double TimeoutSeconds);

/// <summary>What an observer saw.</summary>
/// <param name="Observer">Who looked: a site name or <c>control-plane</c>.</param>
/// <param name="IsReachable">Whether the site answered.</param>
/// <param name="Detail">What was tried and what came back.</param>
public sealed record Observation(string Observer, bool IsReachable, string Detail);

/// <summary>Probes an address.</summary>
/// <param name="Kind"><c>tcp</c> or <c>http</c>.</param>
/// <param name="Target"><c>host:port</c> or a URL.</param>
/// <param name="ExpectStatus">For <c>http</c>: the status that is right; default 200.</param>
/// <param name="ExpectBody">For <c>http</c>: text the body must contain; null takes any.</param>
public sealed record ProbeRequest(string Kind, string Target, int ExpectStatus = 200, string? ExpectBody = null);

/// <summary>A probe that answered as expected.</summary>
/// <param name="Target">What was probed.</param>
/// <param name="Milliseconds">How long the last try took.</param>
/// <param name="Detail">Status line or peer address.</param>
public sealed record ProbeResult(string Target, double Milliseconds, string Detail);
