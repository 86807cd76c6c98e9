using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication.Machines;

/// <summary>Sends a peer what it lacks: dirty blocks, and during a full copy every allocated extent with the holes kept.</summary>
/// <remarks>
/// The hazard this file exists for: a copy that was read before a guest write and applied after it would put old data over new. Two rules
/// exclude that from the read at the primary to the apply at the standby. A copy is read only when no local write overlaps it, and guest
/// writes to it wait until the read is done (a local read, not a round trip). Then the copy enters the stream, later writes follow it
/// there, and the standby applies overlapping frames in stream order. Dirty bits are cleared when the read starts: from then on the copy
/// itself carries the duty, and a lost session or a failed read gives it back to the dirty set.
/// Throttle: while the guest writes, copies may move <c>CatchUpShare</c> bytes per guest byte, never less than <c>CatchUpRateMin</c>.
/// </remarks>
internal sealed class CatchUp(CoreContext core, WritePath writes, LinkMachine links)
{
    // Copies that are applied but not durable are kept; more than this asks for a flush: 1024 x 256 KiB = 256 MiB.
    private const int UndurableCopiesMax = 1024;

    // How much of a full copy a crash may cost: two seconds of it.
    private static readonly TimeSpan SeedFlushEvery = TimeSpan.FromSeconds(2);
    private const long HoleMax = 1L << 30;
    private double allowance;
    private bool isGuestActive;
    private TimeSpan lastTick;

    public bool IsDone(PeerLink link) =>
        link.Dirty.IsEmpty && link.CopiesReading == 0 && link.Link != LinkState.Seeding && !link.IsFindingExtent;

    /// <summary>Refills the throttle.</summary>
    public void Tick()
    {
        var seconds = Math.Clamp((core.Now - lastTick).TotalSeconds, 0, 1);
        lastTick = core.Now;
        isGuestActive = writes.BytesIssued > 0;
        var refill = Math.Max(
            core.Configuration.CatchUpRateMin.Value * seconds,
            writes.BytesIssued * core.Configuration.CatchUpShare);
        if (core.Configuration.CatchUpRateMax.Value > 0)
        {
            // The minimum and the share protect the guest; with no guest at work the whole bound is the copy's.
            var bound = core.Configuration.CatchUpRateMax.Value * seconds;
            refill = isGuestActive ? Math.Min(refill, bound) : bound;
        }

        writes.BytesIssued = 0;
        allowance = Math.Min(refill + Math.Min(allowance, 0), Math.Max(refill, core.Configuration.CopySize.Value));
        core.NeedsPump = true;
    }

    public void Pump(PeerLink link)
    {
        while (CanIssue(link))
        {
            if (!TryCopyDirty(link) && !TryCopyExtent(link))
            {
                break;
            }
        }

        if (link.Link == LinkState.Seeding)
        {
            LookAhead(link);
            FinishSeeding(link);
        }

        var isCursorDue = link.Link == LinkState.Seeding && core.Now - link.SeedFlushedAt >= SeedFlushEvery;
        if ((link.Copies.Count > UndurableCopiesMax || (isCursorDue && link.Copies.Count > 0))
            && link.LastFlushPosition <= link.DurablePosition)
        {
            link.SeedFlushedAt = core.Now;
            links.SendFlush(link);
        }
    }

    public void OnRead(in VolumeEvent happened)
    {
        var ticket = happened.Ticket;
        foreach (var link in core.Links)
        {
            var index = link.IndexOfCopy(ticket);
            if (index < 0)
            {
                continue;
            }

            var copy = link.Copies[index];
            link.CopiesReading--;
            core.NeedsPump = true;
            if (happened.Kind == VolumeEventKind.CopyReadFailed)
            {
                link.Copies.RemoveAt(index);
                link.Dirty.Mark(copy.Range);
                return;
            }

            copy.IsSent = true;
            link.Copies[index] = copy;
            if (happened.Kind == VolumeEventKind.CopyEqual)
            {
                // Equal is not durable: what the peer holds there may be in its cache only. The next flush has to be
                // a new one.
                copy.IsApplied = true;
                copy.EqualSince = link.SentPosition;
                link.Copies[index] = copy;
                link.LastFlushPosition = 0;
                return;
            }
            core.Emit(new Effect
            {
                Kind = EffectKind.SendChange,
                Peer = link.Slot,
                Session = link.Session,
                Position = link.Append(new StreamItem(StreamItemKind.Copy, ticket.Value), core.Now),
                Ticket = ticket,
                Range = happened.Range.IsEmpty ? copy.Range : happened.Range,
                Change = ChangeKind.Write,
                Flags = ChangeFlags.Copy,
                Generation = core.Metadata.Generation,
            });
            return;
        }
    }

