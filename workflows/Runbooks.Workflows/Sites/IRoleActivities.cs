using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;

namespace Runbooks.Workflows.Sites;

/// <summary>Changing who serves writes. Run on <c>site/{id}</c>.</summary>
public interface IRoleActivities
{
    /// <summary>At the primary: stops taking writes, drains, and returns the durable mark. Undone by <see cref="ResumeAsync"/>.</summary>
    [Activity]
    Task<QuiesceResult> QuiesceAsync(QuiesceRequest request);

    /// <summary>At a quiesced primary of an unchanged generation: takes writes again.</summary>
    [Activity]
    Task ResumeAsync(ResumeRequest request);

    /// <summary>At the new primary: durable generation, lower ones refused, flush, a <c>before-promote</c> recovery point.</summary>
    [Activity]
    Task<SealResult> SealAsync(SealRequest request);

    /// <summary>At the new primary: volumes writable and exported; a read-back of a marker proves it.</summary>
    [Activity]
    Task<PromoteResult> PromoteAsync(PromoteRequest request);

    /// <summary>At the old primary, when it is there: fences, becomes standby of the new one, keeps its own writes as a recovery point.</summary>
    [Activity]
    Task<MeetResult> MeetAsync(MeetRequest request);
}

/// <summary>Quiesces a primary.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Protection">Which protection.</param>
public sealed record QuiesceRequest(StepKey Key, ProtectionId Protection);

/// <summary>A quiesced primary.</summary>
/// <param name="Mark">Its promise, carried to the arbiter.</param>
/// <param name="PauseMilliseconds">How long writes waited until the drain was done.</param>
public sealed record QuiesceResult(DrainedMark Mark, double PauseMilliseconds);

/// <summary>Takes writes again after a quiesce.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Protection">Which protection.</param>
public sealed record ResumeRequest(StepKey Key, ProtectionId Protection);

/// <summary>Seals a standby that the arbiter has promoted.</summary>
/// <param name="Key">Idempotency key; its generation is the new one.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Row">The arbiter's row after the promotion.</param>
public sealed record SealRequest(StepKey Key, ProtectionId Protection, ArbiterRow Row);

/// <summary>A sealed standby.</summary>
/// <param name="Position">Sequence number of the last write it holds.</param>
/// <param name="RecoveryPoint">The point made before promotion.</param>
/// <param name="SealedAt">The site's clock.</param>
public sealed record SealResult(long Position, RecoveryPointId RecoveryPoint, DateTimeOffset SealedAt);

/// <summary>Opens a sealed standby as primary.</summary>
/// <param name="Key">Idempotency key; its generation is the new one.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Row">The arbiter's row after the promotion.</param>
/// <param name="Point">A recovery point to revert to first; null takes the latest state.</param>
public sealed record PromoteRequest(StepKey Key, ProtectionId Protection, ArbiterRow Row, RecoveryPointId? Point);

/// <summary>An open primary.</summary>
/// <param name="Exports">Export name by disk name.</param>
/// <param name="NbdAddress">Where guests connect.</param>
/// <param name="Generation">The generation it serves.</param>
public sealed record PromoteResult(IReadOnlyDictionary<string, string> Exports, string NbdAddress, Generation Generation);

/// <summary>Turns an old primary into a standby of the new one.</summary>
/// <param name="Key">Idempotency key; its generation is the new one.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Row">The arbiter's row.</param>
/// <param name="PrimaryAddress">The new primary's WAN listener.</param>
public sealed record MeetRequest(StepKey Key, ProtectionId Protection, ArbiterRow Row, string PrimaryAddress);

/// <summary>What the returned site had.</summary>
/// <param name="Diverged">True when it held writes that the new history does not have.</param>
/// <param name="DivergedBytes">How much of it; 0 when not diverged.</param>
/// <param name="KeptPoint">The recovery point that keeps them; null when there was nothing to keep.</param>
public sealed record MeetResult(bool Diverged, long DivergedBytes, RecoveryPointId? KeptPoint)
{
    /// <summary>Where those writes may be: the first ranges of them.</summary>
    public IReadOnlyList<DivergedRange> Ranges { get; init; } = [];

    /// <summary>How many ranges there are in all.</summary>
    public int RangeCount { get; init; }
}

/// <summary>A range that one copy has and the other has not.</summary>
/// <param name="Volume">Which volume.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
public sealed record DivergedRange(VolumeId Volume, long Offset, long Length);
