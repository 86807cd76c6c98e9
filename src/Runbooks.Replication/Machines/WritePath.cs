using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Replication.Tracking;

namespace Runbooks.Replication.Machines;

/// <summary>The life of a guest write at the primary, and of a flush.</summary>
/// <remarks>
/// <code>
///   arrived -> regions marked durably (cold ones only) -> issued: local write and every stream in parallel
///           -> local done, applied at every peer that is waited for -> answered -> durable everywhere -> forgotten
/// </code>
/// Invariants: (1) no byte of a write leaves before the marks of its regions are durable; (2) two writes that overlap are never both in
/// flight locally, and their stream positions have the order of their local writes, so both sites end alike; (3) a write overlapping a
/// catch-up copy that is being read waits for that read, and follows the copy in the stream; (4) a write is forgotten only when it is
/// durable here and, for each peer, durable there or in its dirty set; until then its regions stay marked.
/// </remarks>
internal sealed class WritePath(CoreContext core)
{
    private readonly ActivityLog activity = new(core.Configuration.ActiveRegionsMax);
    private readonly WriteLog log = new(core.Configuration.WriteLogMax);
    private readonly List<PendingWrite> waiting = [];
    private readonly List<(Ticket Ticket, ByteRange Range)> marking = [];
    private readonly List<(Ticket Ticket, long Position)> localFlushes = [];
    private readonly LocalWrites local = new();
    private long localDone;
    private long localDurable;
    private bool isShortOfRegions;

    public WriteLog Log => log;

    public ActivityLog Activity => activity;

    public long LocalDone => localDone;

    public bool IsIdle => waiting.Count == 0 && log.Count == 0;

    public bool HasLocalWrites => local.Count > 0;

    public int WaitingCount => waiting.Count;

    /// <summary>Guest bytes issued since the catch-up throttle last looked.</summary>
    public long BytesIssued { get; set; }

    public void Arrive(in VolumeEvent happened)
    {
        if (core.Gate != Gate.Open)
        {
            Fail(happened.Ticket, Reason(core.Gate));
            return;
        }

        if (happened.Range.IsEmpty || happened.Range.End > core.Configuration.Size.Value)
        {
            Fail(happened.Ticket, GuestError.BadRange);
            return;
        }

        var write = new PendingWrite(happened.Ticket, happened.Range, happened.Change, happened.Flags);
        if (IsBehindWaiting(write.Range) || !TryIssue(ref write))
        {
            waiting.Add(write);
        }
    }

    public void OnLocalDone(Ticket ticket)
    {
        if (!local.Remove(ticket, out var position))
        {
            return;
        }

        core.NeedsPump |= local.HasTurnedAway || local.Count == 0 && core.Gate != Gate.Open;
        local.HasTurnedAway = false;
        if (position < log.Head)
        {
            return;
        }

        log[position].LocalDone = true;
        AdvanceLocalDone();
        TryAnswer(position);
    }

    /// <summary>
    /// The disk was full: this write is not acknowledged, and every standby gets the blocks as they are here. False
    /// when it is not ours.
    /// </summary>
    public bool OnLocalFull(Ticket ticket)
    {
        if (!local.Remove(ticket, out var position))
        {
            return false;
        }

        core.NeedsPump = true;
        local.HasTurnedAway = false;
        if (position < log.Head)
        {
            return true;
        }

        ref var write = ref log[position];
        foreach (var link in core.Links)
        {
            if (link.Link != LinkState.Detached)
            {
                // Some standbys have applied it, some will: none of them may keep what this copy does not have.
                link.Dirty.Mark(write.Range);
                link.ExposedSince ??= core.Now;
            }
        }

        if (!write.Answered)
        {
            write.Answered = true;
            Fail(ticket, GuestError.DiskFull);
        }

        write.LocalDone = true;
        AdvanceLocalDone();
        Retire();
        return true;
    }

    public void OnRegionsPersisted(Ticket ticket)
    {
        var index = marking.FindIndex(m => m.Ticket == ticket);
        if (index < 0)
        {
            return;
        }

        var range = marking[index].Range;
        marking.RemoveAt(index);
        foreach (var link in core.Links)
        {
            for (var region = range.Offset / Grain.RegionBytes; region * Grain.RegionBytes < range.End; region++)
            {
                link.Marks.Set(region);
            }
        }

        core.NeedsPump = true;
    }

    public bool OnLocalFlushed(Ticket ticket)
    {
        var index = localFlushes.FindIndex(f => f.Ticket == ticket);
        if (index < 0)
        {
            return false;
        }

        localDurable = Math.Max(localDurable, localFlushes[index].Position);
        localFlushes.RemoveAt(index);
        Retire();
        return true;
    }

    /// <summary>Starts a local flush that covers every local write completed so far.</summary>
    public Ticket FlushLocal()
    {
        var ticket = core.NextTicket();
        localFlushes.Add((ticket, localDone));
        core.Emit(new Effect { Kind = EffectKind.FlushLocal, Ticket = ticket });
        return ticket;
    }

