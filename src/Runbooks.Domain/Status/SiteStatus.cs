using System.Text.Json.Serialization;
using Runbooks.Domain.Agents;
using Runbooks.Domain.Ids;

namespace Runbooks.Domain.Status;

/// <summary>One site, now: what its agent reports.</summary>
/// <param name="Site">Which site.</param>
/// <param name="AgentVersion">Version of the agent.</param>
/// <param name="At">The agent's clock.</param>
/// <param name="StartedAt">When the agent process started.</param>
/// <param name="NbdAddress">Where guests connect: <c>host:port</c> or <c>unix:path</c>.</param>
/// <param name="WanAddress">Where peers connect: <c>host:port</c>.</param>
/// <param name="FreeBytes">Free space of the data folder.</param>
/// <param name="Volumes">Every volume.</param>
public sealed record SiteStatus(
    SiteId Site,
    string AgentVersion,
    DateTimeOffset At,
    DateTimeOffset StartedAt,
    string NbdAddress,
    string WanAddress,
    long FreeBytes,
    IReadOnlyList<VolumeStatus> Volumes)
{
    /// <summary>What the site keeps of the control plane's audit heads; null for an agent that keeps none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AnchorStatus? Anchor { get; init; }
}
