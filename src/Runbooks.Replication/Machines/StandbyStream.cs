using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;

namespace Runbooks.Replication.Machines;

/// <summary>The standby's side of a session: frames in stream order, overlapping ones one after the other, disjoint ones in parallel.</summary>
/// <remarks>
/// A frame's life: waiting, running, done. Positions are acknowledged cumulatively: applied is the last position with nothing undone before
/// it, durable the last completed flush. Complete, Incomplete, Drained and Point are barriers: everything before them is applied first, and
/// nothing after them starts until their record is durable. Frames of a session that ended are never started; local writes of it that
/// run already are waited for before the next session is welcomed, so nothing old can land after the new handshake.
/// </remarks>
internal sealed class StandbyStream(CoreContext core)
{
    private readonly HashSet<long> leftovers = [];
    private Frame[] ring = new Frame[256];
    private long head = 1;
    private long next = 1;
    private int running;
    private int idle;
    private bool isAckDue;
    private bool hasFailed;
    private bool isPrimaryDrained;

    public PeerSlot Peer { get; private set; }

    public long Session { get; private set; }

    public long Applied => head - 1;

    public long Durable { get; private set; }

    /// <summary>True while local work of any session runs.</summary>
    public bool IsBusy => running > 0 || leftovers.Count > 0;

    public void Begin(PeerSlot peer, long session)
    {
        Invariant.Require(!IsBusy, "the dead session's writes have ended before the next one begins");
        (Peer, Session) = (peer, session);
        head = next = 1;
        Durable = 0;
        idle = 0;
        hasFailed = false;
        isPrimaryDrained = false;
        isAckDue = false;
    }

    /// <summary>Forgets the session; local work that runs goes on as a leftover.</summary>
    public void End()
    {
        for (var position = head; position < next; position++)
        {
            ref var frame = ref At(position);
            if (frame.State == FrameState.Running)
            {
                leftovers.Add(frame.Ticket.Value);
            }
        }

        Session = 0;
        running = idle = 0;
        head = next = 1;
        Durable = 0;
    }

    public void Arrive(in VolumeEvent happened)
    {
        if (happened.Session != Session || Session == 0 || hasFailed)
        {
            return;
        }

        if (happened.Position != next || happened.Range.End > core.Configuration.Size.Value)
        {
            core.Emit(new Effect { Kind = EffectKind.DropPeer, Peer = Peer, Session = Session });
            End();
            return;
        }

        if (next - head >= ring.Length)
        {
            Grow();
        }

        ring[next & (ring.Length - 1)] = new Frame
        {
            Kind = happened.Frame,
            Ticket = happened.Ticket,
            Range = happened.Range,
            Change = happened.Change,
            Flags = happened.Flags,
            Detail = happened.Detail,
        };
        next++;
        idle++;
        Start(next - 1);
    }

    /// <summary>Local work ended. True when the ticket was ours.</summary>
    public bool OnDone(Ticket ticket)
    {
        if (leftovers.Remove(ticket.Value))
        {
            core.NeedsPump = true;
            return true;
        }

        for (var position = head; position < next; position++)
        {
            ref var frame = ref At(position);
            if (frame.State == FrameState.Running && frame.Ticket == ticket)
            {
                Finish(position);
                return true;
            }
        }

        return false;
    }

    /// <summary>Local work failed: nothing after it is applied. True when the ticket was ours.</summary>
    public bool OnFailed(Ticket ticket, int code)
    {
        if (leftovers.Remove(ticket.Value))
        {
            core.NeedsPump = true;
            return true;
        }

        for (var position = head; position < next; position++)
        {
            if (At(position).State == FrameState.Running && At(position).Ticket == ticket)
            {
                hasFailed = true;
                At(position).State = FrameState.Failed;
                running--;
                core.NeedsPump = true;
                core.Emit(new Effect
                {
                    Kind = EffectKind.SendFailure,
                    Peer = Peer,
                    Session = Session,
                    Position = position,
                    Code = code,
                    Generation = core.Metadata.Generation,
                });
                return true;
            }
        }

        return false;
    }

    /// <summary>Sends the positions once per step.</summary>
    public void SendAck()
    {
        if (!isAckDue || Session == 0 || hasFailed)
        {
            return;
        }

        isAckDue = false;
        core.Emit(new Effect
        {
            Kind = EffectKind.SendAck,
            Peer = Peer,
            Session = Session,
            Position = Applied,
            Durable = Math.Min(Durable, Applied),
            Generation = core.Metadata.Generation,
        });
    }

