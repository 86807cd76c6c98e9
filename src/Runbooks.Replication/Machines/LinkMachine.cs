using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication.Machines;

/// <summary>The primary's side of each link: sessions, degrade, resume, and the end of a catch-up.</summary>
/// <remarks>
/// <code>
///   session:  absent -> admitting -> hold-down -> copying -> barrier -> completing -> mark-wanted -> mark-sent -> live
///                ^                                                                                             |
///                '------------------------------ session lost, from anywhere ---------------------------------'
/// </code>
/// Rules that this file keeps, by their numbers in the arbiter's procedure: acknowledgements wait for the peer from the barrier on, that
/// is before MarkComplete is sent; until it is sent the old grant may be used again, after that only a new one (9). A peer is excused only
/// when the record that says "degraded" is durable. A lost session makes everything that was not durable there dirty (5, 6).
/// </remarks>
internal sealed class LinkMachine(CoreContext core, WritePath writes)
{
    // An excused peer that reads slower than the guest writes must not make the stream grow: then it is only marked.
    private const int ExcusedStreamMax = 2048;
    private CatchUp? catchUp;
    private FlushPath? flushes;
    private ArbiterDesk? desk;

    private FetchBack? fetch;

    public void Wire(CatchUp copies, FlushPath flushPath, ArbiterDesk arbiter, FetchBack back) =>
        (catchUp, flushes, desk, fetch) = (copies, flushPath, arbiter, back);

    /// <summary>True when a guest's write goes into this peer's stream; otherwise its blocks become dirty.</summary>
    public static bool TakesWrite(CoreContext core, PeerLink link, ByteRange range)
    {
        if (!link.IsStreaming)
        {
            return false;
        }

        if ((core.ExcusedMask & link.Bit) == 0)
        {
            return true;
        }

        return link.Outstanding < ExcusedStreamMax
            && !(link.Link == LinkState.Seeding && range.End > link.SeedPosition)
            && !link.Dirty.CoversAll(range);
    }

    public void OnConnected(PeerLink link, long session, HandshakeFacts facts)
    {
        if (!core.IsPrimary || core.Gate is Gate.Fenced or Gate.Failed)
        {
            Drop(link.Slot, session);
            return;
        }

        if (link.HasSession)
        {
            Lose(link, Causes.SessionEnded);
        }

        link.BeginSession(session, core.Now);
        if (facts.IsBlank && link.Link is not (LinkState.Seeding or LinkState.Detached))
        {
            // The disk behind a known standby was replaced: nothing of what was known about it holds.
            link.IsDetachWanted = true;
        }
        else if (facts.IsBlank)
        {
            link.SeedCursor = link.SeedPosition = 0;
        }

        if (facts.HasLostPower)
        {
            // Told Complete when everything is there again: until then it must not give anything back to anybody.
            link.WasInDoubt = true;
        }

        if (facts.HasLostPower || facts.IsBlank || !facts.CanServeFetch)
        {
            core.DropFetchSource(link);
        }

        if (desk!.Forget(link))
        {
            link.IsRowUncertain = true;
        }
    }

    public void OnInDoubt(PeerLink link, ByteRange range)
    {
        if (link.Stage != LinkStage.Admitting)
        {
            return;
        }

        if (!range.IsEmpty)
        {
            AdoptDoubt(link, range);
            return;
        }

        link.Stage = LinkStage.HoldDown;
        link.ResumeAt = link.IsExcused && link.Link != LinkState.Seeding ? core.Now + link.HoldDownUnder(core.Configuration) : core.Now;
        core.NeedsPump = true;
    }

    public void OnAcknowledged(PeerLink link, long applied, long durable)
    {
        link.LastHeard = core.Now;
        if (applied < link.AppliedPosition || applied > link.SentPosition || durable > applied)
        {
            Lose(link, Causes.EdgeRefused, drop: true);
            return;
        }

        if (applied > link.AppliedPosition)
        {
            link.LastProgress = core.Now;
        }

        for (var position = link.AppliedPosition + 1; position <= applied; position++)
        {
            var item = link.ItemAt(position);
            if (item.Kind == StreamItemKind.Write)
            {
                writes.OnApplied(item.Reference, link.Bit);
            }
            else if (item.Kind == StreamItemKind.Copy)
            {
                catchUp!.OnApplied(link, new Ticket(item.Reference));
            }
        }

        link.AppliedPosition = Math.Max(link.AppliedPosition, applied);
        if (durable > link.DurablePosition)
        {
            for (var position = link.DurablePosition + 1; position <= durable; position++)
            {
                var item = link.ItemAt(position);
                if (item.Kind == StreamItemKind.Write)
                {
                    writes.OnSettled(item.Reference, link.Bit);
                }
                else if (item.Kind == StreamItemKind.Copy)
                {
                    catchUp!.OnDurable(link, new Ticket(item.Reference));
                }
            }

            link.DurablePosition = durable;
            catchUp!.OnDurablePosition(link);
            writes.Retire();
            flushes!.Complete();
            catchUp!.StoreCursor(link);
        }

        core.NeedsPump |= link.Stage != LinkStage.Live;
    }

