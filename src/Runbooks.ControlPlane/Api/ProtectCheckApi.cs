using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Security;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.ControlPlane.Api;

/// <param name="State">ok, warning or refused.</param>
/// <param name="Field">Which part of the request it is about.</param>
public sealed record ProtectCheck(string State, string Name, string Text, string Correction, string? Field);

/// <param name="Ok">True when nothing is refused.</param>
public sealed record ProtectCheckView(bool Ok, long SizeBytes, IReadOnlyList<ProtectCheck> Checks);

/// <summary>Looks before a protection begins: everything at once, so that a wizard can show what stands in the
/// way.</summary>
internal static class ProtectCheckApi
{
    private const double FreshSeconds = 15;
    private const double ClockOffsetMsMax = 1000;

    // Agents renew at two thirds of a week: with less left than this, a renewal has been missed.
    private const double CertificateDaysFew = 1;

    // The full copy, one generation of recovery points' changed blocks, and the maps.
    private const double SpaceFactor = 1.25;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/protections/check", CheckAsync).WithTags("protections")
        .Allow(Access.Read, "checkProtect",
            "What would stand in the way of this protection: sites, space, image, conflicts.");

    private static async Task<Ok<ProtectCheckView>> CheckAsync(
        ProtectBody body, InventoryViews views, InventoryStore store, SiteBoard board, OverviewDesk overview,
        Call call, CancellationToken cancel)
    {
        var stored = await store.WorkloadAsync(body.Workload, cancel) ?? throw ApiRefusals.NotFound(
            "workload", body.Workload);
        var workload = (await views.WorkloadsAsync(stored.Group, call.Caller.ReadableGroups(), cancel))
            .FirstOrDefault(w => w.Id == body.Workload) ?? throw ApiRefusals.NotFound("workload", body.Workload);
        var reports = await board.AllAsync(cancel);
        var days = await overview.CertificateDaysAsync(cancel);
        var size = workload.Metadata.Disks.Sum(d => d.SizeBytes);
        var checks = new List<ProtectCheck>();
        if (workload.Protection is not null)
        {
            checks.Add(new("refused", "protected-already", $"{workload.Title} is protected already.", "Look at it.",
                "workload"));
        }

        if (body.Standbys.Count == 0)
        {
            checks.Add(new("refused", "no-standby", "No site is chosen for the copy.", "Choose at least one.",
                "standbys"));
        }

        checks.AddRange(Site(stored.Site, "workload", reports, days));
        checks.AddRange(Image(stored, workload));
        for (var i = 0; i < body.Standbys.Count; i++)
        {
            checks.AddRange(Standby(body.Standbys[i], stored.Site, $"standbys[{i}]", size, reports, days));
        }

        checks.AddRange(Policy(body));
        return TypedResults.Ok(new ProtectCheckView(checks.All(c => c.State != "refused"), size, checks));
    }

    private static IEnumerable<ProtectCheck> Site(
        string site, string field, IReadOnlyDictionary<string, SiteReport> reports,
        IReadOnlyDictionary<string, double> certificateDays)
    {
        if (!reports.TryGetValue(site, out var report))
        {
            yield return new("refused", "site-unknown", $"Site {site} never reported.",
                "Enrol it and start its agent.", field);
            yield break;
        }

        yield return report.AgeSeconds > FreshSeconds
            ? new("refused", "site-silent", $"Site {site} is silent for {report.AgeSeconds:0} s.", "Start its agent.",
                field)
            : new("ok", "site-connected", $"Site {site} reported {report.AgeSeconds:0} s ago.", "", field);
        yield return Math.Abs(report.ClockOffsetMs) > ClockOffsetMsMax
            ? new(
                "warning", "clock-offset", $"The clock of site {site} is {report.ClockOffsetMs / 1000:0.0} s off.",
                "Let it keep time by NTP.", field)
            : new("ok", "clock-offset", $"The clock of site {site} is {report.ClockOffsetMs:0} ms off.", "", field);
        yield return certificateDays.TryGetValue(site, out var days)
            ? days switch
            {
                <= 0 => new(
                    "refused", "certificate", $"The certificate of site {site} is over.",
                    "Enrol its agent again with a new join token.", field),
                < CertificateDaysFew => new(
                    "warning", "certificate", $"The certificate of site {site} ends in {days * 24:0} h.",
                    "Look at the agent's log: its renewal fails.", field),
                _ => new(
                    "ok", "certificate", $"The certificate of site {site} is good for {days:0.0} days.", "", field),
            }
            : new(
                "refused", "certificate", $"Site {site} has no valid certificate.",
                "Enrol its agent with a new join token.", field);
    }

