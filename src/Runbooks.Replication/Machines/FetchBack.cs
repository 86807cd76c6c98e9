using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;

namespace Runbooks.Replication.Machines;

/// <summary>
/// Takes back from a standby what a power cut took from the primary, before a guest may see the volume.
/// </summary>
/// <remarks>
/// A killed process keeps the page cache, a power cut does not. So a primary whose boot is not the recorded one, and
/// that was not closed in
/// order, may lack writes that it acknowledged; every one of them is in a marked region, because a mark is dropped
/// only when its writes are
/// durable at both ends. A peer of which the record says <see cref="PeerMetadata.HoldsAll"/>, and which lost no
/// power itself, has them:
/// there the peer is the newer. Its marked regions are fetched (equal ones are not sent), stored, made durable here,
/// and proven by a flush
/// answered after the last of them; then nothing of these regions differs, and the other peers are sent what is here
/// now.
/// Nothing opens before that. The way out without the peer is a person's: detach it, or promote it. Only the policy
/// "continue" goes on
/// by itself after the peer-timeout. The table of all cases is in DESIGN.md.
/// Local stores of a dead session are waited for like a standby's: none may land after the volume opened or changed
/// its role.
/// </remarks>
internal sealed class FetchBack(CoreContext core, WritePath writes, LinkMachine links, Dictionary<long, Action> ownWork)
{
    // After a full disk here or an unreadable range there: neither gets better within a tick.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly Dictionary<int, List<ByteRange>> owed = [];
    private readonly Queue<ByteRange> todo = new();
    private readonly Dictionary<long, ByteRange> asked = [];
    private readonly Dictionary<long, ByteRange> storing = [];
    private PeerLink? source;
    private PeerLink? last;
    private TimeSpan retryAt;
    private long flushPosition;
    private bool isFlushed;
    private bool isFlushing;
    private bool isEnding;

    /// <summary>True while fetched bytes are being written.</summary>
    public bool IsStoring => storing.Count > 0;

    /// <summary>Looks at the boot; at the start, when the marks are loaded.</summary>
    public void Start()
    {
        var record = core.Metadata;
        var boot = core.Configuration.Boot;
        if (boot.Length > 0 && boot != record.Boot)
        {
            // An orderly close and a drain made everything durable; a record without a boot tells nothing.
            var isLost = record.Boot.Length > 0 && !record.IsClosed && !record.IsDrained;
            if (isLost)
            {
                core.Report("fault", null, "powered", "power-lost", Causes.PowerLost);
            }

            core.Persist(record with { HasLostPower = record.HasLostPower || isLost });
        }

        if (!core.IsPrimary)
        {
            return;
        }

        FlushPast();
        if (!core.Metadata.HasLostPower)
        {
            return;
        }

        foreach (var link in core.Links)
        {
            if (link.HoldsAll && link.Marks.Count > 0)
            {
                core.FetchSources |= link.Bit;
                owed[link.Slot.Index] = link.Marks.Ranges();
            }
        }

        core.IsFetchOwed = core.FetchSources != 0;
    }

    /// <summary>
    /// Makes durable what this life did not write itself. A kill keeps the page cache; a copy of it made durable at a peer
    /// would let the mark go, and a power cut after that would take it here without a trace.
    /// </summary>
    public void FlushPast()
    {
        var flush = core.NextTicket();
        core.IsPastDurable = false;
        ownWork[flush.Value] = () => (core.IsPastDurable, core.NeedsPump) = (true, true);
        core.Emit(new Effect { Kind = EffectKind.FlushLocal, Ticket = flush });
    }

    public void Tick()
    {
        if (core.IsFetchOwed)
        {
            core.NeedsPump = true;
        }
    }

    public void Pump()
    {
        if (!core.IsFetchOwed || core.Gate != Gate.Resolving || isEnding)
        {
            return;
        }

        if (source is not null && (core.FetchSources & source.Bit) == 0)
        {
            Leave();
        }

        if (core.FetchSources == 0)
        {
            if (storing.Count == 0)
            {
                core.Report("fault", null, "power-lost", "unflushed-lost", Causes.PowerLost);
                End();
            }

            return;
        }

        if (source is null && !Choose())
        {
            return;
        }

        Ask();
        if (todo.Count == 0 && asked.Count == 0 && storing.Count == 0)
        {
            Settle();
        }
    }

