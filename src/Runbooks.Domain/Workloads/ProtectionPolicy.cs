using Runbooks.Domain.Ids;
using Runbooks.Domain.States;

namespace Runbooks.Domain.Workloads;

/// <summary>
/// The policy of one workload: where its copies are and what to do when a link is lost. The same at every site.
/// </summary>
/// <param name="Id">The protection.</param>
/// <param name="Workload">The protected machine.</param>
/// <param name="Group">Its application group.</param>
/// <param name="HomeSite">Where it lives when nothing is wrong.</param>
/// <param name="Standbys">The sites that hold copies.</param>
public sealed record ProtectionPolicy(
    ProtectionId Id,
    WorkloadId Workload,
    GroupId Group,
    SiteId HomeSite,
    IReadOnlyList<SiteId> Standbys)
{
    /// <summary>When a guest write is acknowledged.</summary>
    public ReplicationMode Mode { get; init; } = ReplicationMode.Synchronous;

    /// <summary>What the primary does when a standby stays silent.</summary>
    public OnLinkLoss OnLinkLoss { get; init; } = OnLinkLoss.Arbitrate;

    /// <summary>What <c>arbitrate</c> does while no arbiter answers.</summary>
    public IfArbiterUnreachable IfArbiterUnreachable { get; init; } = IfArbiterUnreachable.Suspend;

    /// <summary>Silence after which a standby counts as lost; default 3 s, from our own heartbeats.</summary>
    public double PeerTimeoutSeconds { get; init; } = 3;

    /// <summary>How long a link must be stable before catch-up; default 30 s, doubles per flap up to 10 min.</summary>
    public double HoldDownSeconds { get; init; } = 30;

    /// <summary>Upper bound of the catch-up rate in bytes a second; 0 is no bound.</summary>
    public long CatchUpBytesPerSecondMax { get; init; }

    /// <summary>Recovery time objective.</summary>
    public double RtoSeconds { get; init; } = 900;

    /// <summary>Recovery point objective; 0 asks for no loss.</summary>
    public double RpoSeconds { get; init; }

    /// <summary>Time between periodic recovery points; 0 makes none.</summary>
    public double RecoveryPointEverySeconds { get; init; } = 3600;

    /// <summary>How many periodic recovery points are kept.</summary>
    public int RecoveryPointsKept { get; init; } = 24;
}
