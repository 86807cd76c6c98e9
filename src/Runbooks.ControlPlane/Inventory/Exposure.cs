using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Workloads;

namespace Runbooks.ControlPlane.Inventory;

/// <summary>What would be lost if the primary died now.</summary>
/// <param name="State">proven (0), behind (known amount), unknown.</param>
/// <param name="Bytes">Null when unknown or not protected: 0 is said only when nothing would be lost.</param>
/// <param name="Seconds">Null likewise.</param>
/// <param name="Since">Since when it is behind or unknown.</param>
/// <param name="Text">The one figure, as every surface shows it.</param>
public sealed record ExposureView(string State, long? Bytes, double? Seconds, DateTimeOffset? Since, string Text);

/// <summary>Decides the one figure, pure. 0 is said only where the arbiter's row proves it.</summary>
/// <remarks>
/// The best standby counts: a failover would go there. Under <c>continue</c> the primary does not ask before it goes on
/// alone, so the row proves nothing; then only a fresh report of the primary itself says anything, and without one the
/// completeness is unknown since the last contact.
/// </remarks>
public static class Exposure
{
    /// <summary>A report older than this says nothing about now.</summary>
    public const double FreshSeconds = 10;

    public static ExposureView Of(
        ProtectionPolicy policy, ArbiterRow? row, SiteStatus? primary, double? primaryAgeSeconds, DateTimeOffset now)
    {
        if (row is null)
        {
            return new ExposureView("unknown", null, null, null, "not protected");
        }

        var standbys = row.Sites.Where(s => s != row.Primary).ToList();
        var provable = policy.Mode == ReplicationMode.Synchronous && policy.OnLinkLoss != OnLinkLoss.Continue;
        if (provable && standbys.Any(row.IsComplete))
        {
            return new ExposureView("proven", 0, 0, null, "0 — proven");
        }

        if (primary is not null && primaryAgeSeconds is { } age && age <= FreshSeconds)
        {
            return Reported(policy, row, primary, standbys, provable, now);
        }

        var since = row.AloneSince ?? (primaryAgeSeconds is { } silent ? now - TimeSpan.FromSeconds(silent) : row.DecidedAt);

        // No figure: what the primary has written since its last word is not known, and 0 would read as safe.
        return new ExposureView("unknown", null, null, since, $"unknown since {since.UtcDateTime:HH:mm:ss}");
    }

    private static ExposureView Reported(
        ProtectionPolicy policy, ArbiterRow row, SiteStatus primary, List<SiteId> standbys, bool provable,
        DateTimeOffset now)
    {
        var best = standbys
            .Select(s => primary.Volumes.Where(v => v.Protection == policy.Id)
                .Select(v => v.Links.FirstOrDefault(l => l.Peer == s)).ToList())
            .Where(links => links.Count > 0 && links.All(l => l is not null))
            .Select(links => (
                Bytes: links.Sum(l => l!.DirtyBytes),
                Seconds: links.Max(l => l!.ExposureSeconds),
                Complete: links.All(l => l!.IsComplete && l.State == LinkState.InSync)))
            .OrderBy(e => e.Complete ? 0 : 1).ThenBy(e => e.Seconds)
            .Cast<(long Bytes, double Seconds, bool Complete)?>()
            .FirstOrDefault();
        return best switch
        {
            null => new ExposureView("unknown", null, null, row.AloneSince, "unknown: no copy reports"),
            { Complete: true } when !provable => new ExposureView("behind", 0, 0, null, "0 — reported, not proven"),
            // Nothing is missing by the last report, but nobody has marked the copy complete: no time to count from.
            { Bytes: 0 } known => new ExposureView(
                "behind", 0, known.Seconds, row.AloneSince, "0 — reported, not proven"),
            { } known => new ExposureView(
                "behind", known.Bytes, known.Seconds, row.AloneSince,
                $"{new Domain.Units.ByteCount(known.Bytes)} · {known.Seconds:0} s behind"),
        };
    }
}