    public void OnFetched(PeerLink link, in VolumeEvent happened)
    {
        if (link != source || !asked.Remove(happened.Position, out var range))
        {
            return;
        }

        core.NeedsPump = true;
        if (happened.Code != 0)
        {
            retryAt = core.Now + RetryAfter;
            todo.Enqueue(range);
        }
        else if (happened.Ticket != Ticket.None)
        {
            storing[happened.Ticket.Value] = range;
            core.Emit(new Effect
            {
                Kind = EffectKind.WriteLocal,
                Ticket = happened.Ticket,
                Range = range,
                Change = ChangeKind.Write,
                Flags = ChangeFlags.Copy,
                Generation = core.Metadata.Generation,
            });
        }
    }

    /// <summary>Fetched bytes are in the image, or will never be. True when the ticket was ours.</summary>
    public bool OnStored(Ticket ticket)
    {
        var isOurs = storing.Remove(ticket.Value);
        core.NeedsPump |= isOurs;
        return isOurs;
    }

    /// <summary>The disk was full: tried again. True when the ticket was ours.</summary>
    public bool OnStoreFull(Ticket ticket)
    {
        if (!storing.Remove(ticket.Value, out var range))
        {
            return false;
        }

        core.NeedsPump = true;
        retryAt = core.Now + RetryAfter;
        todo.Enqueue(range);
        return true;
    }

    public void OnSessionLost(PeerLink link)
    {
        if (link == source)
        {
            Leave();
        }
    }

    /// <summary>This copy is no primary any more, or not to be trusted.</summary>
    public void GiveUp()
    {
        Leave();
        todo.Clear();
        owed.Clear();
        core.FetchSources = 0;
        core.IsFetchOwed = isEnding = false;
    }

    private void Leave()
    {
        foreach (var range in asked.Values)
        {
            todo.Enqueue(range);
        }

        asked.Clear();
        (last, source) = (source ?? last, null);
        isFlushing = isFlushed = false;
    }

    private bool Choose()
    {
        foreach (var link in core.Links)
        {
            if ((core.FetchSources & link.Bit) == 0 || link.Stage <= LinkStage.Admitting || link.IsDetachWanted)
            {
                continue;
            }

            source = link;
            if (link != last)
            {
                // Two peers may differ in writes that were never acknowledged: the image is one peer's or the other's.
                todo.Clear();
                foreach (var range in owed[link.Slot.Index])
                {
                    for (var at = range.Offset; at < range.End; at += Grain.RegionBytes)
                    {
                        todo.Enqueue(new ByteRange(at, Math.Min(Grain.RegionBytes, range.End - at)));
                    }
                }
            }

            return true;
        }

        return false;
    }

    private void Ask()
    {
        while (todo.Count > 0 && asked.Count + storing.Count < core.Configuration.CopiesMax && core.Now >= retryAt)
        {
            var (ticket, range) = (core.NextTicket(), todo.Dequeue());
            asked[ticket.Value] = range;
            core.Emit(new Effect
            {
                Kind = EffectKind.FetchRange,
                Peer = source!.Slot,
                Session = source.Session,
                Ticket = ticket,
                Range = range,
                Generation = core.Metadata.Generation,
            });
        }
    }

    private void Settle()
    {
        if (!isFlushing)
        {
            isFlushing = true;
            flushPosition = source!.LastFlushPosition = links.SendFrame(source, FrameKind.Flush);
            var (flush, asker) = (core.NextTicket(), source);
            ownWork[flush.Value] = () => isFlushed |= isFlushing && source == asker;
            core.Emit(new Effect { Kind = EffectKind.FlushLocal, Ticket = flush });
            return;
        }

        if (!isFlushed || source!.DurablePosition < flushPosition)
        {
            return;
        }

        // In doubt there: the standby has ranges of its own to give up, and is sent everything marked.
        foreach (var range in source.WasInDoubt ? [] : owed[source.Slot.Index])
        {
            source.Dirty.Clear(range);
            for (var region = range.Offset / Grain.RegionBytes; region * Grain.RegionBytes < range.End; region++)
            {
                writes.TryClearMark(source, region);
            }
        }

        core.Report("fault", null, "power-lost", "restored", Causes.FetchedBack);
        End();
    }

    // Durable before anything opens: from then on acknowledgements may go out without those that are excused.
    private void End()
    {
        isEnding = true;
        foreach (var link in core.Links)
        {
            link.HoldsAll &= !link.IsExcused;
        }

        core.Persist(core.Metadata with { HasLostPower = false }, () =>
        {
            if (isEnding)
            {
                GiveUp();
                core.NeedsPump = true;
            }
        });
    }
}
