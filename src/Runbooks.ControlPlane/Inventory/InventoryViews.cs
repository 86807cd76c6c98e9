using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Arbitration;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Workloads;

namespace Runbooks.ControlPlane.Inventory;

/// <param name="State">The single label: unprotected, setting-up, setup-failed, protected, degraded, catching-up,
/// not-protected, unprotecting, unknown.</param>
public sealed record WorkloadView(
    string Id, string Title, string Group, string Site, string Tier, string State, ExposureView Exposure,
    WorkloadMetadata Metadata, ProtectionView? Protection, IReadOnlyList<VolumeView> Volumes);

/// <param name="State">What the last procedure recorded.</param>
/// <param name="Label">What it is now, as its links say.</param>
/// <param name="Run">The last set-up or removal.</param>
/// <param name="Cause">Why that did not reach its goal; null when it did.</param>
/// <param name="Version">The entity tag, for If-Match.</param>
public sealed record ProtectionView(
    string Id, string Workload, string Group, string State, string Label, ProtectionPolicy Policy, ArbiterRow? Arbiter,
    ExposureView Exposure, string? Run, string? Cause, long Version);

/// <summary>One volume at one site, as its agent last said.</summary>
public sealed record VolumeView(string Site, double AgeSeconds, VolumeStatus Status);

/// <summary>Puts documents, arbiter rows and reports together into what people see.</summary>
public sealed class InventoryViews(InventoryStore store, SiteBoard board, ArbiterDesk desk, TimeProvider clock)
{
    public async Task<IReadOnlyList<WorkloadView>> WorkloadsAsync(
        string? group, IReadOnlyList<string>? readable, CancellationToken cancel)
    {
        var protections = (await ProtectionsAsync(group, readable, cancel)).ToDictionary(p => p.Workload);
        var reports = await board.AllAsync(cancel);
        var workloads = await store.WorkloadsAsync(group, readable, cancel);
        return [.. workloads.Select(w => View(w, protections.GetValueOrDefault(w.Id), reports))];
    }

    public async Task<IReadOnlyList<ProtectionView>> ProtectionsAsync(
        string? group, IReadOnlyList<string>? readable, CancellationToken cancel)
    {
        var rows = await desk.AllAsync(cancel);
        var reports = await board.AllAsync(cancel);
        return [.. (await store.ProtectionsAsync(group, readable, cancel)).Select(p => View(p, rows, reports))];
    }

    private ProtectionView View(
        StoredProtection stored, IReadOnlyDictionary<ProtectionId, ArbiterRow> rows,
        IReadOnlyDictionary<string, SiteReport> reports)
    {
        var row = rows.GetValueOrDefault(stored.Policy.Id);
        var primary = row is null ? null : reports.GetValueOrDefault(row.Primary.ToString());
        var exposure = Exposure.Of(stored.Policy, row, primary?.Status, primary?.AgeSeconds, clock.GetUtcNow());
        return new ProtectionView(
            stored.Id, stored.Workload, stored.Group, stored.State, Label(stored, primary, exposure), stored.Policy, row,
            exposure, stored.Run, stored.Cause, stored.Version);
    }

    private static WorkloadView View(
        StoredWorkload stored, ProtectionView? protection, IReadOnlyDictionary<string, SiteReport> reports)
    {
        var volumes = reports.Values
            .SelectMany(r => r.Status.Volumes
                .Where(v => v.Workload.ToString() == stored.Id || stored.Metadata.Disks.Any(d => d.Volume == v.Volume))
                .Select(v => new VolumeView(r.Site, r.AgeSeconds, v)))
            .OrderBy(v => v.Site, StringComparer.Ordinal).ThenBy(v => v.Status.Disk, StringComparer.Ordinal);
        var exposure = protection?.Exposure ?? new ExposureView("unknown", null, null, null, "not protected");
        return new WorkloadView(
            stored.Id, stored.Metadata.Title, stored.Group, protection?.Arbiter?.Primary.ToString() ?? stored.Site,
            stored.Metadata.Tier, protection?.Label ?? "unprotected", exposure, stored.Metadata, protection, [.. volumes]);
    }

    private static string Label(StoredProtection stored, SiteReport? primary, ExposureView exposure)
    {
        if (stored.State is "requested" or "setting-up" or "setup-failed" or "unprotecting" or "removed")
        {
            return stored.State == "requested" ? "setting-up" : stored.State;
        }

        if (exposure.State == "proven")
        {
            return "protected";
        }

        var links = primary?.Status.Volumes.Where(v => v.Protection == stored.Policy.Id).SelectMany(v => v.Links).ToList() ?? [];
        return links switch
        {
            [] => "unknown",
            _ when links.Any(l => l.State == LinkState.CatchingUp) => "catching-up",
            _ when links.Any(l => l.State == LinkState.Seeding) => "setting-up",
            _ when links.All(l => l.State == LinkState.InSync) => "protected",
            _ when links.All(l => l.State == LinkState.Detached) => "not-protected",
            _ => "degraded",
        };
    }
}