    public void OnApplied(PeerLink link, Ticket ticket)
    {
        var index = link.IndexOfCopy(ticket);
        if (index >= 0)
        {
            var copy = link.Copies[index];
            copy.IsApplied = true;
            link.Copies[index] = copy;
        }
    }

    public void OnDurable(PeerLink link, Ticket ticket)
    {
        var index = link.IndexOfCopy(ticket);
        if (index < 0)
        {
            return;
        }

        var range = link.Copies[index].Range;
        link.Copies.RemoveAt(index);
        for (var region = range.Offset / Grain.RegionBytes; region * Grain.RegionBytes < range.End; region++)
        {
            writes.TryClearMark(link, region);
        }
    }

    /// <summary>The peer's durable position has moved: equal copies before it are durable, too.</summary>
    public void OnDurablePosition(PeerLink link)
    {
        for (var i = link.Copies.Count - 1; i >= 0; i--)
        {
            if (link.Copies[i].EqualSince is { } since && link.DurablePosition > since)
            {
                OnDurable(link, link.Copies[i].Ticket);
            }
        }
    }

    public void OnSessionLost(PeerLink link)
    {
        foreach (var copy in link.Copies)
        {
            link.Dirty.Mark(copy.Range);
        }
    }

    public void OnAllocationFound(PeerLink link, ByteRange extent)
    {
        if (!link.IsFindingExtent || link.Link != LinkState.Seeding)
        {
            return;
        }

        link.IsFindingExtent = false;
        core.NeedsPump = true;
        var end = extent.IsEmpty ? core.Configuration.Size.Value : extent.Offset;
        while (link.SeedPosition < end)
        {
            var hole = new ByteRange(link.SeedPosition, Math.Min(end - link.SeedPosition, HoleMax));
            SendHole(link, hole);
            link.SeedPosition = hole.End;
        }

        link.SeedExtent = extent;
    }

    /// <summary>Remembers what a flush will make durable of a full copy.</summary>
    public void NoteSeedFlush(PeerLink link)
    {
        if (link.Link != LinkState.Seeding || link.SeedFlushPosition > link.DurablePosition)
        {
            return;
        }

        var safe = link.SeedPosition;
        foreach (var copy in link.Copies)
        {
            safe = copy.IsSent ? safe : Math.Min(safe, copy.Range.Offset);
        }

        (link.SeedFlushPosition, link.SeedFlushCursor) = (link.LastFlushPosition, safe);
    }

    /// <summary>Stores the cursor of a full copy once the peer has made it durable.</summary>
    public void StoreCursor(PeerLink link)
    {
        if (link.Link == LinkState.Seeding && link.SeedFlushPosition > 0 && link.DurablePosition >= link.SeedFlushPosition
            && link.SeedFlushCursor > link.SeedCursor)
        {
            link.SeedCursor = link.SeedFlushCursor;
            link.SeedFlushPosition = 0;
            core.Persist(core.Metadata);
        }
    }

    private bool CanIssue(PeerLink link)
    {
        var unapplied = 0;
        foreach (var copy in link.Copies)
        {
            unapplied += copy.IsApplied ? 0 : 1;
        }

        // Guests that wait for this very copy are not throttled.
        var free = !isGuestActive || (core.ExcusedMask & link.Bit) == 0;
        return unapplied < core.Configuration.CopiesMax
            && link.Copies.Count <= UndurableCopiesMax * 2
            && ((free && core.Configuration.CatchUpRateMax.Value == 0) || allowance > 0);
    }

