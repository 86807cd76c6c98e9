using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.Replication.Machines;

/// <summary>The standby's judgement: who may open a stream here, and when this copy may become something else.</summary>
/// <remarks>
/// Nothing of an old life may land in the image after a new one began: a session is welcomed, a promotion confirmed and a seal answered
/// only when every local write of the dead session, and of this copy's own time as a primary, has ended. A former primary that wrote alone
/// is not merged: its own writes become a recovery point, and the session is refused with the ranges until a person gave them up.
/// </remarks>
internal sealed class Admission(
    CoreContext core, WritePath writes, StandbyStream stream, GateKeeper gate, Dictionary<long, Action> ownWork)
{
    private (PeerSlot Peer, long Session, HandshakeFacts Facts)? offer;
    private long admitting;
    private readonly List<Action> whenIdle = [];
    private bool hasPinnedOwnChanges;

    public static HandshakeFacts FactsOf(CoreContext core) =>
        new(core.Durable.Generation, core.Durable.Role, core.Configuration.Size, core.Durable.History)
        {
            IsBlank = core.Durable.IsBlank,
            IsConsistent = core.Durable.IsConsistent,
            HasLostPower = core.Durable.HasLostPower,
        };

    public void OnOffered(PeerSlot peer, long session, HandshakeFacts facts)
    {
        if (facts.Generation > core.Metadata.Generation && core.IsPrimary)
        {
            gate.Fence(facts.Generation, () => OnOffered(peer, session, facts));
            return;
        }

        if (Refuse(core.Links[peer.Index], facts) is { } refusal)
        {
            core.Emit(new Effect
            {
                Kind = EffectKind.RefusePeer,
                Peer = peer,
                Session = session,
                Generation = core.Metadata.Generation,
                Detail = refusal,
            });
            return;
        }

        stream.End();
        admitting = 0;
        offer = (peer, session, facts);
        core.NeedsPump = true;
    }

    public void OnLost(PeerSlot peer, long session)
    {
        if (offer is { } waiting && waiting.Peer == peer && waiting.Session == session)
        {
            offer = null;
        }

        admitting = admitting == session ? 0 : admitting;
        if (stream.Session == session && stream.Peer == peer)
        {
            stream.End();
        }
    }

    /// <summary>Ends the session of a primary whose generation has passed, and tells it so.</summary>
    public void Expel()
    {
        core.Emit(new Effect
        {
            Kind = EffectKind.RefusePeer,
            Peer = stream.Peer,
            Session = stream.Session,
            Generation = core.Metadata.Generation,
            Detail = CoreRefusals.LowerGeneration(Generation.None, core.Metadata.Generation),
        });
        stream.End();
    }

    public void Pump()
    {
        if (stream.IsBusy || writes.HasLocalWrites || gate.IsStoring)
        {
            return;
        }

        if (whenIdle.Count > 0)
        {
            var due = whenIdle.ToArray();
            whenIdle.Clear();
            foreach (var action in due)
            {
                action();
            }
        }

        if (offer is { } waiting && !core.IsPrimary)
        {
            offer = null;
            Admit(waiting.Peer, waiting.Session, waiting.Facts);
        }
    }

    public void Seal(Ticket order, Generation generation)
    {
        if (generation < core.Metadata.Generation)
        {
            core.Answer(order, CoreRefusals.LowerGeneration(generation, core.Metadata.Generation));
            return;
        }

        if (core.Metadata.Role != Role.Standby)
        {
            core.Answer(order, core.IsPrimary && generation == core.Metadata.Generation
                ? null
                : CoreRefusals.Order(OrderKind.Seal, $"this copy is {core.Metadata.Role}"));
            return;
        }

        admitting = 0;
        core.Persist(core.Metadata with { Generation = generation }, () => WhenIdle(() => FlushAndPin(order)));
        if (stream.Session != 0)
        {
            Expel();
        }
    }

    public void Promote(Ticket order, PromotionOrder detail)
    {
        if (core.IsPrimary && detail.Row.Generation <= core.Metadata.Generation)
        {
            gate.Promote(order, detail);
            return;
        }

        if (core.IsPrimary)
        {
            // Its own generation has passed, even when the new one is its own again.
            gate.Fence(detail.Row.Generation);
        }

        admitting = 0;
        if (stream.Session != 0 && detail.Row.Generation >= core.Metadata.Generation)
        {
            core.Emit(new Effect { Kind = EffectKind.DropPeer, Peer = stream.Peer, Session = stream.Session });
            stream.End();
        }

        WhenIdle(() => gate.Promote(order, detail));
    }

    public void DiscardOwnChanges(Ticket order)
    {
        if (core.Metadata.Role != Role.Fenced)
        {
            core.Answer(order, CoreRefusals.Order(OrderKind.DiscardOwnChanges, "this copy is not a fenced primary"));
            return;
        }

        PinOwnChanges(() => core.Persist(core.Metadata with { MayDiscardOwnChanges = true }, () => core.Answer(order)));
    }

    private void WhenIdle(Action action)
    {
        whenIdle.Add(action);
        core.NeedsPump = true;
    }

    private void FlushAndPin(Ticket order)
    {
        var flush = core.NextTicket();
        ownWork[flush.Value] = () =>
        {
            var pin = core.NextTicket();
            ownWork[pin.Value] = () => core.Answer(order);
            core.Emit(new Effect { Kind = EffectKind.PinRecoveryPoint, Ticket = pin, Reason = RecoveryPointReason.BeforePromote });
        };
        core.Emit(new Effect { Kind = EffectKind.FlushLocal, Ticket = flush });
    }

    // Two passes: hard facts, then what a person may change.
    private Refusal? Refuse(PeerLink link, HandshakeFacts facts)
    {
        if (core.Metadata.IsFaulty)
        {
            return CoreRefusals.Faulty();
        }

        if (facts.Generation < core.Metadata.Generation)
        {
            return CoreRefusals.LowerGeneration(facts.Generation, core.Metadata.Generation);
        }

        if (facts.Role != Role.Primary || core.IsPrimary)
        {
            return CoreRefusals.WrongRole(facts.Role, core.Metadata.Role);
        }

        if (facts.Size != core.Configuration.Size)
        {
            return CoreRefusals.Size(facts.Size, core.Configuration.Size);
        }

        if (!IsSameLine(facts) || WroteAlone(link))
        {
            if (core.Metadata.MayDiscardOwnChanges)
            {
                return null;
            }

            PinOwnChanges(null);
            return CoreRefusals.Diverged(facts.Generation, core.Metadata.Generation, InDoubt(link));
        }

        return null;
    }

    // A former primary whose record says that this peer was not mirrored holds writes the peer never saw.
    private bool WroteAlone(PeerLink link) =>
        core.Metadata.Role == Role.Fenced && link.Link != LinkState.InSync && InDoubt(link).Count > 0;

    private bool IsSameLine(HandshakeFacts facts)
    {
        foreach (var own in core.Metadata.History)
        {
            foreach (var theirs in facts.History)
            {
                if (own.Generation == theirs.Generation && own.Primary != theirs.Primary)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private void PinOwnChanges(Action? then)
    {
        if (hasPinnedOwnChanges)
        {
            then?.Invoke();
            return;
        }

        hasPinnedOwnChanges = true;
        WhenIdle(() =>
        {
            var pin = core.NextTicket();
            ownWork[pin.Value] = () => then?.Invoke();
            core.Emit(new Effect { Kind = EffectKind.PinRecoveryPoint, Ticket = pin, Reason = RecoveryPointReason.Diverged });
        });
    }

    private void Admit(PeerSlot peer, long session, HandshakeFacts facts)
    {
        // Between the offer and this moment an order may have raised the generation.
        if (Refuse(core.Links[peer.Index], facts) is not null)
        {
            OnOffered(peer, session, facts);
            return;
        }

        admitting = session;
        if (core.Metadata.Role == Role.Standby && core.Metadata.Generation == facts.Generation && HasHistory(facts))
        {
            // Perhaps an earlier offer made it so a moment ago: nothing is welcomed on a record that a crash would
            // take back.
            core.WhenDurable(() => Welcome(peer, session));
            return;
        }

        core.Move(Gate.Closed, Causes.HigherGeneration);
        core.Persist(
            core.WithRole(Role.Standby, Causes.HigherGeneration) with
            {
                Generation = facts.Generation,

                // What the primary wrote alone, this copy is about to receive.
                History = [.. facts.History.Select(h => h with { AloneBytes = new ByteCount(0) })],
                IsDrained = false,
                IsUnopened = false,
            },
            () => Welcome(peer, session));
    }

    private bool HasHistory(HandshakeFacts facts) =>
        core.Metadata.History.Select(h => (h.Generation, h.Primary))
            .SequenceEqual(facts.History.Select(h => (h.Generation, h.Primary)));

    private void Welcome(PeerSlot peer, long session)
    {
        // The order that sealed or promoted this copy meanwhile, or a newer offer, ended the admission.
        if (core.Metadata.Role != Role.Standby || admitting != session)
        {
            return;
        }

        admitting = 0;
        stream.Begin(peer, session);
        core.Emit(new Effect
        {
            Kind = EffectKind.AcceptPeer,
            Peer = peer,
            Session = session,
            Generation = core.Metadata.Generation,
            Detail = new Welcome(FactsOf(core), InDoubt(core.Links[peer.Index])),
        });
    }

    private List<ByteRange> InDoubt(PeerLink link)
    {
        var ranges = link.Marks.Ranges();
        if (link.Link == LinkState.Seeding && link.SeedCursor < core.Configuration.Size.Value)
        {
            ranges.Add(new ByteRange(link.SeedCursor, core.Configuration.Size.Value - link.SeedCursor));
        }

        return ranges;
    }
}