    /// <summary>The session is over; what the peer may lack becomes dirty.</summary>
    public void Lose(PeerLink link, string cause, bool drop = false)
    {
        if (!link.HasSession)
        {
            return;
        }

        if (drop)
        {
            Drop(link.Slot, link.Session);
        }

        var stage = link.Stage;
        if (link.Link != LinkState.Detached)
        {
            writes.OnSessionLost(link);
            catchUp!.OnSessionLost(link);
            if (!link.Dirty.IsEmpty)
            {
                link.ExposedSince ??= core.Now;
            }
        }

        flushes!.OnSessionLost(link);
        fetch!.OnSessionLost(link);
        link.EndSession();
        core.Report("session", link, Text(stage), Text(LinkStage.Absent), cause);
        if (link.HoldsGrant && !link.IsExcused)
        {
            link.IsExcused = true;
            core.UpdateExcused();
        }

        if (link.IsExcused && link.Link == LinkState.CatchingUp)
        {
            link.Flaps++;
            core.Move(link, LinkState.Degraded, cause);
            core.Persist(core.Metadata);
        }

        desk!.ForgetMark(link);
        core.NeedsPump = true;
    }

    /// <summary>The peer's disk failed: no silence has to be waited for.</summary>
    public void OnPeerFailed(PeerLink link)
    {
        Lose(link, Causes.PeerDiskFailed, drop: true);
        core.DropFetchSource(link);
        RequestAlone(link, Causes.PeerDiskFailed);
    }

    /// <summary>It stops on purpose: no silence has to be waited for; a permission has to be asked all the same.</summary>
    public void OnPeerLeft(PeerLink link)
    {
        Lose(link, Causes.PeerLeft);
        RequestAlone(link, Causes.PeerLeft);
    }

    public void Tick()
    {
        foreach (var link in core.Links)
        {
            if (link.HasSession && IsSilent(link))
            {
                Lose(link, Causes.PeerSilent, drop: true);
            }

            if (!link.HasSession && IsAwaited(link) && core.Now - link.LastHeard >= core.Configuration.PeerTimeout)
            {
                RequestAlone(link, Causes.PeerSilent);
            }

            if (link.Flaps > 0 && link.Link == LinkState.InSync && core.Now - link.InSyncSince > core.Configuration.HoldDownMax)
            {
                link.Flaps = 0;
            }
        }
    }

    /// <summary>A permission to go on without the peer is there: record it, then stop waiting.</summary>
    public void Degrade(PeerLink link, string cause)
    {
        if (link.IsExcused || link.IsGrantPending || link.Link == LinkState.Detached)
        {
            return;
        }

        link.IsGrantPending = true;
        link.HoldsAll = false;
        core.DropFetchSource(link);
        link.Flaps++;
        link.ExposedSince ??= core.Now;
        core.Emit(new Effect
        {
            Kind = EffectKind.PinRecoveryPoint,
            Ticket = core.NextTicket(),
            Reason = RecoveryPointReason.Anomaly,
        });
        core.Move(link, LinkState.Degraded, cause);
        if (link.IsStreaming)
        {
            link.Stage = LinkStage.HoldDown;
            link.ResumeAt = core.Now + link.HoldDownUnder(core.Configuration);
        }

        core.Persist(core.Metadata, () =>
        {
            link.IsGrantPending = false;
            if (core.IsPrimary)
            {
                link.HoldsGrant = true;
                link.IsExcused = true;
                Released();
            }
        });
    }

    /// <summary>The arbiter counts the peer as complete.</summary>
    public void OnMarked(PeerLink link)
    {
        link.HoldsGrant = false;
        link.IsRowUncertain = false;
        link.ExposedSince = null;
        core.AloneBytes = 0;
        link.InSyncSince = core.Now;
        link.Stage = LinkStage.Live;
        if (link.Link != LinkState.InSync)
        {
            core.Move(link, LinkState.InSync, Causes.CaughtUp);
            core.Persist(core.Metadata);
        }
    }

    /// <summary>Sends a flush, or names the last one when nothing was sent after it.</summary>
    public long SendFlush(PeerLink link)
    {
        if (link.LastFlushPosition == 0 || link.LastFlushPosition != link.SentPosition)
        {
            link.LastFlushPosition = SendFrame(link, FrameKind.Flush);
            catchUp!.NoteSeedFlush(link);
        }

        return link.LastFlushPosition;
    }

