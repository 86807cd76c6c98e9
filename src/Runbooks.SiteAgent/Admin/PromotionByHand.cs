using Runbooks.BlockPath.Site;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Status;
using Runbooks.Domain.Units;

namespace Runbooks.SiteAgent.Admin;

/// <summary>
/// Promotion without a control plane: the person at the keyboard is the arbiter. A site
/// that joined one refuses it, because there the arbiter's row decides and nothing else.
/// </summary>
internal static class PromotionByHand
{
    public static ProtectionId? ProtectionOf(Site site, VolumeId volume) => Find(site, volume)?.Protection;

    public static async Task<Outcome<PromoteFacts>> PromoteAsync(Site site, VolumeId volume, bool acceptLoss)
    {
        if (Find(site, volume) is not { } status)
        {
            return SiteRefusals.UnknownVolume(volume, site.Id);
        }

        if (site.Options.Arbiter is not null)
        {
            return new Refusal(
                "RB-AGENT-104",
                "This site has joined a control plane and is not promoted by hand.",
                "The arbiter's row says who is primary; a promotion beside it would be two primaries.",
                "Start a failover run.");
        }

        if (site.WhyNotServed(volume) is { } absent)
        {
            return absent;
        }

        var all = site.Describe().Volumes.Where(v => v.Protection == status.Protection).ToList();
        var isPlanned = all.TrueForAll(v => v.Role == Role.Standby && v.Links.Any(l => l.IsComplete));
        if (status.Role != Role.Primary && !isPlanned && !acceptLoss)
        {
            return new Refusal(
                "RB-AGENT-105",
                "It is not proven that this copy has every acknowledged write.",
                "Without a control plane nobody recorded whether the primary went on alone.",
                "Make sure that the primary is down, then repeat with --accept-loss.");
        }

        var sites = status.Links.Select(l => l.Peer).Append(site.Id).Distinct()
            .OrderBy(s => s.ToString(), StringComparer.Ordinal).ToList();
        var now = DateTimeOffset.UtcNow;
        var known = site.LocalRowOf(status.Protection);
        var generation = status.Role == Role.Primary ? status.Generation : all.Max(v => v.Generation).Next;
        var row = status.Role == Role.Primary && known is not null
            ? known
            : new ArbiterRow(
                status.Protection, generation, (known?.Version ?? 0) + 1, site.Id, sites, [site.Id], now)
            {
                DecidedBy = "by hand",
                DecidedAt = now,
            };
        site.StoreLocalRow(row);
        var key = $"by-hand/{generation}";
        var sealedHere = await site.Roles.SealAsync(key, status.Protection, row);
        return sealedHere.IsOk
            ? await site.Roles.PromoteAsync(key, status.Protection, row, null)
            : sealedHere.Refusal;
    }

    public static async Task<Outcome<Nothing>> FenceAsync(Site site, VolumeId volume) =>
        Find(site, volume) is { } status
            ? await site.Roles.FenceAsync(status.Protection, status.Generation.Next)
            : SiteRefusals.UnknownVolume(volume, site.Id);

    private static VolumeStatus? Find(Site site, VolumeId volume) =>
        site.Describe().Volumes.FirstOrDefault(v => v.Volume == volume);
}