    private void Start(long position)
    {
        ref var frame = ref At(position);
        if (frame.State != FrameState.Waiting || !MayStart(position))
        {
            return;
        }

        frame.State = FrameState.Running;
        running++;
        idle--;
        switch (frame.Kind)
        {
            case FrameKind.Change:
                core.Emit(new Effect
                {
                    Kind = EffectKind.WriteLocal,
                    Ticket = frame.Ticket = frame.Ticket == Ticket.None ? core.NextTicket() : frame.Ticket,
                    Range = frame.Range,
                    Change = frame.Change,
                    Flags = frame.Flags,
                    Generation = core.Metadata.Generation,
                });
                break;
            case FrameKind.Flush:
                frame.Ticket = core.NextTicket();
                core.Emit(new Effect { Kind = EffectKind.FlushLocal, Ticket = frame.Ticket });
                break;
            case FrameKind.Point:
                frame.Ticket = core.NextTicket();
                core.Emit(new Effect
                {
                    Kind = EffectKind.PinRecoveryPoint,
                    Ticket = frame.Ticket,
                    Reason = Domain.States.RecoveryPointReason.Requested,
                    Detail = frame.Detail,
                });
                break;
            default:
                StoreMark(position, frame.Kind);
                break;
        }
    }

    private void StoreMark(long position, FrameKind kind)
    {
        var ticket = core.NextTicket();
        At(position).Ticket = ticket;
        var hadDoubt = kind == FrameKind.Complete && ForgetDoubt();
        if (kind == FrameKind.Drained
            || (!hadDoubt && !core.Metadata.HasLostPower && core.Metadata.IsConsistent == (kind == FrameKind.Complete)))
        {
            Finish(position);
            return;
        }

        core.Persist(
            core.Metadata with
            {
                IsConsistent = kind == FrameKind.Complete,
                IsBlank = false,
                MayDiscardOwnChanges = false,
                HasLostPower = core.Metadata.HasLostPower && kind != FrameKind.Complete,
            },
            () => OnDone(ticket));
    }

    // What this copy was in doubt about came from the primary meanwhile; the marks of its own time as a primary end here.
    private bool ForgetDoubt()
    {
        var hadDoubt = false;
        foreach (var link in core.Links)
        {
            hadDoubt |= link.Marks.Count > 0 || link.Link != Domain.States.LinkState.Detached;
            link.Link = Domain.States.LinkState.Detached;
            foreach (var range in link.Marks.Ranges())
            {
                core.Emit(new Effect { Kind = EffectKind.ClearRegions, Range = range, Peers = link.Slot.Mask });
                for (var region = range.Offset / Grain.RegionBytes; region * Grain.RegionBytes < range.End; region++)
                {
                    link.Marks.Clear(region);
                }
            }

            link.Dirty.ClearAll();
        }

        return hadDoubt;
    }

    private void Finish(long position)
    {
        ref var done = ref At(position);
        done.State = FrameState.Done;
        running--;
        if (done.Kind == FrameKind.Flush)
        {
            Durable = Math.Max(Durable, position);
            isAckDue = true;

            // The primary may take the answer as a proof, see PeerProof; a drained one may not.
            core.AnsweredAt = isPrimaryDrained ? null : core.Now;
        }
        else if (done.Kind == FrameKind.Drained)
        {
            isPrimaryDrained = true;
            core.AnsweredAt = null;
        }

        while (head < next && At(head).State == FrameState.Done)
        {
            head++;
            isAckDue = true;
        }

        for (var waiting = head; waiting < next && idle > 0 && !hasFailed; waiting++)
        {
            Start(waiting);
            if (IsBarrier(At(waiting).Kind) && At(waiting).State != FrameState.Done)
            {
                break;
            }
        }
    }

    private bool MayStart(long position)
    {
        ref var frame = ref At(position);
        var needsAllBefore = frame.Kind != FrameKind.Change;
        for (var earlier = head; earlier < position; earlier++)
        {
            ref var other = ref At(earlier);
            if (other.State == FrameState.Done)
            {
                continue;
            }

            if (IsBarrier(other.Kind) || (needsAllBefore && other.Kind != FrameKind.Flush)
                || (needsAllBefore && IsBarrier(frame.Kind))
                || (other.Kind == FrameKind.Change && other.Range.Overlaps(frame.Range)))
            {
                return false;
            }
        }

        return true;
    }

    private ref Frame At(long position) => ref ring[position & (ring.Length - 1)];

    private void Grow()
    {
        var larger = new Frame[ring.Length * 2];
        for (var position = head; position < next; position++)
        {
            larger[position & (larger.Length - 1)] = At(position);
        }

        ring = larger;
    }

    private static bool IsBarrier(FrameKind kind) => kind is not (FrameKind.Change or FrameKind.Flush);

    private enum FrameState : byte
    {
        Waiting,
        Running,
        Done,
        Failed,
    }

    private struct Frame
    {
        public FrameKind Kind;
        public FrameState State;
        public ChangeKind Change;
        public ChangeFlags Flags;
        public Ticket Ticket;
        public ByteRange Range;
        public object? Detail;
    }
}