    private static IEnumerable<ProtectCheck> Image(StoredWorkload stored, WorkloadView workload)
    {
        foreach (var disk in stored.Metadata.Disks)
        {
            var served = workload.Volumes.FirstOrDefault(v => v.Site == stored.Site && v.Status.Volume == disk.Volume);
            yield return served switch
            {
                null => new(
                    "warning", "image-not-seen", $"Site {stored.Site} does not serve disk {disk.Name} yet.",
                    "The set-up takes the image over; its size and readability are checked there.", "workload"),
                { Status.Failure.Length: > 0 } => new(
                    "refused", "image-failed", $"Disk {disk.Name}: {served.Status.Failure}.",
                        "Repair the image first.", "workload"),
                { } seen when seen.Status.SizeBytes != disk.SizeBytes => new(
                    "refused", "image-size",
                    $"Disk {disk.Name} has {new ByteCount(seen.Status.SizeBytes)}, not {disk.SizeBytes} bytes.",
                    "Correct the workload's description.", "workload"),
                _ => new("ok", "image-readable", $"Disk {disk.Name} is served, {new ByteCount(disk.SizeBytes)}.", "",
                    "workload"),
            };
        }
    }

    private static IEnumerable<ProtectCheck> Standby(
        string site, string home, string field, long size, IReadOnlyDictionary<string, SiteReport> reports,
        IReadOnlyDictionary<string, double> certificateDays)
    {
        if (site == home)
        {
            yield return new("refused", "same-site", $"{site} is where it lives.", "Choose another site.", field);
            yield break;
        }

        foreach (var check in Site(site, field, reports, certificateDays))
        {
            yield return check;
        }

        if (!reports.TryGetValue(site, out var report))
        {
            yield break;
        }

        var free = report.Status.FreeBytes;
        yield return free < size
            ? new(
                "refused", "space", $"Site {site} has {new ByteCount(free)} free, {new ByteCount(size)} are needed.",
                "Make room, or choose another site.", field)
            : free < size * SpaceFactor
                ? new(
                    "warning", "space", $"Site {site} has {new ByteCount(free)} free: little for recovery points.",
                    "Make room soon.", field)
                : new("ok", "space", $"Site {site} has {new ByteCount(free)} free for {new ByteCount(size)}.", "",
                    field);
        yield return report.Status.WanAddress.Length == 0
            ? new("refused", "wan-address", $"Site {site} names no address for its peers.", "Set its WAN address.",
                field)
            : new("ok", "wan-address", $"Peers reach site {site} at {report.Status.WanAddress}.", "", field);
    }

    private static IEnumerable<ProtectCheck> Policy(ProtectBody body)
    {
        if (body.OnLinkLoss == OnLinkLoss.Continue)
        {
            yield return new(
                "warning", "continue", "With 'continue' a later failover cannot prove that nothing is lost.",
                "Use 'arbitrate' unless writes must go on at any price.", "onLinkLoss");
        }

        if (body is { RpoSeconds: 0, Mode: not (null or ReplicationMode.Synchronous) })
        {
            yield return new(
                "warning", "objective", "An RPO of 0 s is promised, but writes do not wait for the standby.",
                "Use the synchronous mode, or promise more.", "rpoSeconds");
        }
    }
}