    public long SendFrame(PeerLink link, FrameKind frame)
    {
        var position = link.Append(new StreamItem(StreamItemKind.Control, 0), core.Now);
        core.Emit(new Effect
        {
            Kind = EffectKind.SendFrame,
            Peer = link.Slot,
            Session = link.Session,
            Position = position,
            Frame = frame,
            Generation = core.Metadata.Generation,
        });
        return position;
    }

    public void FlushInBackground()
    {
        foreach (var link in core.Links)
        {
            if (link.IsStreaming && link.Outstanding > 0 && link.LastFlushPosition <= link.DurablePosition)
            {
                SendFlush(link);
            }
        }
    }

    public void Pump()
    {
        if (!core.IsPrimary)
        {
            return;
        }

        foreach (var link in core.Links)
        {
            // Before the row is known, who is waited for is not: nothing that was tracked may be forgotten then.
            if (link.IsDetachWanted && core.IsRowApplied)
            {
                Detach(link);
            }

            if (link.SeedWanted is { } flags && core.IsRowApplied)
            {
                link.SeedWanted = null;
                Seed(link, flags);
            }

            for (var stage = LinkStage.Absent; stage != link.Stage;)
            {
                stage = link.Stage;
                Advance(link);
            }
        }
    }

    /// <summary>Orders about one link. Null is yes.</summary>
    public Refusal? Order(PeerLink link, OrderKind order, ChangeFlags flags)
    {
        if (!core.IsPrimary)
        {
            return CoreRefusals.Order(order, "this copy is not the primary");
        }

        switch (order)
        {
            case OrderKind.Detach:
                link.IsDetachWanted = link.Link != LinkState.Detached;
                break;
            case OrderKind.Resume:
                link.ResumeAt = core.Now;
                break;
            case OrderKind.Seed when link.Link == LinkState.InSync || !link.IsExcused:
                return CoreRefusals.Order(order, "the standby is complete or awaited; detach it first");
            case OrderKind.Seed:
                link.SeedWanted = flags;
                break;
            case OrderKind.Point:
                foreach (var each in core.Links.Where(l => l.IsStreaming))
                {
                    SendFrame(each, FrameKind.Point);
                }

                break;
            default:
                return CoreRefusals.Order(order, "it is not known here");
        }

        core.NeedsPump = true;
        return null;
    }

    public void Drop(PeerSlot peer, long session) =>
        core.Emit(new Effect { Kind = EffectKind.DropPeer, Peer = peer, Session = session });

    /// <summary>The set of awaited peers changed: answer what waited only for those.</summary>
    public void Released()
    {
        core.UpdateExcused();
        writes.AnswerAll();
        flushes!.Complete();
        core.NeedsPump = true;
    }

    private void Advance(PeerLink link)
    {
        switch (link.Stage)
        {
            case LinkStage.HoldDown when MayResume(link):
                BeginCopying(link);
                break;
            case LinkStage.Copying:
                catchUp!.Pump(link);
                if (catchUp.IsDone(link) && core.Gate is Gate.Open or Gate.Draining or Gate.Resolving)
                {
                    BeginBarrier(link);
                }

                break;
            case LinkStage.Barrier when link.DurablePosition >= link.BarrierPosition:
                AfterBarrier(link);
                break;
            case LinkStage.Completing when link.AppliedPosition >= link.CompletePosition:
                Redeem(link);
                link.Stage = LinkStage.MarkWanted;
                break;
            case LinkStage.Live when !link.Dirty.IsEmpty:
                // A write failed here on a full disk and may be applied there: the standby is sent what this copy has.
                link.Stage = LinkStage.Copying;
                break;
            case LinkStage.Live when link.Link == LinkState.InSync && (link.IsRowUncertain || desk!.RowLacks(link)):
                BeginBarrier(link);
                break;
            default:
                break;
        }
    }

    private bool MayResume(PeerLink link) =>
        link.Link != LinkState.Detached && !link.IsDetachWanted && !link.IsGrantPending && core.Now >= link.ResumeAt
        && core.IsPastDurable && !core.IsFetchOwed && core.Gate is Gate.Resolving or Gate.Open or Gate.Draining;

    private void BeginCopying(PeerLink link)
    {
        if (link.Link == LinkState.Degraded)
        {
            core.Move(link, LinkState.CatchingUp, Causes.PeerReturned);
            core.Persist(core.Metadata);
        }

        if (link.Link != LinkState.InSync && !link.HoldsAll)
        {
            // One that holds everything stays fit for promotion: the row may say complete before this side hears of it.
            SendFrame(link, FrameKind.Incomplete);
        }

        link.Stage = LinkStage.Copying;
    }

