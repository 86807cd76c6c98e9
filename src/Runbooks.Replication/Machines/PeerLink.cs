using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication.Tracking;

namespace Runbooks.Replication.Machines;

/// <summary>How far a session has come. Volatile: every session begins at <see cref="Admitting"/>.</summary>
internal enum LinkStage : byte
{
    /// <summary>No session.</summary>
    Absent,

    /// <summary>The standby still lists the regions it is in doubt about.</summary>
    Admitting,

    /// <summary>Back, but not for long enough.</summary>
    HoldDown,

    /// <summary>Dirty blocks are sent; writes to clean blocks go to both.</summary>
    Copying,

    /// <summary>Nothing is dirty; every acknowledgement waits for the peer; the rest drains.</summary>
    Barrier,

    /// <summary>The peer is told that its copy is whole.</summary>
    Completing,

    /// <summary>MarkComplete has to be sent.</summary>
    MarkWanted,

    /// <summary>MarkComplete was sent: the old grant is void.</summary>
    MarkSent,

    /// <summary>Dual write.</summary>
    Live,
}

internal enum StreamItemKind : byte
{
    Write,
    Copy,
    Control,
}

/// <summary>What one position of a session's stream carries.</summary>
internal readonly record struct StreamItem(StreamItemKind Kind, long Reference);

/// <summary>A catch-up copy from its read until it is durable at the peer.</summary>
internal struct CopyInFlight
{
    public Ticket Ticket;
    public ByteRange Range;
    public bool IsSent;
    public bool IsApplied;

    /// <summary>Nothing was sent because the digests agreed: the last position of the stream at that moment.</summary>
    public long? EqualSince;
}

/// <summary>What the primary knows about one peer. Data with small rules; the decisions are in <see cref="LinkMachine"/>.</summary>
internal sealed class PeerLink(PeerSlot slot, SiteId site, ByteCount size)
{
    private StreamItem[] items = new StreamItem[256];

    public PeerSlot Slot { get; } = slot;

    public SiteId Site { get; } = site;

    public byte Bit { get; } = slot.Mask.Bits;

    public DirtyBlocks Dirty { get; } = new(size);

    public RegionMarks Marks { get; } = new(size);

    public List<CopyInFlight> Copies { get; } = [];

    public LinkState Link { get; set; }

    public LinkStage Stage { get; set; }

    public long Session { get; set; }

    /// <summary>Acknowledgements do not wait for this peer.</summary>
    public bool IsExcused { get; set; } = true;

    /// <summary>A durable permission to go on without the peer is held; void once MarkComplete was sent.</summary>
    public bool HoldsGrant { get; set; }

    /// <summary>
    /// See <see cref="PeerMetadata.HoldsAll"/>; as the next record will say it. Excludes a held grant.
    /// </summary>
    public bool HoldsAll { get; set; }

    /// <summary>A permission is being made durable.</summary>
    public bool IsGrantPending { get; set; }

    /// <summary>A request about this peer may have been granted without our knowing.</summary>
    public bool IsRowUncertain { get; set; }

    public bool IsDetachWanted { get; set; }

    /// <summary>A full copy is ordered and begins when the row is known.</summary>
    public ChangeFlags? SeedWanted { get; set; }

    public bool WasInDoubt { get; set; }

    public long SentPosition { get; private set; }

    public long AppliedPosition { get; set; }

    public long DurablePosition { get; set; }

    public long LastFlushPosition { get; set; }

    public long BarrierPosition { get; set; }

    public long BarrierLogPosition { get; set; }

    public long CompletePosition { get; set; }

    /// <summary>
    /// Position of the flush that asks whether the peer still follows; 0 when none was sent in this session.
    /// </summary>
    public long ProofPosition { get; set; }

    public TimeSpan ProofAskedAt { get; set; }

    public TimeSpan LastHeard { get; set; }

    public TimeSpan LastProgress { get; set; }

    public TimeSpan ResumeAt { get; set; }

    public TimeSpan? ExposedSince { get; set; }

