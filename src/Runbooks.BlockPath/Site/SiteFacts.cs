using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.BlockPath.Site;

/// <summary>The result of a call that only succeeds or is refused.</summary>
public readonly record struct Nothing;

/// <summary>A volume to make by hand.</summary>
/// <param name="Volume">Its id; the same at every site.</param>
/// <param name="Protection">Its protection; the same at every site.</param>
/// <param name="Role">Primary serves guests at once; standby waits for a primary's stream.</param>
/// <param name="SizeBytes">Size; 0 takes the size of the adopted image.</param>
/// <param name="Image">An existing image to adopt; empty makes a new sparse one in the volume's folder.</param>
public sealed record NewVolume(VolumeId Volume, ProtectionId Protection, Role Role, long SizeBytes, string Image)
{
    /// <summary>Export name; empty takes the volume's id.</summary>
    public string ExportName { get; init; } = string.Empty;

    /// <summary>For a standby: the site whose stream it takes.</summary>
    public SiteId Peer { get; init; }

    /// <summary>The peer's WAN listener, for the day this copy becomes primary; may be empty.</summary>
    public string PeerAddress { get; init; } = string.Empty;

    /// <summary>How this copy behaves as primary.</summary>
    public LinkPolicy Policy { get; init; } = new();
}

/// <summary>How a primary treats its links.</summary>
public sealed record LinkPolicy
{
    /// <summary>What happens when a standby stays silent. By hand there is no arbiter, so writes wait.</summary>
    public OnLinkLoss OnLinkLoss { get; init; } = OnLinkLoss.Suspend;

    public IfArbiterUnreachable IfArbiterUnreachable { get; init; } = IfArbiterUnreachable.Suspend;

    public double PeerTimeoutSeconds { get; init; } = 3;

    /// <summary>How long a lost link must be back before catch-up. By hand: short.</summary>
    public double HoldDownSeconds { get; init; } = 1;

    public long CatchUpBytesPerSecondMax { get; init; }
}

/// <summary>What a standby site could hold.</summary>
public sealed record TargetFacts(
    string AgentVersion, long FreeBytes, long NeededBytes, DateTimeOffset SiteTime, string WanAddress);

/// <summary>What a source holds.</summary>
public sealed record SourceFacts(string AgentVersion, long TotalBytes, long AllocatedBytes, DateTimeOffset SiteTime);

/// <summary>Progress of a copy: what a person watches.</summary>
public sealed record CopyState(long DoneBytes, long TotalBytes, long BytesPerSecond, double? EtaSeconds);

/// <summary>A finished full copy.</summary>
public sealed record CopyFacts(long VolumeBytes, long SentBytes, long HoleBytes, double Seconds);

/// <summary>A finished catch-up.</summary>
public sealed record CatchUpFacts(long SentBytes, int Rounds, double Seconds, long ExposureBytesMax, long ArbiterVersion);

/// <summary>A finished comparison; differences as <c>vol_…:[offset, end)</c>.</summary>
public sealed record CompareFacts(long ComparedBytes, IReadOnlyList<string> Differences);

/// <summary>A quiesced primary.</summary>
public sealed record QuiesceFacts(DrainedMark Mark, double PauseMilliseconds);

/// <summary>A sealed standby.</summary>
public sealed record SealFacts(long Position, RecoveryPointId RecoveryPoint, DateTimeOffset SealedAt);

/// <summary>An open primary; exports by disk name.</summary>
public sealed record PromoteFacts(IReadOnlyDictionary<string, string> Exports, string NbdAddress, Generation Generation);

/// <summary>What a returned site had.</summary>
public sealed record MeetFacts(bool Diverged, long DivergedBytes, RecoveryPointId? KeptPoint)
{
    /// <summary>Where its own writes may be: the first of them, ascending by volume.</summary>
    public IReadOnlyList<DivergedFacts> Ranges { get; init; } = [];

    /// <summary>How many ranges there are in all.</summary>
    public int RangeCount { get; init; }
}

/// <summary>A range that one copy has and the other has not.</summary>
public sealed record DivergedFacts(VolumeId Volume, long Offset, long Length);

/// <summary>One recovery point of a protection at this site.</summary>
public sealed record PointFacts(
    RecoveryPointId Point, RecoveryPointReason Reason, DateTimeOffset At, string Digest, double PauseMilliseconds);

/// <summary>A clone; exports by disk name.</summary>
public sealed record CloneFacts(CloneId Id, IReadOnlyDictionary<string, string> Exports, string NbdAddress);