    /// <summary>A flush nobody asked for: it lets the log and the marks move on.</summary>
    public void FlushInBackground()
    {
        if (localDone <= localDurable || localFlushes.Count > 0)
        {
            return;
        }

        FlushLocal();
    }

    /// <summary>The log or the activity log is so full that durability must be hurried.</summary>
    public bool WantsFlush => log.IsHalfFull || isShortOfRegions;

    public void OnApplied(long position, byte bit)
    {
        if (position < log.Head)
        {
            return;
        }

        log[position].Applied |= bit;
        TryAnswer(position);
    }

    public void OnSettled(long position, byte bit)
    {
        if (position >= log.Head)
        {
            log[position].Settled |= bit;
        }
    }

    /// <summary>The session is gone: what is not durable there is in doubt, so it is dirty.</summary>
    public void OnSessionLost(PeerLink link)
    {
        for (var position = log.Head; position < log.Next; position++)
        {
            ref var write = ref log[position];
            if ((write.Settled & link.Bit) == 0)
            {
                write.Settled |= link.Bit;
                link.Dirty.Mark(write.Range);
            }
        }
    }

    /// <summary>Everything before this position is now at the peer by catch-up copies.</summary>
    public void Redeem(PeerLink link, long before)
    {
        for (var position = log.Head; position < Math.Min(before, log.Next); position++)
        {
            log[position].Applied |= link.Bit;
        }

        AnswerAll();
    }

    /// <summary>Who is waited for has changed: some writes may be answered now.</summary>
    public void AnswerAll()
    {
        for (var position = log.Head; position < log.Next; position++)
        {
            TryAnswer(position);
        }

        Retire();
    }

    public void Retire()
    {
        var before = log.Head;
        while (log.Head < log.Next)
        {
            ref var head = ref log[log.Head];
            if (!head.Answered || head.Settled != core.AllMask || log.Head > localDurable)
            {
                break;
            }

            LeaveRegions(head.Range);
            log.DropHead();
            isShortOfRegions = false;
        }

        core.NeedsPump |= log.Head != before && (waiting.Count > 0 || core.Gate == Gate.Draining);
    }

    /// <summary>Issues what waited, in order of arrival.</summary>
    public void Pump()
    {
        if (core.Gate is not (Gate.Open or Gate.Draining))
        {
            return;
        }

        var kept = 0;
        for (var i = 0; i < waiting.Count; i++)
        {
            var write = waiting[i];
            if (IsBehind(kept, write.Range) || !TryIssue(ref write))
            {
                waiting[kept++] = write;
            }
        }

        waiting.RemoveRange(kept, waiting.Count - kept);
    }

    /// <summary>Nothing accepted here will be answered with success any more.</summary>
    public void FailEverything(GuestError error)
    {
        for (var position = log.Head; position < log.Next; position++)
        {
            ref var write = ref log[position];
            if (!write.Answered)
            {
                write.Answered = true;
                Fail(write.Ticket, error);
            }

            LeaveRegions(write.Range);
        }

        foreach (var write in waiting)
        {
            Fail(write.Ticket, error);
            if (write.HasEntered)
            {
                LeaveRegions(write.Range);
            }
        }

        waiting.Clear();
        marking.Clear();
        log.Clear();
        localDone = localDurable = log.Head - 1;
    }

    public bool OverlapsLocalWrite(ByteRange range) => local.Overlaps(range);

    public void Fail(Ticket ticket, GuestError error) =>
        core.Emit(new Effect { Kind = EffectKind.FailGuest, Ticket = ticket, Error = error });

    /// <summary>Drops the mark of a region for a peer that lacks nothing there, unless it is still in the activity log.</summary>
    public void TryClearMark(PeerLink link, long region)
    {
        // A detached peer's marks go when the record says detached: a crash in between would find neither.
        var isKnownDetached = link.Link != LinkState.Detached
            || core.Durable.Peers[link.Slot.Index].Link == LinkState.Detached;
        if (!link.Marks.Has(region) || activity.Holds(region) || link.Dirty.MaskOf(region) != 0 || !isKnownDetached)
        {
            return;
        }

        var start = region * Grain.RegionBytes;
        var range = new ByteRange(start, Math.Min(Grain.RegionBytes, core.Configuration.Size.Value - start));
        if (!link.IsCopying(range))
        {
            link.Marks.Clear(region);
            core.Emit(new Effect { Kind = EffectKind.ClearRegions, Range = range, Peers = link.Slot.Mask });
        }
    }

    /// <summary>Drops every mark that may go: after a drain or an orderly close.</summary>
    public void ForgetWarmRegions()
    {
        while (activity.TryEvict(out var region))
        {
            ClearMarks(region);
        }
    }

    public static GuestError Reason(Gate gate) => gate switch
    {
        Gate.Fenced => GuestError.Fenced,
        Gate.Failed => GuestError.LocalDisk,
        Gate.Draining or Gate.Drained => GuestError.Drained,
        _ => GuestError.NotOpen,
    };

