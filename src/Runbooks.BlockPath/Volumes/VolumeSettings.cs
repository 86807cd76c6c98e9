using Runbooks.Domain.Ids;
using Runbooks.Domain.States;

namespace Runbooks.BlockPath.Volumes;

/// <summary>What is configured about one volume at one site; stored beside its image, changed only while its core is stopped.</summary>
/// <param name="Volume">The volume.</param>
/// <param name="Protection">Its protection.</param>
/// <param name="SizeBytes">Size of the image, the same at every site.</param>
/// <param name="Image">Path of the raw image; relative to the volume's folder, or absolute for an adopted one.</param>
public sealed record VolumeSettings(VolumeId Volume, ProtectionId Protection, long SizeBytes, string Image)
{
    /// <summary>Its workload; none for a volume that is only served.</summary>
    public WorkloadId Workload { get; init; }

    /// <summary>The disk's name in the workload.</summary>
    public string Disk { get; init; } = "disk0";

    /// <summary>Export name; by default the volume's id.</summary>
    public string ExportName { get; init; } = string.Empty;

    /// <summary>The other sites with copies, in slot order; entries are never removed, only detached.</summary>
    public IReadOnlyList<PeerSettings> Peers { get; init; } = [];

    /// <summary>What to do when a standby stays silent.</summary>
    public OnLinkLoss OnLinkLoss { get; init; } = OnLinkLoss.Suspend;

    /// <summary>What <c>arbitrate</c> does when nobody answers.</summary>
    public IfArbiterUnreachable IfArbiterUnreachable { get; init; } = IfArbiterUnreachable.Suspend;

    /// <summary>Silence after which a standby counts as lost.</summary>
    public double PeerTimeoutSeconds { get; init; } = 3;

    /// <summary>How long a lost link must be back before catch-up.</summary>
    public double HoldDownSeconds { get; init; } = 30;

    /// <summary>Upper bound of full copy and catch-up; 0 is none.</summary>
    public long CatchUpBytesPerSecondMax { get; init; }

    /// <summary>
    /// A copy that was kept when its protection was removed: it receives nothing and is never promoted.
    /// </summary>
    public bool IsReleased { get; init; }

    /// <summary>The workload's metadata as JSON; empty when unknown.</summary>
    public string WorkloadMetadata { get; init; } = string.Empty;
}

/// <summary>One other site of a volume.</summary>
/// <param name="Site">Its name.</param>
/// <param name="Address">Its WAN listener, <c>host:port</c>; empty while unknown.</param>
public sealed record PeerSettings(SiteId Site, string Address);
