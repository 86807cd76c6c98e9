using Runbooks.Domain.Status;

namespace Runbooks.Domain.Agents;

/// <summary>
/// What an agent tells the control plane every second or two: <c>POST /agent/v1/report</c>. Nothing waits for it.
/// </summary>
/// <param name="InstanceId">Random per agent process: two live ones for one site are refused.</param>
/// <param name="Status">The site, now.</param>
/// <param name="Events">Events not yet acknowledged, oldest first.</param>
/// <param name="ClusterEpoch">Highest control-plane epoch this agent has seen.</param>
public sealed record AgentReport(string InstanceId, SiteStatus Status, IReadOnlyList<SiteEvent> Events,
    long ClusterEpoch);

/// <summary>The answer.</summary>
/// <param name="EventsAcknowledged">Highest event sequence that is stored durably.</param>
/// <param name="ServerTime">The control plane's clock, for the offset.</param>
/// <param name="ClusterEpoch">The control plane's epoch; the agent refuses lower ones from then on.</param>
/// <param name="ControlPlanes">Every control-plane address, as it is now.</param>
/// <param name="Peers">Where each other site's WAN listener is: <c>host:port</c> by site name.</param>
public sealed record AgentReportAnswer(
    long EventsAcknowledged,
    DateTimeOffset ServerTime,
    long ClusterEpoch,
    IReadOnlyList<string> ControlPlanes,
    IReadOnlyDictionary<string, string> Peers)
{
    /// <summary>
    /// Signed heads of the audit chain that the site does not keep yet, oldest first, then its newest again.
    /// </summary>
    public IReadOnlyList<AuditAnchor> Anchors { get; init; } = [];
}
