using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Units;
using Runbooks.Domain.Workloads;

namespace Runbooks.BlockPath.Site;

/// <summary>
/// One site's data path as its activities and its admin interface use it.
/// </summary>
/// <remarks>
/// Every changing call takes a key (run/step/generation) and may be repeated: the stored
/// result of the first time is the answer. Calls observe first, act, and observe again, so
/// a repeat after a crash between acting and storing is safe as well. Expected outcomes are
/// <see cref="Outcome{T}"/>; the environment's failures are thrown as <see cref="Fault"/>.
/// </remarks>
public interface ISite
{
    SiteId Id { get; }

    /// <summary>The site's status document, now.</summary>
    SiteStatus Describe();

    /// <summary>Everything on the site that a run could leave behind.</summary>
    SiteInventory TakeInventory();

    /// <summary>Durable events above a sequence number, oldest first.</summary>
    IReadOnlyList<SiteEvent> EventsAfter(long sequence, int countMax);

    /// <summary>The control plane has stored everything up to here.</summary>
    void AcknowledgeEvents(long sequence);

    /// <summary>Where the WAN listener of another site is; learned from the control plane or given by hand.</summary>
    void LearnPeerAddress(SiteId site, string address);

    /// <summary>
    /// Does the agent of another site answer at an address? A handshake with its certificate, not only an open port.
    /// </summary>
    (bool IsReachable, string Detail) Reach(SiteId peer, string address);

    ISiteVolumes Volumes { get; }

    ISiteReplication Replication { get; }

    ISiteRoles Roles { get; }

    ISitePoints Points { get; }
}

/// <summary>Volumes by hand: making, adopting, giving back.</summary>
public interface ISiteVolumes
{
    /// <summary>Makes a volume. An existing image is adopted as it is and never copied.</summary>
    Task<Outcome<VolumeStatus>> CreateAsync(NewVolume wanted);

    /// <summary>Forgets a volume and gives its image back; the answer is the image's path.</summary>
    Task<Outcome<string>> GiveBackAsync(VolumeId volume, bool keepImage);

    /// <summary>Adds a standby and begins tracking and the full copy.</summary>
    Task<Outcome<VolumeStatus>> AttachAsync(VolumeId volume, SiteId peer, string address, LinkPolicy policy);

    /// <summary>Stops replicating to a standby.</summary>
    Task<Outcome<VolumeStatus>> DetachAsync(VolumeId volume, SiteId peer);

    /// <summary>The raw image, metadata and settings of one volume, for messages and tests.</summary>
    string ImageOf(VolumeId volume);
}

/// <summary>Making copies and keeping them in step. The methods mirror the replication activities.</summary>
public interface ISiteReplication
{
    Outcome<TargetFacts> CheckTarget(ProtectionPolicy policy, WorkloadMetadata workload);

    Outcome<SourceFacts> CheckSource(ProtectionPolicy policy, WorkloadMetadata workload);

    Task<Outcome<Nothing>> CreateStandbyAsync(
        string key, ProtectionPolicy policy, WorkloadMetadata workload, SiteId primary);

    Task<Outcome<Nothing>> RemoveStandbyAsync(string key, ProtectionId protection, bool keepImages);

    Task<Outcome<Nothing>> BeginTrackingAsync(
        string key, ProtectionPolicy policy, WorkloadMetadata workload, SiteId standby, string standbyAddress);

    Task<Outcome<Nothing>> EndTrackingAsync(string key, ProtectionId protection, SiteId standby);

    /// <summary>At a former standby: its copies stay, fenced above the given generation and without a peer.</summary>
    Task<Outcome<Nothing>> ReleaseStandbyAsync(string key, ProtectionId protection, Generation generation);

    /// <summary>Copies one volume whole; goes on from its durable cursor when repeated.</summary>
    Task<Outcome<CopyFacts>> FullCopyAsync(
        string key, VolumeId volume, SiteId standby, IProgress<CopyState>? progress, CancellationToken cancellation);

    /// <summary>
    /// Waits until every volume of the protection is in sync and the arbiter has marked the standby complete.
    /// </summary>
    Task<Outcome<CatchUpFacts>> CatchUpAsync(
        string key, ProtectionId protection, SiteId standby, IProgress<CopyState>? progress, CancellationToken cancellation);

    /// <summary>Compares digests of 1 MiB ranges with a standby while writes go on. Observes only.</summary>
    Task<Outcome<CompareFacts>> CompareAsync(
        ProtectionId protection, SiteId standby, int rangesMax, CancellationToken cancellation);
}

/// <summary>Who serves writes. The methods mirror the role activities.</summary>
public interface ISiteRoles
{
    Task<Outcome<QuiesceFacts>> QuiesceAsync(string key, ProtectionId protection);

    Task<Outcome<Nothing>> ResumeAsync(string key, ProtectionId protection);

    Task<Outcome<SealFacts>> SealAsync(string key, ProtectionId protection, ArbiterRow row);

    Task<Outcome<PromoteFacts>> PromoteAsync(
        string key, ProtectionId protection, ArbiterRow row, RecoveryPointId? point);

    Task<Outcome<MeetFacts>> MeetAsync(string key, ProtectionId protection, ArbiterRow row, string primaryAddress);

    /// <summary>
    /// Closes the exports of every volume of the protection for a higher generation, durably, at once.
    /// </summary>
    Task<Outcome<Nothing>> FenceAsync(ProtectionId protection, Generation generation);
}

/// <summary>Recovery points over all volumes of a protection, and the clones that drills make of them.</summary>
public interface ISitePoints
{
    Task<Outcome<PointFacts>> CreateAsync(string key, ProtectionId protection, RecoveryPointReason reason);

    IReadOnlyList<PointFacts> List(ProtectionId protection);

    Task<Outcome<PointFacts>> VerifyAsync(ProtectionId protection, RecoveryPointId point, CancellationToken cancellation);

    Task<Outcome<Nothing>> DropAsync(ProtectionId protection, RecoveryPointId point);

    /// <summary>Writable overlays over a point, exported under names of their own; the run owns them.</summary>
    Task<Outcome<CloneFacts>> CreateCloneAsync(string key, string run, ProtectionId protection, RecoveryPointId point);

    /// <summary>Removes every clone and export of a run; safe to repeat and when nothing is there.</summary>
    Task<IReadOnlyList<string>> TearDownAsync(string run);
}
