using Runbooks.Domain.Ids;
using Runbooks.Domain.Workloads;

namespace Runbooks.Workflows.ReplicationSetup;

/// <summary>Begins a protection, or adds a standby to one.</summary>
/// <param name="Run">The run, or the workflow id for work that belongs to no run.</param>
/// <param name="Policy">The protection.</param>
/// <param name="Workload">The machine and its disks, with volume ids.</param>
/// <param name="Primary">Where it is served.</param>
/// <param name="Standby">Where the copy goes.</param>
public sealed record SetupInput(string Run, ProtectionPolicy Policy, WorkloadMetadata Workload, SiteId Primary,
    SiteId Standby)
{
    /// <summary>More standbys, set up one after the other once the first is in sync.</summary>
    public IReadOnlyList<SiteId> Others { get; init; } = [];

    /// <summary>
    /// True for one of the <see cref="Others"/>: the protection exists
    /// already and its state is not this run's to say.
    /// </summary>
    public bool Joins { get; init; }
}

/// <summary>A protection that is in sync.</summary>
/// <param name="VolumeBytes">Size of all volumes.</param>
/// <param name="CopiedBytes">Payload of the full copies.</param>
/// <param name="HoleBytes">What stayed holes.</param>
/// <param name="CatchUpBytes">Payload of the catch-up after them.</param>
/// <param name="ComparedBytes">How much was compared afterwards, without a difference.</param>
/// <param name="RecoveryPoint">The first recovery point at the standby.</param>
/// <param name="ClockOffsetSeconds">The standby's clock minus the primary's, as seen at the check.</param>
public sealed record SetupResult(
    long VolumeBytes,
    long CopiedBytes,
    long HoleBytes,
    long CatchUpBytes,
    long ComparedBytes,
    RecoveryPointId RecoveryPoint,
    double ClockOffsetSeconds);