    private bool TryIssue(ref PendingWrite write)
    {
        if (!write.HasEntered)
        {
            if (!TryEnterRegions(write.Range))
            {
                return false;
            }

            write.HasEntered = true;
        }

        if (!IsMarked(ref write) || log.IsFull || local.Overlaps(write.Range))
        {
            return false;
        }

        foreach (var link in core.Links)
        {
            if (link.IsReading(write.Range))
            {
                return false;
            }
        }

        Issue(write);
        return true;
    }

    private void Issue(in PendingWrite write)
    {
        var position = log.Append(write.Ticket, write.Range);
        local.Add(write.Ticket, write.Range, position);
        BytesIssued += write.Range.Length;
        core.Emit(new Effect
        {
            Kind = EffectKind.WriteLocal,
            Ticket = write.Ticket,
            Range = write.Range,
            Change = write.Change,
            Flags = write.Flags,
            Generation = core.Metadata.Generation,
        });
        ref var logged = ref log[position];
        foreach (var link in core.Links)
        {
            if (link.Link == LinkState.Detached)
            {
                logged.Settled |= link.Bit;
            }
            else if (LinkMachine.TakesWrite(core, link, write.Range))
            {
                core.Emit(new Effect
                {
                    Kind = EffectKind.SendChange,
                    Peer = link.Slot,
                    Session = link.Session,
                    Position = link.Append(new StreamItem(StreamItemKind.Write, position), core.Now),
                    Ticket = write.Ticket,
                    Range = write.Range,
                    Change = write.Change,
                    Flags = write.Flags,
                    Generation = core.Metadata.Generation,
                });
            }
            else
            {
                logged.Settled |= link.Bit;
                link.Dirty.Mark(write.Range);
                link.ExposedSince ??= core.Now;
            }
        }
    }

    private void TryAnswer(long position)
    {
        ref var write = ref log[position];
        if (write.Answered || !write.LocalDone || !core.HasEnoughCopies
            || (write.Applied | core.ExcusedMask) != core.AllMask)
        {
            return;
        }

        write.Answered = true;
        core.AloneBytes += core.ExcusedMask == core.AllMask && core.AllMask != 0 ? write.Range.Length : 0;
        core.Emit(new Effect { Kind = EffectKind.AcknowledgeGuest, Ticket = write.Ticket });
    }

    private void AdvanceLocalDone()
    {
        while (localDone + 1 < log.Next && log[localDone + 1].LocalDone)
        {
            localDone++;
        }
    }

    // A cold region is marked once, however many writes wait for it.
    private bool IsMarked(ref PendingWrite write)
    {
        var last = (write.Range.End - 1) / Grain.RegionBytes;
        for (var region = write.Range.Offset / Grain.RegionBytes; region <= last; region++)
        {
            if (!IsMarkedForAll(region))
            {
                if (!IsBeingMarked(write.Range))
                {
                    var ticket = core.NextTicket();
                    var range = write.Range.AlignOutward(Grain.RegionBytes).Intersect(new ByteRange(0, core.Configuration.Size.Value));
                    marking.Add((ticket, range));
                    core.Emit(new Effect
                    {
                        Kind = EffectKind.PersistRegions,
                        Ticket = ticket,
                        Range = range,
                        Peers = new PeerMask(core.AllMask),
                    });
                }

                return false;
            }
        }

        return true;
    }

    private bool IsMarkedForAll(long region)
    {
        foreach (var link in core.Links)
        {
            if (!link.Marks.Has(region))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsBeingMarked(ByteRange range)
    {
        foreach (var (_, marked) in marking)
        {
            if (marked.Contains(range))
            {
                return true;
            }
        }

        return false;
    }

    private bool TryEnterRegions(ByteRange range)
    {
        var (first, last) = (range.Offset / Grain.RegionBytes, (range.End - 1) / Grain.RegionBytes);
        var missing = 0;
        for (var region = first; region <= last; region++)
        {
            missing += activity.Holds(region) ? 0 : 1;
        }

        while (activity.Room < missing)
        {
            if (!activity.TryEvict(out var cold))
            {
                isShortOfRegions = true;
                return false;
            }

            missing += cold >= first && cold <= last ? 1 : 0;
            ClearMarks(cold);
        }

        for (var region = first; region <= last; region++)
        {
            activity.Enter(region);
        }

        return true;
    }

    private void LeaveRegions(ByteRange range)
    {
        var last = (range.End - 1) / Grain.RegionBytes;
        for (var region = range.Offset / Grain.RegionBytes; region <= last; region++)
        {
            activity.Leave(region);
        }
    }

    private void ClearMarks(long region)
    {
        foreach (var link in core.Links)
        {
            TryClearMark(link, region);
        }
    }

    private bool IsBehindWaiting(ByteRange range) => waiting.Count > 0 && IsBehind(waiting.Count, range);

    private bool IsBehind(int count, ByteRange range)
    {
        for (var i = 0; i < count; i++)
        {
            if (waiting[i].Range.Overlaps(range))
            {
                return true;
            }
        }

        return false;
    }

    private record struct PendingWrite(Ticket Ticket, ByteRange Range, ChangeKind Change, ChangeFlags Flags)
    {
        public bool HasEntered { get; set; }
    }
}