    private bool TryCopyDirty(PeerLink link)
    {
        var end = link.Link == LinkState.Seeding ? link.SeedPosition : core.Configuration.Size.Value;
        for (var pass = 0; pass < 2; pass++)
        {
            var from = pass == 0 ? link.CopyCursor : 0;
            for (var tries = 0; tries < 64; tries++)
            {
                var run = link.Dirty.NextRun(from, end, core.Configuration.CopySize.Value);
                if (run.IsEmpty)
                {
                    break;
                }

                var range = run.Intersect(new ByteRange(0, core.Configuration.Size.Value));
                if (!writes.OverlapsLocalWrite(range) && !link.IsCopying(range))
                {
                    link.Dirty.Clear(run);
                    link.CopyCursor = run.End;
                    Read(link, range, core.Gate == Gate.Resolving);
                    return true;
                }

                from = run.End;
            }
        }

        return false;
    }

    private bool TryCopyExtent(PeerLink link)
    {
        if (link.Link != LinkState.Seeding || link.SeedPosition >= link.SeedExtent.End)
        {
            return false;
        }

        var length = Math.Min(core.Configuration.CopySize.Value, link.SeedExtent.End - link.SeedPosition);
        var range = new ByteRange(link.SeedPosition, length);
        if (writes.OverlapsLocalWrite(range))
        {
            return false;
        }

        link.SeedPosition = range.End;
        Read(link, range, link.SeedCompares);
        return true;
    }

    private void LookAhead(PeerLink link)
    {
        if (!link.IsFindingExtent && link.SeedPosition >= link.SeedExtent.End
            && link.SeedPosition < core.Configuration.Size.Value)
        {
            link.IsFindingExtent = true;
            core.Emit(new Effect
            {
                Kind = EffectKind.FindAllocation,
                Peer = link.Slot,
                Range = new ByteRange(link.SeedPosition, core.Configuration.Size.Value - link.SeedPosition),
            });
        }
    }

    // The link leaves "seeding" only when every extent is durable at the peer: after a crash only the cursor and the marks are known.
    private void FinishSeeding(PeerLink link)
    {
        if (link.SeedPosition < core.Configuration.Size.Value || link.CopiesReading > 0 || link.IsFindingExtent)
        {
            return;
        }

        if (link.SeedEndPosition == 0)
        {
            link.SeedEndPosition = links.SendFlush(link);
        }
        else if (link.DurablePosition >= link.SeedEndPosition)
        {
            link.SeedCursor = core.Configuration.Size.Value;
            core.Move(link, LinkState.CatchingUp, Causes.Seeded);
            core.Persist(core.Metadata);
        }
    }

    // A frame on its way could change what the peer's digest was taken of.
    private bool IsUnderWay(PeerLink link, ByteRange range)
    {
        for (var position = link.AppliedPosition + 1; position <= link.SentPosition; position++)
        {
            var item = link.ItemAt(position);
            if (item.Kind == StreamItemKind.Write
                && (item.Reference < writes.Log.Head || writes.Log[item.Reference].Range.Overlaps(range)))
            {
                return true;
            }
        }

        return false;
    }

    private void Read(PeerLink link, ByteRange range, bool compare)
    {
        compare = compare && !IsUnderWay(link, range);
        var ticket = core.NextTicket();
        allowance -= range.Length;
        link.Copies.Add(new CopyInFlight { Ticket = ticket, Range = range });
        link.CopiesReading++;
        core.Emit(new Effect
        {
            Kind = EffectKind.ReadForCopy,
            Peer = link.Slot,
            Session = link.Session,
            Ticket = ticket,
            Range = range,
            Flags = compare ? ChangeFlags.Copy : ChangeFlags.None,
        });
    }

    private void SendHole(PeerLink link, ByteRange hole) => core.Emit(new Effect
    {
        Kind = EffectKind.SendChange,
        Peer = link.Slot,
        Session = link.Session,
        Position = link.Append(new StreamItem(StreamItemKind.Control, 0), core.Now),
        Range = hole,
        Change = ChangeKind.Discard,
        Flags = ChangeFlags.Copy,
        Generation = core.Metadata.Generation,
    });
}