    private void BeginBarrier(PeerLink link)
    {
        link.Stage = LinkStage.Barrier;
        link.IsExcused = false;
        core.UpdateExcused();
        link.BarrierLogPosition = writes.Log.Next;
        link.BarrierPosition = SendFlush(link);
    }

    private void AfterBarrier(PeerLink link)
    {
        if (!catchUp!.IsDone(link))
        {
            link.Stage = LinkStage.Copying;
            return;
        }

        if (link.Link != LinkState.InSync || link.WasInDoubt || link.IsRowUncertain || desk!.RowLacks(link))
        {
            link.CompletePosition = SendFrame(link, FrameKind.Complete);
            link.Stage = LinkStage.Completing;
            return;
        }

        Redeem(link);
        link.ExposedSince = null;
        link.Stage = LinkStage.Live;
    }

    private void Seed(PeerLink link, ChangeFlags flags)
    {
        if (link.Link == LinkState.InSync || !link.IsExcused)
        {
            return;
        }

        // Work of an earlier catch-up must not mix with the new cursor: the next session begins clean.
        Lose(link, Causes.Ordered, drop: true);
        core.Move(link, LinkState.Seeding, Causes.Ordered);
        (link.SeedCursor, link.SeedPosition, link.SeedCompares) = (0, 0, (flags & ChangeFlags.Copy) != 0);
        link.HoldsGrant = true;
        link.HoldsAll = false;
        link.IsDetachWanted = false;
        link.ExposedSince ??= core.Now;
        for (var position = writes.Log.Head; position < writes.Log.Next; position++)
        {
            link.Dirty.Mark(writes.Log[position].Range);
        }

        core.UpdateExcused();
        core.Persist(core.Metadata);
    }

    private void Detach(PeerLink link)
    {
        if (!link.IsExcused)
        {
            desk!.WantAlone(link);
            return;
        }

        link.IsDetachWanted = false;
        Lose(link, Causes.Ordered, drop: true);
        link.Dirty.ClearAll();
        link.ExposedSince = null;
        link.HoldsAll = false;
        core.DropFetchSource(link);
        core.Move(link, LinkState.Detached, Causes.Ordered);
        core.UpdateExcused();
        core.Persist(core.Metadata);
    }

    private void Redeem(PeerLink link)
    {
        writes.Redeem(link, link.BarrierLogPosition);
        flushes!.Redeem(link);
        core.NeedsPump = true;
    }

    private void AdoptDoubt(PeerLink link, ByteRange range)
    {
        link.WasInDoubt = true;
        var whole = range.AlignOutward(Grain.RegionBytes).Intersect(new ByteRange(0, core.Configuration.Size.Value));
        link.Dirty.Mark(whole);
        link.ExposedSince ??= core.Now;
        for (var region = whole.Offset / Grain.RegionBytes; region * Grain.RegionBytes < whole.End; region++)
        {
            link.Marks.Set(region);
        }

        // The standby keeps its own marks until it is told Complete, so nothing waits for this.
        core.Emit(new Effect { Kind = EffectKind.PersistRegions, Ticket = core.NextTicket(), Range = whole, Peers = link.Slot.Mask });
    }

    private bool IsAwaited(PeerLink link) =>
        (core.ExcusedMask & link.Bit) == 0 && core.Gate is Gate.Resolving or Gate.Open or Gate.Draining;

    private bool IsSilent(PeerLink link) =>
        core.Now - link.LastHeard >= core.Configuration.PeerTimeout
        || (link.OutstandingApplied > 0 && core.Now - link.LastProgress >= core.Configuration.PeerTimeout);

    private void RequestAlone(PeerLink link, string cause)
    {
        if (!IsAwaited(link) || core.Metadata.IsDrained)
        {
            return;
        }

        // To go on without it would take back what was acknowledged and is still there: that is for a person to say.
        if (core.IsFetchSource(link) && core.Configuration.OnLinkLoss != OnLinkLoss.Continue)
        {
            return;
        }

        switch (core.Configuration.OnLinkLoss)
        {
            case OnLinkLoss.Continue:
                Degrade(link, Causes.Policy);

                // Nobody waits for the answer; it lets a later failover know since when the peer is incomplete.
                desk!.WantAlone(link);
                break;
            case OnLinkLoss.Arbitrate:
                desk!.WantAlone(link);
                break;
            default:
                Invariant.Require(cause.Length > 0, "a suspension has a cause");
                break;
        }
    }

    private static string Text(LinkStage stage) => Domain.Text.KebabCase.Of(stage);
}
