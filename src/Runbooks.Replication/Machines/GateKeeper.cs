using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication.Machines;

/// <summary>Opens and closes the volume: start, confirm, resolve, fence, drain. Nothing is exported that the arbiter has not confirmed.</summary>
/// <remarks>
/// After any start, and after a promotion, a primary asks Confirm and stays closed until the answer. Then it resolves: regions that were
/// active at an unclean stop may differ between the sites, so each awaited peer gets them re-sent, or is given up by a granted GoAlone with
/// those regions marked dirty; only then may a guest read them. Without an answer the peers' fresh proof that this
/// generation is still
/// theirs stands in (<see cref="PeerProof"/>), and Confirm goes on being asked.
/// A higher generation anywhere fences: exports first, then the record, then any answer to whoever brought the news.
/// </remarks>
internal sealed class GateKeeper(
    CoreContext core,
    WritePath writes,
    FlushPath flushes,
    LinkMachine links,
    ArbiterDesk desk,
    PeerProof proof,
    FetchBack fetch)
{
    private Ticket promotion;
    private Ticket drain;
    private bool isClosing;
    private bool isReopening;
    private bool isDrainStored;
    private bool isRowApplied;
    private bool isConfirmed;
    private bool isResolveStored;
    private TimeSpan opensFrom;

    /// <summary>True while bytes that were fetched back are being written.</summary>
    public bool IsStoring => fetch.IsStoring;

    public void Start(PersistedState state)
    {
        core.Load(state.Metadata);

        // What an earlier life answered is not remembered: as if it had been this moment.
        core.AnsweredAt = core.Now;
        opensFrom = core.Metadata.IsUnopened ? core.Now + Distance : TimeSpan.Zero;
        foreach (var link in core.Links)
        {
            LoadMarks(link, state);
            link.LastHeard = core.Now;
        }

        RestoreAloneBytes();
        fetch.Start();
        if (core.Metadata.IsFaulty)
        {
            core.Move(Gate.Failed, Causes.LocalDiskFailed);
        }
        else if (core.Metadata.Role == Role.Fenced)
        {
            core.Move(Gate.Fenced, Causes.Started);
        }
        else if (core.IsPrimary && core.Metadata.IsDrained)
        {
            core.Move(Gate.Drained, Causes.Started);
        }
        else if (core.IsPrimary)
        {
            BeginConfirm(Causes.Started);
        }

        core.UpdateExcused();
    }

    public void OnConfirmed(ArbiterRow row)
    {
        // Once per life as a primary, and not after an opening by proof: from then on the links know more than the
        // row, and
        // excusing one that is being marked complete would acknowledge what it lacks. A row that lacks a mirrored peer
        // is
        // mended by the link itself, by a barrier and MarkComplete.
        if (!isRowApplied && core.Gate == Gate.Confirming)
        {
            isRowApplied = true;
            foreach (var link in core.Links)
            {
                ApplyRow(link, row);
            }
        }

        isConfirmed = true;
        core.UpdateExcused();
        if (core.Gate == Gate.Confirming)
        {
            isReopening = false;
            isDrainStored = false;
            isResolveStored = false;
            BeginResolving(Causes.Granted);
        }
    }

    public void Pump()
    {
        if (core.Gate == Gate.Confirming && desk.IsUnreachable && !isReopening && !isResolveStored && proof.IsPossible)
        {
            foreach (var link in core.Links)
            {
                link.IsExcused = false;
            }

            core.UpdateExcused();
            BeginResolving(Causes.ArbiterUnreachable);
        }

        fetch.Pump();
        if (core.Gate == Gate.Resolving && isConfirmed && core.Now >= opensFrom && IsResolved())
        {
            Open(Causes.Granted);
        }

        if (core.Gate == Gate.Draining)
        {
            ContinueDrain();
        }
    }

    /// <summary>The clock moved: the one moment at which the age of a peer's answer is known.</summary>
    public void Tick()
    {
        if (core.Gate != Gate.Resolving || isConfirmed)
        {
            return;
        }

        if (proof.IsFresh && core.Now >= opensFrom && IsResolved())
        {
            Open(Causes.ProvenByPeers);
        }
        else
        {
            proof.Ask();
        }
    }

    /// <summary>A higher generation was met: exports close at once, and durably before the next answer.</summary>
    public void Fence(Generation higher, Action? then = null)
    {
        if (core.IsPrimary)
        {
            core.Emit(new Effect { Kind = EffectKind.FenceExports, Generation = higher });
            foreach (var link in core.Links)
            {
                writes.OnSessionLost(link);
                links.Lose(link, Causes.HigherGeneration, drop: true);
                link.IsDetachWanted = link.IsGrantPending = link.HoldsGrant = false;
            }

            writes.FailEverything(GuestError.Fenced);
            flushes.FailEverything(GuestError.Fenced);
            fetch.GiveUp();
            desk.Reset();
            if (core.Gate != Gate.Failed)
            {
                core.Move(Gate.Fenced, Causes.HigherGeneration);
            }

            var refusal = CoreRefusals.LowerGeneration(core.Metadata.Generation, higher);
            core.Answer(promotion, refusal);
            promotion = Ticket.None;
            AnswerDrain(refusal);
            core.Persist(core.WithRole(Role.Fenced, Causes.HigherGeneration) with { Generation = higher }, then);
        }
        else if (higher > core.Metadata.Generation)
        {
            core.Persist(core.Metadata with { Generation = higher }, then);
        }
        else
        {
            then?.Invoke();
        }
    }

    /// <summary>The local disk failed: final for this life of the copy.</summary>
    public void Fail(int code)
    {
        if (core.Gate == Gate.Failed)
        {
            return;
        }

        core.Emit(new Effect { Kind = EffectKind.FenceExports, Code = code });
        foreach (var link in core.Links)
        {
            links.Lose(link, Causes.LocalDiskFailed, drop: true);
        }

        writes.FailEverything(GuestError.LocalDisk);
        flushes.FailEverything(GuestError.LocalDisk);
        fetch.GiveUp();
        core.Answer(promotion, CoreRefusals.Faulty());
        promotion = Ticket.None;
        AnswerDrain(CoreRefusals.Faulty());
        core.Move(Gate.Failed, Causes.LocalDiskFailed);
        core.Persist(core.Metadata with { IsFaulty = true });
    }

    public void Promote(Ticket order, PromotionOrder detail)
    {
        var row = detail.Row;
        if (core.IsPrimary && row.Generation == core.Metadata.Generation)
        {
            // The same order again: the answer comes when the volume is open, at once if it is.
            core.Answer(core.Gate == Gate.Open ? order : promotion);
            promotion = core.Gate == Gate.Open ? promotion : order;
            return;
        }

        if (RefusePromotion(detail) is { } refusal)
        {
            core.Answer(order, refusal);
            return;
        }

        promotion = order;
        isRowApplied = false;
        core.AloneBytes = 0;
        opensFrom = core.AnsweredAt is { } answered ? answered + Distance : TimeSpan.Zero;
        if (core.Metadata.Role == Role.Fenced)
        {
            core.Move(Gate.Closed, Causes.Ordered);
            core.Persist(core.WithRole(Role.Standby, Causes.Ordered));
        }

        TakeOverLinks(row);
        var history = core.Metadata.History.Where(h => h.Generation < row.Generation)
            .Append(new GenerationEntry(row.Generation, core.Configuration.Site, new ByteCount(0)));
        core.Persist(
            core.WithRole(Role.Primary, Causes.Ordered) with
            {
                Generation = row.Generation,
                History = [.. history],
                IsDrained = false,
                IsClosed = false,
                IsUnopened = true,
                MayDiscardOwnChanges = false,

                // What a power cut took here nobody can give back any more; what was flushed is here.
                HasLostPower = false,
            },
            () =>
            {
                if (core.IsPrimary && core.Gate == Gate.Closed)
                {
                    fetch.FlushPast();
                    BeginConfirm(Causes.Ordered);
                }
            });
    }

    private void TakeOverLinks(ArbiterRow row)
    {
        var previous = core.Metadata.History.Count > 0 ? core.Metadata.History[^1].Primary : default;
        foreach (var link in core.Links)
        {
            if (row.IsComplete(link.Site))
            {
                link.Link = LinkState.InSync;
            }
            else if (link.Site == previous)
            {
                link.Link = LinkState.Degraded;
            }
            else
            {
                // A sibling standby: what it and this copy received of the old primary's last writes may differ, and only the old
                // primary knew where. It is compared from end to end; equal blocks are not sent.
                (link.Link, link.SeedCursor, link.SeedPosition, link.SeedCompares) = (LinkState.Seeding, 0, 0, true);
            }

            link.IsExcused = link.Link != LinkState.InSync;
            link.HoldsAll = !link.IsExcused;
            link.HoldsGrant = false;
            link.LastHeard = core.Now;
            link.ExposedSince = link.Link == LinkState.InSync ? null : core.Now;
        }
    }

    public void Drain(Ticket order, bool closing)
    {
        if (core.Gate == Gate.Drained && !closing)
        {
            core.Answer(order);
            return;
        }

        if (core.Gate is not (Gate.Open or Gate.Draining))
        {
            core.Answer(order, closing ? null : CoreRefusals.Order(OrderKind.Drain, "the volume is not open here"));
            return;
        }

        if (!closing && core.ExcusedMask == core.AllMask)
        {
            core.Answer(order, CoreRefusals.Order(OrderKind.Drain, "no standby is in sync"));
            return;
        }

        // Not a yes to the earlier order: it is not drained yet, and a promotion may be decided on that answer.
        AnswerDrain(CoreRefusals.Order(OrderKind.Drain, "a later order took its place"));
        drain = order;
        isClosing = closing;
        isDrainStored = false;
        core.Emit(new Effect { Kind = EffectKind.CloseExports });
        core.Move(Gate.Draining, Causes.Ordered);
    }

    /// <summary>The planned move was called off: what was decided on the drained mark must die first, so Confirm is asked.</summary>
    public void Reopen(Ticket order)
    {
        if (core.Gate is not (Gate.Draining or Gate.Drained))
        {
            core.Answer(order, core.Gate == Gate.Open ? null : CoreRefusals.Order(OrderKind.Reopen, "the volume is not drained here"));
            return;
        }

        AnswerDrain(CoreRefusals.Order(OrderKind.Drain, "it was called off"));
        promotion = order;
        isReopening = true;
        BeginConfirm(Causes.Ordered);
    }

    public void BeginConfirm(string cause)
    {
        if (core.Move(Gate.Confirming, cause))
        {
            isConfirmed = false;
            isResolveStored = false;
            proof.Forget();
            desk.IsConfirmWanted = true;
        }
    }

    // How far a promoted copy keeps behind its own last answer to the old primary.
    private TimeSpan Distance => PeerProof.HorizonOf(core.Configuration) * 2;

    private void BeginResolving(string cause)
    {
        isResolveStored = true;
        core.Persist(core.Metadata with { IsClosed = false, IsDrained = false, HasLostPower = core.IsFetchOwed }, () =>
        {
            if (core.Gate == Gate.Confirming)
            {
                core.Move(Gate.Resolving, cause);
            }
        });
    }

    private void Open(string cause)
    {
        // Also when it opened by proof: from here on the links know more than any row.
        isRowApplied = true;
        core.Move(Gate.Open, cause);
        if (core.Metadata.IsUnopened)
        {
            core.Persist(core.Metadata with { IsUnopened = false });
        }

        core.Emit(new Effect { Kind = EffectKind.OpenExports, Generation = core.Metadata.Generation });
        core.Answer(promotion);
        promotion = Ticket.None;
        AnswerDrain(null);
    }

    private void RestoreAloneBytes()
    {
        if (core.Metadata.Role == Role.Standby || core.Metadata.History.Count == 0
            || core.Metadata.History[^1].Primary != core.Configuration.Site)
        {
            return;
        }

        // The figure is as old as the last record; the marks are not. A mirrored standby lacks at most what was never
        // acknowledged.
        core.AloneBytes = core.Metadata.History[^1].AloneBytes.Value;
        var lacking = core.Links.Where(l => l.Link != LinkState.Detached).ToArray();
        if (lacking.Length > 0 && lacking.All(l => l.Link != LinkState.InSync))
        {
            core.AloneBytes = Math.Max(core.AloneBytes, lacking.Min(l => l.Dirty.Bytes.Value));
        }
    }

    private void LoadMarks(PeerLink link, PersistedState state)
    {
        // An orderly close leaves only warm marks to a mirrored peer.
        var isTrusted = core.Metadata.IsClosed && link.Link == LinkState.InSync;
        foreach (var range in state.MarkedRegions[link.Slot.Index])
        {
            if (isTrusted)
            {
                core.Emit(new Effect { Kind = EffectKind.ClearRegions, Range = range, Peers = link.Slot.Mask });
                continue;
            }

            link.Dirty.Mark(range);
            for (var region = range.Offset / Grain.RegionBytes; region * Grain.RegionBytes < range.End; region++)
            {
                link.Marks.Set(region);
            }
        }

        if (link.Link == LinkState.CatchingUp && core.IsPrimary)
        {
            core.Move(link, LinkState.Degraded, Causes.Started);
        }

        if (!link.Dirty.IsEmpty)
        {
            link.ExposedSince = core.Now;
        }
    }

    private void ApplyRow(PeerLink link, ArbiterRow row)
    {
        link.LastHeard = link.HasSession ? link.LastHeard : core.Now;
        if (link.Link == LinkState.Detached)
        {
            link.IsExcused = true;
            return;
        }

        if (!row.IsComplete(link.Site))
        {
            // Granted to an earlier life of this process, or never complete: it may be missed, and has to be marked complete again.
            if (link.Link == LinkState.InSync)
            {
                core.Move(link, LinkState.Degraded, Causes.Granted);
            }

            link.IsExcused = true;
            link.HoldsGrant = true;

            // The row may have moved without a single lone acknowledgement: what a power cut took is fetched all the
            // same.
            link.HoldsAll &= core.IsFetchOwed;
            link.ExposedSince ??= core.Now;
            return;
        }

        var goesOn = core.Configuration.OnLinkLoss == OnLinkLoss.Continue && link.Link != LinkState.InSync;
        link.IsExcused = goesOn;
        link.HoldsGrant = goesOn;
        link.HoldsAll &= !goesOn || core.IsFetchOwed;
    }

    private bool IsResolved() => core.IsPastDurable && !core.IsFetchOwed && core.Links.All(IsResolved);

    private bool IsResolved(PeerLink link) =>
        link.IsExcused || link.Link == LinkState.Detached
        || (link.Dirty.IsEmpty && link.Copies.Count == 0);

    private Refusal? RefusePromotion(PromotionOrder detail)
    {
        // Hard facts first, then policy.
        if (core.Metadata.IsFaulty)
        {
            return CoreRefusals.Faulty();
        }

        // A fenced copy holds its own line of writes: only a person who accepted the loss of the other line may choose
        // it. Unless it was
        // drained: then it wrote nothing after its mark, and whoever wrote alone since took it out of the row's
        // complete sites.
        var isEligible = core.Metadata.Role == Role.Standby
            || (core.Metadata.Role == Role.Fenced && (detail.AcceptInconsistent || core.Metadata.IsDrained));
        if (detail.Row.Primary != core.Configuration.Site || !isEligible)
        {
            return CoreRefusals.Order(OrderKind.Promote, $"the row names {detail.Row.Primary}, and this copy is {core.Metadata.Role}");
        }

        if (detail.Row.Generation < core.Metadata.Generation)
        {
            return CoreRefusals.LowerGeneration(detail.Row.Generation, core.Metadata.Generation);
        }

        return core.Metadata.IsConsistent || detail.AcceptInconsistent ? null : CoreRefusals.Inconsistent();
    }

    private void ContinueDrain()
    {
        // A standby that is waited for has to hold what this copy holds, failed writes included: the two may swap on
        // the mark's word.
        if (!writes.IsIdle || !flushes.IsIdle || (!isClosing && !core.Links.All(IsResolved)))
        {
            if (writes.WaitingCount == 0)
            {
                writes.FlushInBackground();
                links.FlushInBackground();
            }

            return;
        }

        if (isDrainStored)
        {
            return;
        }

        isDrainStored = true;
        writes.ForgetWarmRegions();
        var closing = isClosing;
        core.Persist(core.Metadata with { IsDrained = core.Metadata.IsDrained || !closing, IsClosed = closing }, () =>
        {
            if (core.Gate != Gate.Draining)
            {
                return;
            }

            foreach (var link in core.Links)
            {
                if (link.Stage == LinkStage.Live)
                {
                    links.SendFrame(link, FrameKind.Drained);
                }
            }

            core.Move(closing ? Gate.Closed : Gate.Drained, Causes.Ordered);
            AnswerDrain(null);
        });
    }

    private void AnswerDrain(Refusal? refusal)
    {
        core.Answer(drain, refusal);
        drain = Ticket.None;
    }
}
