using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;

namespace Runbooks.Replication;

/// <summary>What happened. Past participles: the executor reports facts, the core decides.</summary>
public enum VolumeEventKind : byte
{
    /// <summary>First event of every core: the durable state. Detail: <see cref="PersistedState"/>.</summary>
    Started,

    /// <summary>The monotonic clock moved; every 100 ms or faster. Uses <see cref="VolumeEvent.At"/>.</summary>
    TimerTicked,

    /// <summary>A guest asked to write, zero or discard. Ticket, range, change, flags.</summary>
    GuestWriteArrived,

    /// <summary>A guest asked that everything acknowledged so far be durable. Ticket.</summary>
    GuestFlushArrived,

    /// <summary>A local write (guest's or frame's) is in the image; durable if it was asked durable. Ticket.</summary>
    LocalWriteCompleted,

    /// <summary>
    /// A local write failed before it was acknowledged to anybody. Ticket, code (errno). A full disk (ENOSPC, EDQUOT)
    /// fails that write alone;
    /// every other code ends this copy. A write that failed in its flush is reported as <see cref="LocalFlushFailed"/>.
    /// </summary>
    LocalWriteFailed,

    /// <summary>Everything written locally before <see cref="EffectKind.FlushLocal"/> was emitted is durable. Ticket.</summary>
    LocalFlushCompleted,

    /// <summary>A local flush failed: final, the copy is not trusted any more. Ticket, code.</summary>
    LocalFlushFailed,

    /// <summary>The marks of <see cref="EffectKind.PersistRegions"/> are durable. Ticket.</summary>
    RegionsPersisted,

    /// <summary>The marks could not be made durable: final. Ticket, code.</summary>
    RegionsPersistFailed,

    /// <summary>The record with this version is durable. Position = version.</summary>
    MetadataPersisted,

    /// <summary>The record could not be made durable: final. Position = version, code.</summary>
    MetadataPersistFailed,

    /// <summary>
    /// The payload of a catch-up copy was read and is held under its ticket. Ticket; range:
    /// the part of it that is held, when the digests of the rest agreed (empty: all of it).
    /// </summary>
    CopyRead,

    /// <summary>The digests agreed: nothing of the copy has to be sent. Ticket.</summary>
    CopyEqual,

    /// <summary>The payload could not be read. Ticket, code.</summary>
    CopyReadFailed,

    /// <summary>The next allocated extent at or after the asked position; an empty range at the volume's end. Peer, range.</summary>
    AllocationFound,

    /// <summary>A recovery point asked for is complete. Ticket.</summary>
    RecoveryPointPinned,

    /// <summary>Primary: a standby welcomed our session. Peer, session, detail <see cref="HandshakeFacts"/>.</summary>
    PeerConnected,

    /// <summary>Primary: the standby is in doubt about a range; an empty range ends the list. Peer, session, range.</summary>
    PeerInDoubt,

    /// <summary>Primary: cumulative positions of this session's stream. Peer, session, applied, durable.</summary>
    PeerAcknowledged,

    /// <summary>Primary: the standby could not apply a frame (disk error). Peer, session, applied = position, code.</summary>
    PeerFailed,

    /// <summary>Any frame, pong or acknowledgement arrived from the peer. Peer, session. At most one per tick is enough.</summary>
    PeerHeard,

    /// <summary>The session ended (either role). Peer, session.</summary>
    PeerLost,

    /// <summary>The peer ended the session on purpose: it stops in order (either role). Peer, session.</summary>
    PeerLeft,

    /// <summary>Primary: the peer refused our hello. Peer, generation = the peer's, detail <see cref="Refusal"/>.</summary>
    PeerRefused,

    /// <summary>
    /// Primary: the peer's content of a range that <see cref="EffectKind.FetchRange"/> asked for. Peer, session,
    /// position =
    /// ticket of the question, ticket of the held payload (none: equal to what is here), code (not 0: it cannot be
    /// read there).
    /// </summary>
    RangeFetched,

    /// <summary>Standby: a primary asks to open a session. Peer, session, detail <see cref="HandshakeFacts"/>.</summary>
    PeerOffered,

    /// <summary>Standby: the next frame of the stream. Peer, session, position, frame kind, ticket, range, flags, generation.</summary>
    FrameArrived,

    /// <summary>A higher (or any) generation was seen: a fence frame, a meeting, a command, a row. Generation.</summary>
    GenerationSeen,

    /// <summary>The arbiter answered. Detail <see cref="ArbiterAnswered"/>.</summary>
    ArbiterAnswered,

    /// <summary>No arbiter address answered this request. Detail: its request id (string).</summary>
    ArbiterUnreachable,

