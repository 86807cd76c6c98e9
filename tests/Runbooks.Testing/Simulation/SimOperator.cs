using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Replication;

namespace Runbooks.Testing.Simulation;

/// <summary>
/// People and their runs: planned and unplanned failovers decided on possibly old rows, and the chores of recovery.
/// </summary>
internal sealed class SimOperator(Simulation simulation)
{
    private readonly SimWorld world = simulation.World;
    private TimeSpan drainedSince;
    private bool isRecovering;
    private bool isSwapping;

    /// <summary>
    /// Chores: an order that got lost is given again, a called-off drain is taken back, a detached standby is seeded.
    /// </summary>
    public void Loop()
    {
        var row = simulation.Arbiter.Row;
        var primary = simulation.Primary;
        if (primary.IsUp && primary.Core.Role != Role.Primary && row.Generation >= primary.Core.Generation
            && world.Chance(0.5))
        {
            GivePromotion(primary, row);
        }

        if (primary.IsUp && primary.Core.Gate is Gate.Drained or Gate.Draining)
        {
            if (world.Now - drainedSince > TimeSpan.FromMilliseconds(900) && !isSwapping)
            {
                drainedSince = world.Now;
                primary.Order(OrderKind.Reopen, _ => { });
            }
        }
        else
        {
            drainedSince = world.Now;
        }

        Seed(primary);
        ReplaceFaulty();
        world.AfterBetween(30, 90, Loop);
    }

    public void AfterRequest()
    {
        if (!isRecovering && world.Chance(simulation.Options.Tinkers))
        {
            Tinker(simulation.Primary);
        }

        if (isRecovering || !world.Chance(simulation.Options.OperatorActs))
        {
            return;
        }

        var row = simulation.Arbiter.Row;
        var target = simulation.SiteIds[world.Next(simulation.SiteIds.Length)];
        if (target == row.Primary)
        {
            return;
        }

        if (world.Chance(0.5))
        {
            // Decided now, asked later: the row may have moved.
            world.AfterBetween(0, 100, () => Promote(row, target, null));
        }
        else
        {
            Swap(row, target);
        }
    }

    public void OnRefused(SimSite primary, int standby, Refusal refusal)
    {
        if (refusal.Code == CoreRefusals.DivergedCode && (isRecovering || world.Chance(0.2)))
        {
            world.AfterBetween(10, 100, () => simulation.Sites[standby].Order(OrderKind.DiscardOwnChanges, _ => { }));
        }

        _ = primary;
    }

    public void BeginRecovery() => isRecovering = true;

    private void Promote(ArbiterRow seen, Domain.Ids.SiteId target, DrainedMark? drained)
    {
        if (isRecovering && drained is null)
        {
            return;
        }

        var acceptance = simulation.Options.AcceptsLoss && world.Chance(0.4) && drained is null
            ? new LossAcceptance("operator", "the site is gone", seen.ExposureBytes, seen.AloneSince)
            : null;
        var before = simulation.Arbiter.Row;
        var answer = simulation.Arbiter.Decide(new Promote(seen.Generation, seen.Version, target, acceptance, drained)
        {
            Protection = seen.Protection,
            RequestId = $"run-{simulation.NextTicket()}",
            Asker = target,
        });
        if (!answer.Granted)
        {
            return;
        }

        if (!before.IsComplete(target))
        {
            simulation.AcceptLoss();
        }

        var site = simulation.Sites[Array.IndexOf(simulation.SiteIds, target)];
        if (world.Chance(0.5))
        {
            site.Order(OrderKind.Seal, _ => GivePromotion(site, answer.Row!), answer.Row!.Generation);
        }
        else
        {
            GivePromotion(site, answer.Row!);
        }
    }

    private void Swap(ArbiterRow seen, Domain.Ids.SiteId target)
    {
        var primary = simulation.Primary;
        isSwapping = true;
        world.After(TimeSpan.FromMilliseconds(700), () => isSwapping = false);
        if (simulation.Options.Mutant == Mutant.SwapWithoutDrain)
        {
            Promote(seen, target, new DrainedMark(seen.Primary, seen.Generation, 0));
            return;
        }

        primary.Order(OrderKind.Drain, refusal =>
        {
            if (refusal is null)
            {
                // The run reads the row after it has the mark, and decides on that.
                var row = simulation.Arbiter.Row;
                world.AfterBetween(0, 50, () => Promote(row, target, new DrainedMark(row.Primary, row.Generation, 0)));
            }
        });
    }

    private void GivePromotion(SimSite site, ArbiterRow row)
    {
        // Orders may come late, and twice.
        world.AfterBetween(0, world.Chance(0.1) ? 600 : 20, () =>
            site.Order(OrderKind.Promote, _ => { }, detail: new PromotionOrder(row, simulation.Options.AcceptsLoss)));
    }

    private void Seed(SimSite primary)
    {
        if (!primary.IsUp || !primary.Core.IsOpen)
        {
            return;
        }

        foreach (var peer in primary.Peers)
        {
            if (primary.Core.LinkOf(primary.SlotOf(peer)).Link == LinkState.Detached)
            {
                primary.Order(OrderKind.Seed, _ => { }, peer: peer);
            }
        }
    }

    private void Tinker(SimSite primary)
    {
        var peer = primary.Peers[world.Next(primary.Peers.Length)];
        var order = world.Next(3) switch { 0 => OrderKind.Detach, 1 => OrderKind.Seed, _ => OrderKind.Resume };
        if (order == OrderKind.Detach)
        {
            // A person gives up what the standby may hold of an interrupted power cut.
            primary.Sources.Remove(simulation.Sites[peer]);
        }

        primary.Order(order, _ => { }, peer: peer);
    }

    private void ReplaceFaulty()
    {
        foreach (var site in simulation.Sites)
        {
            if (site.Store.Metadata.IsFaulty && isRecovering)
            {
                site.Repair();
            }
        }
    }
}