    public TimeSpan InSyncSince { get; set; }

    public int Flaps { get; set; }

    public long CopyCursor { get; set; }

    public int CopiesReading { get; set; }

    /// <summary>Full copy: where the next extent is looked for.</summary>
    public long SeedPosition { get; set; }

    /// <summary>Full copy: everything before it is durable at the peer.</summary>
    public long SeedCursor { get; set; }

    public bool SeedCompares { get; set; }

    public ByteRange SeedExtent { get; set; }

    public bool IsFindingExtent { get; set; }

    /// <summary>When the last flush for the cursor of a full copy was sent.</summary>
    public TimeSpan SeedFlushedAt { get; set; }

    public long SeedFlushPosition { get; set; }

    public long SeedEndPosition { get; set; }

    public long SeedFlushCursor { get; set; }

    public bool IsStreaming => Stage >= LinkStage.Copying;

    public bool HasSession => Session != 0;

    public int Outstanding => (int)(SentPosition - DurablePosition);

    public int OutstandingApplied => (int)(SentPosition - AppliedPosition);

    /// <summary>How long it must be back before it is trusted: twice as long for each flap.</summary>
    public TimeSpan HoldDownUnder(VolumeConfiguration configuration)
    {
        if (Flaps == 0)
        {
            return TimeSpan.Zero;
        }

        var doubled = configuration.HoldDown.Ticks << Math.Min(Flaps - 1, 20);
        return new TimeSpan(Math.Clamp(doubled, 0, configuration.HoldDownMax.Ticks));
    }

    /// <summary>Puts an item into the stream and returns its position.</summary>
    public long Append(StreamItem item, TimeSpan now)
    {
        if (SentPosition - DurablePosition + 1 >= items.Length)
        {
            Grow();
        }

        if (AppliedPosition == SentPosition)
        {
            LastProgress = now;
        }

        SentPosition++;
        items[SentPosition & (items.Length - 1)] = item;
        return SentPosition;
    }

    public StreamItem ItemAt(long position)
    {
        Invariant.Require(position > DurablePosition && position <= SentPosition, "a stream position is outstanding");
        return items[position & (items.Length - 1)];
    }

    public int IndexOfCopy(Ticket ticket)
    {
        for (var i = 0; i < Copies.Count; i++)
        {
            if (Copies[i].Ticket == ticket)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>True while a copy that overlaps is read: the guest's write waits for the (short) local read, then follows it in the stream.</summary>
    public bool IsReading(ByteRange range)
    {
        if (CopiesReading == 0)
        {
            return false;
        }

        foreach (var copy in Copies)
        {
            if (!copy.IsSent && copy.Range.Overlaps(range))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when any copy that is not yet durable touches the range.</summary>
    public bool IsCopying(ByteRange range)
    {
        foreach (var copy in Copies)
        {
            if (copy.Range.Overlaps(range))
            {
                return true;
            }
        }

        return false;
    }

    public void BeginSession(long session, TimeSpan now)
    {
        Session = session;
        Stage = LinkStage.Admitting;
        SentPosition = AppliedPosition = DurablePosition = LastFlushPosition = 0;
        BarrierPosition = CompletePosition = ProofPosition = SeedFlushPosition = SeedEndPosition = 0;
        LastHeard = LastProgress = now;
        CopyCursor = 0;
        WasInDoubt = false;
    }

    public void EndSession()
    {
        Session = 0;
        Stage = LinkStage.Absent;
        Copies.Clear();
        CopiesReading = 0;
        SentPosition = AppliedPosition = DurablePosition = LastFlushPosition = ProofPosition = 0;
        IsFindingExtent = false;
        SeedExtent = default;
        SeedPosition = SeedCursor;
    }

    private void Grow()
    {
        var larger = new StreamItem[items.Length * 2];
        for (var position = DurablePosition + 1; position <= SentPosition; position++)
        {
            larger[position & (larger.Length - 1)] = items[position & (items.Length - 1)];
        }

        items = larger;
    }
}
