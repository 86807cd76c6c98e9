using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.RecoveryPoint;
using Runbooks.Workflows.Sites;

namespace Runbooks.Tests.Sweep.World;

/// <summary>The control plane's side of the world.</summary>
internal sealed class WorldControlActivities(Worlds worlds)
    : IArbiterActivities, IGroupActivities, IOutsideActivities, IPointActivities
{
    private WorldModel World => worlds.Current;

    public Task<ArbiterRow> BeginArbiterRowAsync(BeginArbiterRowRequest request)
    {
        var world = World;
        lock (world.Gate)
        {
            if (!world.Rows.TryGetValue(request.Protection, out var row))
            {
                row = ArbiterRow.Begin(request.Protection, request.Primary, request.Sites, DateTimeOffset.UnixEpoch);
                world.Rows[request.Protection] = row;
                world.Effects.Add($"row of {request.Protection} begun");
            }

            return Task.FromResult(row);
        }
    }

    public Task<ArbiterRow?> ReadArbiterRowAsync(ProtectionId protection)
    {
        var world = World;
        lock (world.Gate)
        {
            return Task.FromResult(world.Rows.GetValueOrDefault(protection));
        }
    }

    public Task<ArbiterAnswer> PromoteInArbiterAsync(Promote request) => Task.FromResult(World.Promote(request));

    public Task<ArbiterRow?> CloseArbiterRowAsync(CloseArbiterRowRequest request)
    {
        var world = World;
        lock (world.Gate)
        {
            if (world.Rows.TryGetValue(request.Protection, out var row))
            {
                world.Rows[request.Protection] =
                    row.Close($"{request.Run}/close", request.Run, DateTimeOffset.UnixEpoch);
            }

            return Task.FromResult(world.Rows.GetValueOrDefault(request.Protection));
        }
    }

    public Task<string> FindGroupHolderAsync(GroupId group) =>
        Task.FromResult("run run_000000 (drill-isolated, running)");

    public async Task<PreemptAnswer> PreemptDrillAsync(PreemptRequest request)
    {
        if (World.Drill is not { } abort)
        {
            return new PreemptAnswer(false, "run run_000000 (failback, running)");
        }

        await abort();
        return new PreemptAnswer(true, "run run_000000 (drill-isolated, running)");
    }

    public Task EndArbiterRowAsync(ProtectionId protection)
    {
        var world = World;
        lock (world.Gate)
        {
            world.Rows.Remove(protection);
        }

        return Task.CompletedTask;
    }

    public Task<GroupPicture> DescribeGroupAsync(GroupId group)
    {
        var world = World;
        lock (world.Gate)
        {
            return Task.FromResult(world.Picture with { Group = group });
        }
    }

    public Task RecordProtectionAsync(ProtectionRecord record)
    {
        var world = World;
        lock (world.Gate)
        {
            world.Records.Add(record);
        }

        return Task.CompletedTask;
    }

    public Task<HttpCallResult> CallHttpAsync(HttpCallRequest request) => Task.FromResult(new HttpCallResult(200, "ok"));

    public Task<PointPlan> PlanPointsAsync(ProtectionId protection)
    {
        var world = World;
        lock (world.Gate)
        {
            var row = world.Rows[protection];
            return Task.FromResult(new PointPlan([.. row.Complete.Where(s => s != row.Primary)], row.Generation, ""));
        }
    }

    public Task RecordPointAsync(PointRecord record)
    {
        var world = World;
        lock (world.Gate)
        {
            var copy = new PlacedPoint(record.Site, record.Made.Point);
            if (!world.Listed.Contains(copy))
            {
                world.Listed.Add(copy);
            }

            return Task.CompletedTask;
        }
    }

    // One point of each site stays on the list.
    public Task<IReadOnlyList<PlacedPoint>> ExpirePointsAsync(ProtectionId protection)
    {
        var world = World;
        lock (world.Gate)
        {
            foreach (var site in world.Listed.GroupBy(c => c.Site).ToList())
            {
                foreach (var old in site.SkipLast(1).ToList())
                {
                    world.Listed.Remove(old);
                    world.Leaving.Add(old);
                }
            }

            return Task.FromResult<IReadOnlyList<PlacedPoint>>([.. world.Leaving]);
        }
    }

    public Task RecordDroppedAsync(DroppedPoints dropped)
    {
        var world = World;
        lock (world.Gate)
        {
            world.Leaving.RemoveAll(dropped.Copies.Contains);
            return Task.CompletedTask;
        }
    }

    public Task NotifyAsync(NotifyRequest request)
    {
        var world = World;
        lock (world.Gate)
        {
            var told = $"{request.Key}: {request.Title}";
            if (!world.Told.Contains(told))
            {
                world.Told.Add(told);
            }
        }

        return Task.CompletedTask;
    }
}

/// <summary>What any place can see: a site's agent, and the control plane for its own view.</summary>
internal sealed class WorldObserverActivities(Worlds worlds, SiteId? at) : IObserverActivities
{
    public Task<Observation> ObserveSiteAsync(ObserveSiteRequest request)
    {
        var world = worlds.Current;
        lock (world.Gate)
        {
            var reachable = !world.Sites[request.Site].IsDown;
            return Task.FromResult(new Observation(at?.ToString() ?? "control-plane", reachable, "looked"));
        }
    }

    public Task<ProbeResult> ProbeAsync(ProbeRequest request) => Task.FromResult(new ProbeResult(request.Target, 1, "answered"));

    public Task<Domain.Status.SiteInventory> TakeInventoryAsync() =>
        Task.FromResult(worlds.Current.At(at!.Value, "inventory", s => s.Inventory()));

    public Task<Domain.Status.SiteStatus> DescribeSiteAsync() => Task.FromResult(worlds.Current.At(at!.Value, "status", s =>
        new Domain.Status.SiteStatus(s.Site, "1.0", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "nbd", "wan", 1 << 30, [])));
}
