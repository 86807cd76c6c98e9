using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

/// <param name="Volumes">One per volume and site that reported it within the window.</param>
public sealed record MetricsView(DateTime At, double WindowSeconds, IReadOnlyList<VolumeSeriesView> Volumes);

/// <summary>Time series for live charts.</summary>
internal static class VolumeMetricsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/volumes/{volume}/metrics", OfVolumeAsync).WithTags("volumes").Allow(
            Access.Read, "getVolumeMetrics",
                "Rates, latencies, dirty bytes and exposure over the last window seconds.");
        api.MapGet("/workloads/{workload}/metrics", OfWorkloadAsync).WithTags("workloads")
            .Allow(Access.Read, "getWorkloadMetrics", "The same of every volume of a workload.");
    }

    private static async Task<Ok<MetricsView>> OfVolumeAsync(
        string volume, InventoryViews views, VolumeHistory history, Call call, TimeProvider clock, double window = 900,
        CancellationToken cancel = default)
    {
        var all = await views.WorkloadsAsync(null, call.Caller.ReadableGroups(), cancel);
        var workload = all.FirstOrDefault(w => w.Metadata.Disks.Any(d => d.Volume.ToString() == volume))
            ?? throw ApiRefusals.NotFound("volume", volume);
        return TypedResults.Ok(View(workload, history, clock, window, volume));
    }

    private static async Task<Ok<MetricsView>> OfWorkloadAsync(
        string workload, InventoryViews views, InventoryStore store, VolumeHistory history, Call call,
            TimeProvider clock,
        double window = 900, CancellationToken cancel = default)
    {
        var stored = await store.WorkloadAsync(workload, cancel) ?? throw ApiRefusals.NotFound("workload", workload);
        var all = await views.WorkloadsAsync(stored.Group, call.Caller.ReadableGroups(), cancel);
        var found = all.FirstOrDefault(w => w.Id == workload) ?? throw ApiRefusals.NotFound("workload", workload);
        return TypedResults.Ok(View(found, history, clock, window, null));
    }

    private static MetricsView View(
        WorkloadView workload, VolumeHistory history, TimeProvider clock, double window, string? only)
    {
        if (window < 10 || window > VolumeHistory.CoarseWindow.TotalSeconds)
        {
            throw ApiRefusals.Field(
                "window", $"{window} is not between 10 and {VolumeHistory.CoarseWindow.TotalSeconds} seconds.",
                "Ask for up to 6 hours; up to 15 minutes come every 2 seconds, more every minute.");
        }

        var now = clock.GetUtcNow();
        var series = workload.Metadata.Disks.Where(d => only is null || d.Volume.ToString() == only).SelectMany(d =>
            history.Of(d.Volume.ToString(), TimeSpan.FromSeconds(window), now)
                .Select(s => VolumeSeries.Of(d.Volume.ToString(), d.Name, s.Site, s.Samples, s.Every)));
        return new MetricsView(now.UtcDateTime, window, [.. series]);
    }
}
