using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication;

/// <summary>What to do. Imperatives, run in the order emitted; each may be started and left running unless said otherwise.</summary>
public enum EffectKind : byte
{
    /// <summary>Mark the regions of a range for a set of peers and make that durable; then RegionsPersisted. Ticket, range, peers.</summary>
    PersistRegions,

    /// <summary>Unmark the regions of a range for a set of peers, whenever convenient; a lost clear costs only work. Range, peers.</summary>
    /// <remarks>A later PersistRegions of the same region must not be overtaken by this clear.</remarks>
    ClearRegions,

    /// <summary>Write into the image. Ticket, range, change, flags (durable: complete only when on stable storage).</summary>
    WriteLocal,

    /// <summary>Make everything durable whose LocalWriteCompleted was reported before this. Ticket. May be merged with others (group commit).</summary>
    FlushLocal,

    /// <summary>Send a change in the session's stream. Peer, session, position, ticket, range, change, flags.</summary>
    /// <remarks>With flag Copy the payload is the one read under the copy's ticket, and the ticket ends with the send.</remarks>
    SendChange,

    /// <summary>Send a control frame in the session's stream. Peer, session, position, frame kind.</summary>
    SendFrame,

    /// <summary>Send cumulative positions to the primary. Peer, session, applied, durable. Only the last of a batch needs to go out.</summary>
    SendAck,

    /// <summary>Tell the primary that a frame failed; nothing after it is applied. Peer, session, position, code.</summary>
    SendFailure,

    /// <summary>Answer the hello: welcome it. Peer, session, detail <see cref="Welcome"/>.</summary>
    AcceptPeer,

    /// <summary>Answer the hello: refuse it and close. Peer, session, generation = ours, detail <see cref="Refusal"/>.</summary>
    RefusePeer,

    /// <summary>Close this session now; PeerLost is not expected for it. Peer, session.</summary>
    DropPeer,

    /// <summary>Answer the guest with success. Ticket.</summary>
    AcknowledgeGuest,

    /// <summary>Answer the guest with an error. Ticket, error.</summary>
    FailGuest,

    /// <summary>Ask the arbiter. Detail <see cref="ArbiterRequest"/>. The same id may be emitted again: send it again.</summary>
    AskArbiter,

    /// <summary>Store this record durably, then MetadataPersisted. Position = version, detail <see cref="VolumeMetadata"/>. Never reordered.</summary>
    PersistMetadata,

    /// <summary>
    /// Read a range into a payload held under the ticket, then CopyRead. Peer, session, ticket, range, flags (Copy:
    /// compare
    /// digests with the peer's first, hold only what differs; then CopyRead with that part, or CopyEqual). Nothing that
    /// overlaps is under way to the peer while digests are compared.
    /// </summary>
    ReadForCopy,

    /// <summary>
    /// Ask the peer for its content of a range, sending the digest of what is here so that equal bytes need not travel;
    /// then RangeFetched, unless the session ends. Peer, session, ticket, range.
    /// </summary>
    FetchRange,

    /// <summary>Find the first allocated extent at or after the range's start, then AllocationFound. Peer, range.</summary>
    FindAllocation,

    /// <summary>Close all exports for reads and writes at once; open guest sessions get errors. Before any later effect.</summary>
    FenceExports,

    /// <summary>Open exports for reads and writes. Generation.</summary>
    OpenExports,

    /// <summary>Close exports in order (drained, closing): no errors for answered requests.</summary>
    CloseExports,

    /// <summary>Take a recovery point of the image as it is now, then RecoveryPointPinned. Ticket, reason.</summary>
    /// <remarks>No local write emitted after this may be inside it, every one completed before must be.</remarks>
    PinRecoveryPoint,

    /// <summary>Record a transition. Detail <see cref="TransitionReport"/>.</summary>
    ReportTransition,

    /// <summary>Answer a command. Ticket, detail null or <see cref="Refusal"/>.</summary>
    AnswerOrder,
}

/// <summary>Detail of <see cref="EffectKind.AcceptPeer"/>.</summary>
/// <param name="Facts">What to say about this copy.</param>
/// <param name="InDoubt">Ranges that this copy may hold differently (it was primary); sent before the first acknowledgement.</param>
public sealed record Welcome(HandshakeFacts Facts, IReadOnlyList<ByteRange> InDoubt);

/// <summary>One effect. A value; which fields mean something is said at <see cref="EffectKind"/>.</summary>
public readonly record struct Effect
{
    /// <summary>What to do.</summary>
    public EffectKind Kind { get; init; }

    /// <summary>What a change does.</summary>
    public ChangeKind Change { get; init; }

    /// <summary>Flags.</summary>
    public ChangeFlags Flags { get; init; }

    /// <summary>Frame kind.</summary>
    public FrameKind Frame { get; init; }

    /// <summary>Which peer.</summary>
    public PeerSlot Peer { get; init; }

    /// <summary>Which peers.</summary>
    public PeerMask Peers { get; init; }

    /// <summary>Why the guest failed.</summary>
    public GuestError Error { get; init; }

    /// <summary>Why a recovery point is made.</summary>
    public RecoveryPointReason Reason { get; init; }

    /// <summary>Error number.</summary>
    public int Code { get; init; }

    /// <summary>Which request.</summary>
    public Ticket Ticket { get; init; }

    /// <summary>Which bytes.</summary>
    public ByteRange Range { get; init; }

    /// <summary>Which session.</summary>
    public long Session { get; init; }

    /// <summary>Stream position, applied position or record version.</summary>
    public long Position { get; init; }

    /// <summary>Durable position.</summary>
    public long Durable { get; init; }

    /// <summary>Our generation: every frame and command carries it.</summary>
    public Generation Generation { get; init; }

    /// <summary>Rare details; see the kind.</summary>
    public object? Detail { get; init; }
}