    /// <summary>A row was learned outside an own request. Detail <see cref="ArbiterRow"/>.</summary>
    ArbiterRowLearned,

    /// <summary>A command. Ticket, order, and what the order needs. Answered by <see cref="EffectKind.AnswerOrder"/>.</summary>
    Ordered,
}

/// <summary>What a change does to its range.</summary>
public enum ChangeKind : byte
{
    /// <summary>Stores a payload.</summary>
    Write,

    /// <summary>Stores zeroes.</summary>
    Zero,

    /// <summary>Frees; reads as zeroes afterwards, at every site alike.</summary>
    Discard,
}

/// <summary>Flags of a guest request, a frame or an effect.</summary>
[Flags]
public enum ChangeFlags : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Complete only when on stable storage (FUA).</summary>
    Durable = 1,

    /// <summary>Zeroes must stay allocated.</summary>
    KeepAllocated = 2,

    /// <summary>The frame is a catch-up copy, not a guest's write.</summary>
    Copy = 4,
}

/// <summary>Kinds of frames in the ordered stream of a session.</summary>
public enum FrameKind : byte
{
    /// <summary>Write, zero or discard.</summary>
    Change,

    /// <summary>Everything earlier becomes durable.</summary>
    Flush,

    /// <summary>The copy is an instant of the primary's image from here on.</summary>
    Complete,

    /// <summary>The copy is not: a catch-up begins.</summary>
    Incomplete,

    /// <summary>The primary accepts no write after this.</summary>
    Drained,

    /// <summary>Take a recovery point here.</summary>
    Point,
}

/// <summary>Commands from the control plane, the agent or a person.</summary>
public enum OrderKind : byte
{
    /// <summary>Standby: refuse lower generations than <see cref="VolumeEvent.Generation"/>, flush, pin a recovery point.</summary>
    Seal,

    /// <summary>Become primary by the given row. Detail <see cref="PromotionOrder"/>.</summary>
    Promote,

    /// <summary>Primary: accept no more writes, drain, make the drained mark durable.</summary>
    Drain,

    /// <summary>Primary: take the drained mark back (the planned move was called off) and open again.</summary>
    Reopen,

    /// <summary>Close exports for a higher generation.</summary>
    Fence,

    /// <summary>Stop replicating to a peer and forget what it lacks.</summary>
    Detach,

    /// <summary>Start a full copy to a peer (range empty: whole, flag Copy: by comparison).</summary>
    Seed,

    /// <summary>Start catch-up now, without waiting for the hold-down.</summary>
    Resume,

    /// <summary>A former primary's lone writes may be overwritten (they are kept in a recovery point).</summary>
    DiscardOwnChanges,

    /// <summary>Orderly stop of the agent: stop accepting, drain, flush, close.</summary>
    Close,

    /// <summary>Insert a recovery point into the streams (all sites, one instant). Detail: opaque, passed through.</summary>
    Point,
}

/// <summary>Detail of <see cref="OrderKind.Promote"/>.</summary>
/// <param name="Row">The arbiter's row that names this site as primary.</param>
/// <param name="AcceptInconsistent">A person accepted an image in the middle of a catch-up.</param>
public sealed record PromotionOrder(ArbiterRow Row, bool AcceptInconsistent);

/// <summary>Detail of <see cref="VolumeEventKind.ArbiterAnswered"/>.</summary>
/// <param name="RequestId">The id of the request that this answers.</param>
/// <param name="Answer">The answer.</param>
public sealed record ArbiterAnswered(string RequestId, ArbiterAnswer Answer);

