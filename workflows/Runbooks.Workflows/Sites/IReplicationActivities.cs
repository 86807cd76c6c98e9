using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;
using Runbooks.Domain.Workloads;

namespace Runbooks.Workflows.Sites;

/// <summary>Making and removing copies, and bringing them in sync. Run on <c>site/{id}</c> by that site's agent.</summary>
public interface IReplicationActivities
{
    /// <summary>At the standby: could it hold this protection? Observes only. Refuses with field, cause and correction.</summary>
    [Activity]
    Task<TargetCheck> CheckTargetAsync(CheckTargetRequest request);

    /// <summary>At the primary: are the images readable and free of another protection? Observes only.</summary>
    [Activity]
    Task<SourceCheck> CheckSourceAsync(CheckSourceRequest request);

    /// <summary>At the standby: creates its volumes and stores policy and metadata. Undone by <see cref="RemoveStandbyAsync"/>.</summary>
    [Activity]
    Task CreateStandbyAsync(CreateStandbyRequest request);

    /// <summary>At the standby: removes what <see cref="CreateStandbyAsync"/> made. Safe when nothing is there.</summary>
    [Activity]
    Task RemoveStandbyAsync(RemoveStandbyRequest request);

    /// <summary>At the primary: adopts the policy, turns the dirty map on, attaches the standby. Guests never stop.</summary>
    [Activity]
    Task BeginTrackingAsync(BeginTrackingRequest request);

    /// <summary>At the primary: detaches the standby and stops tracking. Safe when it was never attached.</summary>
    [Activity]
    Task EndTrackingAsync(EndTrackingRequest request);

    /// <summary>
    /// At a former standby: its copies stay with their recovery points, fenced for good and without a peer. Safe when
    /// nothing is there.
    /// </summary>
    [Activity]
    Task ReleaseStandbyAsync(ReleaseStandbyRequest request);

    /// <summary>At the primary: copies one volume whole, holes kept, from its durable cursor. Heartbeats <see cref="CopyProgress"/>.</summary>
    [Activity]
    Task<CopyResult> FullCopyAsync(CopyRequest request);

    /// <summary>
    /// At the primary: sends dirty blocks until every acknowledgement waits for the standby and the arbiter has marked it complete.
    /// Heartbeats <see cref="CopyProgress"/>.
    /// </summary>
    [Activity]
    Task<CatchUpResult> CatchUpAsync(CatchUpRequest request);

    /// <summary>At the primary: compares digests of ranges with the standby's while writes go on. Observes only.</summary>
    [Activity]
    Task<CompareResult> CompareAsync(CompareRequest request);
}

/// <summary>What a standby would have to hold.</summary>
/// <param name="Policy">The protection.</param>
/// <param name="Workload">The machine and its disks.</param>
public sealed record CheckTargetRequest(ProtectionPolicy Policy, WorkloadMetadata Workload);

/// <summary>Facts of a standby that can hold it.</summary>
/// <param name="AgentVersion">Version of its agent.</param>
/// <param name="FreeBytes">Free space.</param>
/// <param name="NeededBytes">Space that a full copy may need.</param>
/// <param name="SiteTime">Its clock, to show the offset.</param>
/// <param name="WanAddress">Where the primary reaches it: <c>host:port</c>.</param>
public sealed record TargetCheck(string AgentVersion, long FreeBytes, long NeededBytes, DateTimeOffset SiteTime, string WanAddress);

/// <summary>Which images to look at.</summary>
/// <param name="Policy">The protection.</param>
/// <param name="Workload">The machine and its disks.</param>
public sealed record CheckSourceRequest(ProtectionPolicy Policy, WorkloadMetadata Workload);

/// <summary>Facts of a source that can be protected.</summary>
/// <param name="AgentVersion">Version of its agent.</param>
/// <param name="TotalBytes">Size of all disks.</param>
/// <param name="AllocatedBytes">What of it is not holes.</param>
/// <param name="SiteTime">Its clock.</param>
public sealed record SourceCheck(string AgentVersion, long TotalBytes, long AllocatedBytes, DateTimeOffset SiteTime);

