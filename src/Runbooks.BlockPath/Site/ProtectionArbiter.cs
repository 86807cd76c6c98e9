using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Volumes;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Site;

/// <summary>
/// Between the cores of one protection's volumes and the one row they share.
/// </summary>
/// <remarks>
/// <para>
/// Every request is passed on as it is, except MarkComplete: the row says "site S holds every acknowledged write of
/// the workload", so
/// it may only be asked when all volumes of the protection wait for S. A volume that is ready first is held here
/// until the others
/// are in sync or ready as well.
/// </para>
/// <para>Every row that comes back is told to all volumes of the protection: a request of another volume would be
/// refused as stale.</para>
/// </remarks>
internal sealed class ProtectionArbiter(
    ISiteArbiter arbiter, Func<ProtectionId, IReadOnlyList<Volume>> volumesOf, IExecutor executor)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(VolumeId Volume, SiteId Site), MarkComplete> held = [];

    /// <summary>Takes a request of a volume's core; returns at once.</summary>
    public void Ask(Volume volume, ArbiterRequest request)
    {
        if (request is MarkComplete mark)
        {
            lock (gate)
            {
                held[(volume.Id, mark.Site)] = mark;
            }

            executor.Post(new WorkItem(() => SendWhenAllReady(mark.Protection, mark.Site)));
            return;
        }

        if (request is GoAlone alone)
        {
            lock (gate)
            {
                foreach (var site in alone.Lost)
                {
                    held.Remove((volume.Id, site));
                }
            }
        }

        executor.Post(new WorkItem(() => Send(request, [(volume, request.RequestId)])));
    }

    private void SendWhenAllReady(ProtectionId protection, SiteId site)
    {
        var all = volumesOf(protection).Where(v => v.Configuration.Peers.Contains(site)).ToList();
        var waiting = new List<(Volume Volume, MarkComplete Mark)>();
        foreach (var volume in all)
        {
            MarkComplete? mark;
            lock (gate)
            {
                held.TryGetValue((volume.Id, site), out mark);
            }

            if (mark is not null)
            {
                waiting.Add((volume, mark));
            }
            else if (LinkOf(volume, site) != LinkState.InSync)
            {
                return;
            }
        }

        if (waiting.Count == 0)
        {
            return;
        }

        lock (gate)
        {
            foreach (var (volume, _) in waiting)
            {
                held.Remove((volume.Id, site));
            }
        }

        // The newest version any of them knows: a volume that was held long may name an older one.
        var request = waiting.MaxBy(w => w.Mark.Version).Mark;
        Send(request, [.. waiting.Select(w => (w.Volume, w.Mark.RequestId))]);
    }

    private void Send(ArbiterRequest request, IReadOnlyList<(Volume Volume, string RequestId)> askers)
    {
        var answer = arbiter.AskAsync(request, CancellationToken.None).GetAwaiter().GetResult();
        foreach (var (volume, requestId) in askers)
        {
            volume.Loop.PostAndKick(answer is null
                ? VolumeEvent.ArbiterUnreachable(requestId)
                : VolumeEvent.ArbiterAnswered(requestId, answer));
        }

        if (answer?.Row is { } row)
        {
            foreach (var other in volumesOf(request.Protection).Where(v => askers.All(a => a.Volume != v)))
            {
                other.Loop.PostAndKick(VolumeEvent.ArbiterRowLearned(row));
            }
        }
    }

    private static LinkState LinkOf(Volume volume, SiteId site)
    {
        var slot = Slots.Of(volume.Configuration, site);
        return slot is null ? LinkState.Detached : volume.Loop.Ask(core => core.LinkOf(slot.Value).Link);
    }
}

/// <summary>Finds the slot of a site.</summary>
internal static class Slots
{
    public static PeerSlot? Of(VolumeConfiguration configuration, SiteId site)
    {
        for (var i = 0; i < configuration.Peers.Count; i++)
        {
            if (configuration.Peers[i] == site)
            {
                return new PeerSlot((byte)i);
            }
        }

        return null;
    }
}