/// <summary>One event. A value of 96 bytes passed by reference: nothing is allocated per guest write.</summary>
/// <remarks>Made by the factory methods; which fields mean something is said at <see cref="VolumeEventKind"/>.</remarks>
public readonly record struct VolumeEvent
{
    /// <summary>What happened.</summary>
    public VolumeEventKind Kind { get; private init; }

    /// <summary>What a change does.</summary>
    public ChangeKind Change { get; private init; }

    /// <summary>Flags of the change.</summary>
    public ChangeFlags Flags { get; private init; }

    /// <summary>Frame kind.</summary>
    public FrameKind Frame { get; private init; }

    /// <summary>Order.</summary>
    public OrderKind Order { get; private init; }

    /// <summary>Which peer.</summary>
    public PeerSlot Peer { get; private init; }

    /// <summary>Error number of the operating system.</summary>
    public int Code { get; private init; }

    /// <summary>Which request.</summary>
    public Ticket Ticket { get; private init; }

    /// <summary>Which bytes.</summary>
    public ByteRange Range { get; private init; }

    /// <summary>Which session of the peer.</summary>
    public long Session { get; private init; }

    /// <summary>Stream position, applied position, or record version.</summary>
    public long Position { get; private init; }

    /// <summary>Durable position.</summary>
    public long Durable { get; private init; }

    /// <summary>Generation of the speaker.</summary>
    public Generation Generation { get; private init; }

    /// <summary>Monotonic time.</summary>
    public TimeSpan At { get; private init; }

    /// <summary>Rare details; see the kind.</summary>
    public object? Detail { get; private init; }

    /// <summary>Makes <see cref="VolumeEventKind.Started"/>.</summary>
    public static VolumeEvent Started(PersistedState state, TimeSpan at) =>
        new() { Kind = VolumeEventKind.Started, Detail = state, At = at };

    /// <summary>Makes <see cref="VolumeEventKind.TimerTicked"/>.</summary>
    public static VolumeEvent TimerTicked(TimeSpan at) => new() { Kind = VolumeEventKind.TimerTicked, At = at };

    /// <summary>Makes <see cref="VolumeEventKind.GuestWriteArrived"/>.</summary>
    public static VolumeEvent GuestWriteArrived(Ticket ticket, ByteRange range, ChangeKind change, ChangeFlags flags) =>
        new() { Kind = VolumeEventKind.GuestWriteArrived, Ticket = ticket, Range = range, Change = change, Flags = flags };

    /// <summary>Makes <see cref="VolumeEventKind.GuestFlushArrived"/>.</summary>
    public static VolumeEvent GuestFlushArrived(Ticket ticket) =>
        new() { Kind = VolumeEventKind.GuestFlushArrived, Ticket = ticket };

    /// <summary>
    /// Makes <see cref="VolumeEventKind.CopyRead"/> or, for an empty range, <see cref="VolumeEventKind.CopyEqual"/>.
    /// </summary>
    public static VolumeEvent CopyCompared(Ticket ticket, ByteRange differing) => new()
    {
        Kind = differing.IsEmpty ? VolumeEventKind.CopyEqual : VolumeEventKind.CopyRead,
        Ticket = ticket,
        Range = differing,
    };

    /// <summary>Makes an event that has only a ticket: completed local work.</summary>
    public static VolumeEvent Completed(VolumeEventKind kind, Ticket ticket) => new() { Kind = kind, Ticket = ticket };

    /// <summary>Makes an event of failed local work.</summary>
    public static VolumeEvent Failed(VolumeEventKind kind, Ticket ticket, int code) =>
        new() { Kind = kind, Ticket = ticket, Code = code };

    /// <summary>Makes <see cref="VolumeEventKind.MetadataPersisted"/>.</summary>
    public static VolumeEvent MetadataPersisted(long version) =>
        new() { Kind = VolumeEventKind.MetadataPersisted, Position = version };

    /// <summary>Makes <see cref="VolumeEventKind.MetadataPersistFailed"/>.</summary>
    public static VolumeEvent MetadataPersistFailed(long version, int code) =>
        new() { Kind = VolumeEventKind.MetadataPersistFailed, Position = version, Code = code };

    /// <summary>Makes <see cref="VolumeEventKind.AllocationFound"/>.</summary>
    public static VolumeEvent AllocationFound(PeerSlot peer, ByteRange extent) =>
        new() { Kind = VolumeEventKind.AllocationFound, Peer = peer, Range = extent };

    /// <summary>Makes <see cref="VolumeEventKind.PeerConnected"/>.</summary>
    public static VolumeEvent PeerConnected(PeerSlot peer, long session, HandshakeFacts facts) =>
        new() { Kind = VolumeEventKind.PeerConnected, Peer = peer, Session = session, Detail = facts };

    /// <summary>Makes <see cref="VolumeEventKind.PeerInDoubt"/>; an empty range ends the list.</summary>
    public static VolumeEvent PeerInDoubt(PeerSlot peer, long session, ByteRange range) =>
        new() { Kind = VolumeEventKind.PeerInDoubt, Peer = peer, Session = session, Range = range };

    /// <summary>Makes <see cref="VolumeEventKind.PeerAcknowledged"/>.</summary>
    public static VolumeEvent PeerAcknowledged(PeerSlot peer, long session, long applied, long durable) =>
        new() { Kind = VolumeEventKind.PeerAcknowledged, Peer = peer, Session = session, Position = applied, Durable = durable };

    /// <summary>Makes <see cref="VolumeEventKind.PeerFailed"/>.</summary>
    public static VolumeEvent PeerFailed(PeerSlot peer, long session, long position, int code) =>
        new() { Kind = VolumeEventKind.PeerFailed, Peer = peer, Session = session, Position = position, Code = code };

    /// <summary>Makes <see cref="VolumeEventKind.PeerHeard"/>.</summary>
    public static VolumeEvent PeerHeard(PeerSlot peer, long session) =>
        new() { Kind = VolumeEventKind.PeerHeard, Peer = peer, Session = session };

    /// <summary>Makes <see cref="VolumeEventKind.PeerLost"/>.</summary>
    public static VolumeEvent PeerLost(PeerSlot peer, long session) =>
        new() { Kind = VolumeEventKind.PeerLost, Peer = peer, Session = session };

    /// <summary>Makes <see cref="VolumeEventKind.PeerLeft"/>.</summary>
    public static VolumeEvent PeerLeft(PeerSlot peer, long session) =>
        new() { Kind = VolumeEventKind.PeerLeft, Peer = peer, Session = session };

    /// <summary>Makes <see cref="VolumeEventKind.RangeFetched"/>.</summary>
    public static VolumeEvent RangeFetched(PeerSlot peer, long session, Ticket question, Ticket payload, int code) =>
        new()
        {
            Kind = VolumeEventKind.RangeFetched,
            Peer = peer,
            Session = session,
            Position = question.Value,
            Ticket = payload,
            Code = code,
        };

    /// <summary>Makes <see cref="VolumeEventKind.PeerRefused"/>.</summary>
    public static VolumeEvent PeerRefused(PeerSlot peer, Generation generation, Refusal refusal) =>
        new() { Kind = VolumeEventKind.PeerRefused, Peer = peer, Generation = generation, Detail = refusal };

    /// <summary>Makes <see cref="VolumeEventKind.PeerOffered"/>.</summary>
    public static VolumeEvent PeerOffered(PeerSlot peer, long session, HandshakeFacts facts) =>
        new() { Kind = VolumeEventKind.PeerOffered, Peer = peer, Session = session, Detail = facts };

    /// <summary>Makes <see cref="VolumeEventKind.FrameArrived"/> for a change.</summary>
    public static VolumeEvent ChangeArrived(
        PeerSlot peer, long session, long position, Generation generation, Ticket ticket, ByteRange range, ChangeKind change, ChangeFlags flags) =>
        new()
        {
            Kind = VolumeEventKind.FrameArrived,
            Frame = FrameKind.Change,
            Peer = peer,
            Session = session,
            Position = position,
            Generation = generation,
            Ticket = ticket,
            Range = range,
            Change = change,
            Flags = flags,
        };

    /// <summary>Makes <see cref="VolumeEventKind.FrameArrived"/> for anything else.</summary>
    public static VolumeEvent FrameArrived(
        PeerSlot peer, long session, long position, Generation generation, FrameKind frame, object? detail = null) =>
        new()
        {
            Kind = VolumeEventKind.FrameArrived,
            Frame = frame,
            Peer = peer,
            Session = session,
            Position = position,
            Generation = generation,
            Detail = detail,
        };

    /// <summary>Makes <see cref="VolumeEventKind.GenerationSeen"/>.</summary>
    public static VolumeEvent GenerationSeen(Generation generation) =>
        new() { Kind = VolumeEventKind.GenerationSeen, Generation = generation };

    /// <summary>Makes <see cref="VolumeEventKind.ArbiterAnswered"/>.</summary>
    public static VolumeEvent ArbiterAnswered(string requestId, ArbiterAnswer answer) =>
        new() { Kind = VolumeEventKind.ArbiterAnswered, Detail = new ArbiterAnswered(requestId, answer) };

    /// <summary>Makes <see cref="VolumeEventKind.ArbiterUnreachable"/>.</summary>
    public static VolumeEvent ArbiterUnreachable(string requestId) =>
        new() { Kind = VolumeEventKind.ArbiterUnreachable, Detail = requestId };

    /// <summary>Makes <see cref="VolumeEventKind.ArbiterRowLearned"/>.</summary>
    public static VolumeEvent ArbiterRowLearned(ArbiterRow row) =>
        new() { Kind = VolumeEventKind.ArbiterRowLearned, Detail = row };

    /// <summary>Makes <see cref="VolumeEventKind.Ordered"/>.</summary>
    public static VolumeEvent Ordered(
        Ticket ticket, OrderKind order, Generation generation = default, PeerSlot peer = default, ChangeFlags flags = default, object? detail = null) =>
        new()
        {
            Kind = VolumeEventKind.Ordered,
            Ticket = ticket,
            Order = order,
            Generation = generation,
            Peer = peer,
            Flags = flags,
            Detail = detail,
        };
}