/// <summary>Makes a standby.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Policy">The protection.</param>
/// <param name="Workload">The machine and its disks.</param>
/// <param name="Primary">Whose frames it takes.</param>
public sealed record CreateStandbyRequest(StepKey Key, ProtectionPolicy Policy, WorkloadMetadata Workload, SiteId Primary);

/// <summary>Removes a standby.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="KeepImages">True gives the image files back under their volume's name instead of deleting them.</param>
public sealed record RemoveStandbyRequest(StepKey Key, ProtectionId Protection, bool KeepImages);

/// <summary>Begins tracking.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Policy">The protection.</param>
/// <param name="Workload">The machine and its disks.</param>
/// <param name="Standby">The standby to attach.</param>
/// <param name="StandbyAddress">Its WAN listener.</param>
public sealed record BeginTrackingRequest(
    StepKey Key,
    ProtectionPolicy Policy,
    WorkloadMetadata Workload,
    SiteId Standby,
    string StandbyAddress);

/// <summary>Ends tracking towards one standby.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Standby">The standby to detach.</param>
public sealed record EndTrackingRequest(StepKey Key, ProtectionId Protection, SiteId Standby);

/// <summary>Keeps the copies of a protection that was given up.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Generation">Its last generation; the copies are fenced above it.</param>
public sealed record ReleaseStandbyRequest(StepKey Key, ProtectionId Protection, Generation Generation);

/// <summary>Copies one volume.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Volume">Which volume.</param>
/// <param name="Standby">To where.</param>
/// <param name="BytesPerSecondMax">Upper bound; 0 is none.</param>
public sealed record CopyRequest(StepKey Key, ProtectionId Protection, VolumeId Volume, SiteId Standby, long BytesPerSecondMax);

/// <summary>Heartbeat of a long copy: what a person watches.</summary>
/// <param name="DoneBytes">Confirmed by the standby.</param>
/// <param name="TotalBytes">What there is to do, as known now.</param>
/// <param name="BytesPerSecond">Over the last seconds.</param>
/// <param name="EtaSeconds">Null while unknown.</param>
public sealed record CopyProgress(long DoneBytes, long TotalBytes, long BytesPerSecond, double? EtaSeconds);

/// <summary>A finished full copy.</summary>
/// <param name="VolumeBytes">Size of the volume.</param>
/// <param name="SentBytes">Payload sent; less than the size when there are holes.</param>
/// <param name="HoleBytes">What was kept as holes.</param>
/// <param name="Seconds">How long it took, all attempts.</param>
public sealed record CopyResult(long VolumeBytes, long SentBytes, long HoleBytes, double Seconds);

/// <summary>Catches all volumes of a protection up.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Standby">Which standby.</param>
public sealed record CatchUpRequest(StepKey Key, ProtectionId Protection, SiteId Standby);

/// <summary>A finished catch-up: the standby is complete, proven by the arbiter's row.</summary>
/// <param name="SentBytes">Payload sent, all rounds.</param>
/// <param name="Rounds">Rounds it took.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="ExposureBytesMax">Most that was missing meanwhile.</param>
/// <param name="ArbiterVersion">The row's version that marked it complete.</param>
public sealed record CatchUpResult(long SentBytes, int Rounds, double Seconds, long ExposureBytesMax, long ArbiterVersion);

/// <summary>Compares a protection's copies.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Standby">With whom.</param>
/// <param name="RangesMax">How many ranges of 1 MiB to sample; 0 compares everything.</param>
public sealed record CompareRequest(StepKey Key, ProtectionId Protection, SiteId Standby, int RangesMax);

/// <summary>What a comparison found.</summary>
/// <param name="ComparedBytes">How much was compared.</param>
/// <param name="Differences">Ranges that differ, as <c>vol_…:[offset, end)</c>; empty when equal.</param>
public sealed record CompareResult(long ComparedBytes, IReadOnlyList<string> Differences);
