using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication;

/// <summary>The durable record of one copy. Written whole, by turn into two checksummed places; the highest whole <see cref="Version"/> counts.</summary>
/// <param name="Version">Raised by every <see cref="EffectKind.PersistMetadata"/>.</param>
/// <param name="Generation">Highest generation this copy knows; every lower one is refused.</param>
/// <param name="Role">Role under that generation.</param>
/// <param name="Peers">One entry per configured peer, in slot order.</param>
/// <param name="History">Generations of this copy, oldest first; the last is <paramref name="Generation"/> once this copy took part in it.</param>
public sealed record VolumeMetadata(
    long Version,
    Generation Generation,
    Role Role,
    IReadOnlyList<PeerMetadata> Peers,
    IReadOnlyList<GenerationEntry> History)
{
    /// <summary>Standby: false while a catch-up or full copy is under way, when the image is no instant of the primary's and must not be promoted.</summary>
    public bool IsConsistent { get; init; } = true;

    /// <summary>Primary: no write was accepted after this mark under <see cref="Generation"/>. Survives restarts; only a granted reopen removes it.</summary>
    public bool IsDrained { get; init; }

    /// <summary>True from an orderly close to the next start: no region is in doubt.</summary>
    public bool IsClosed { get; init; }

    /// <summary>
    /// True from a promotion to the first opening under it: a restart in between has to keep the distance to the old
    /// primary, too.
    /// </summary>
    public bool IsUnopened { get; init; }

    /// <summary>A former primary's lone writes are kept in a recovery point and may be overwritten by the winner.</summary>
    public bool MayDiscardOwnChanges { get; init; }

    /// <summary>True for a copy that never received anything: it needs a full copy.</summary>
    public bool IsBlank { get; init; }

    /// <summary>
    /// The machine's boot (see <see cref="VolumeConfiguration.Boot"/>) in which this record was stored; empty in the
    /// record of an agent that did not know it.
    /// </summary>
    public string Boot { get; init; } = string.Empty;

    /// <summary>
    /// The machine started anew without an orderly close here: writes that were not flushed may be missing or torn.
    /// A primary clears it when it has what it lacked or lost the hope of it, a standby when the primary made it whole.
    /// </summary>
    public bool HasLostPower { get; init; }

    /// <summary>A local write or flush failed: nothing of this copy is trusted until a person repaired it and removed the mark.</summary>
    public bool IsFaulty { get; init; }

    /// <summary>The record of a volume that was just protected here: primary of generation 1, every peer detached until it is seeded.</summary>
    public static VolumeMetadata NewPrimary(SiteId site, int peers) => new(
        1,
        Generation.First,
        Role.Primary,
        [.. Enumerable.Repeat(new PeerMetadata(LinkState.Detached), peers)],
        [new GenerationEntry(Generation.First, site, new ByteCount(0))]);

    /// <summary>The record of an empty copy that waits for its full copy.</summary>
    public static VolumeMetadata NewStandby(int peers) => new(
        1,
        Generation.None,
        Role.Standby,
        [.. Enumerable.Repeat(new PeerMetadata(LinkState.Detached), peers)],
        [])
    {
        IsBlank = true,
        IsConsistent = false,
    };
}

/// <summary>What the durable record says about one peer.</summary>
/// <param name="Link">State of the link. <see cref="LinkState.InSync"/> is the "mirrored" of the arbiter's rules.</param>
public sealed record PeerMetadata(LinkState Link)
{
    /// <summary>Full copy: everything before this position was sent and is durable at the peer. Meaningful while seeding.</summary>
    public ByteOffset SeedCursor { get; init; }

    /// <summary>Full copy by comparison: blocks whose digests agree are not sent.</summary>
    public bool SeedCompares { get; init; }

    /// <summary>
    /// Every acknowledged write is at the peer: all before was sent, and since then
    /// no acknowledgement went out without it. Durable before MarkComplete is sent,
    /// and taken back durably before anything is acknowledged without the peer.
    /// </summary>
    public bool HoldsAll { get; init; }
}

/// <summary>One generation of a copy's history.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="Primary">Who was primary in it.</param>
/// <param name="AloneBytes">
/// Bytes acknowledged under it that no complete standby holds; 0 again once one caught up. Stored every
/// <see cref="VolumeConfiguration.FlushInterval"/> while it grows and exactly when the copy is fenced; after a crash
/// never less than the marked regions say.
/// </param>
public sealed record GenerationEntry(Generation Generation, SiteId Primary, ByteCount AloneBytes);

/// <summary>What the executor read back at start.</summary>
/// <param name="Metadata">The durable record.</param>
/// <param name="MarkedRegions">Per peer slot: the ranges whose regions are marked. Ignored when the record says closed in order and the link is in sync.</param>
public sealed record PersistedState(VolumeMetadata Metadata, IReadOnlyList<IReadOnlyList<ByteRange>> MarkedRegions);

/// <summary>What a peer says about its copy when two agents meet. Comes from durable state only.</summary>
/// <param name="Generation">Highest generation the peer knows.</param>
/// <param name="Role">Its role.</param>
/// <param name="Size">Its size.</param>
/// <param name="History">Its history.</param>
public sealed record HandshakeFacts(Generation Generation, Role Role, ByteCount Size, IReadOnlyList<GenerationEntry> History)
{
    /// <summary>True when the copy never received anything.</summary>
    public bool IsBlank { get; init; }

    /// <summary>True when the copy is an instant of the primary's image.</summary>
    public bool IsConsistent { get; init; } = true;

    /// <summary>See <see cref="VolumeMetadata.HasLostPower"/>.</summary>
    public bool HasLostPower { get; init; }

    /// <summary>
    /// The speaker answers questions for the content of a range (<see cref="EffectKind.FetchRange"/>).
    /// </summary>
    public bool CanServeFetch { get; init; } = true;
}
