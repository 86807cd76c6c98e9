using Runbooks.Domain.Ids;
using Runbooks.Domain.Status;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Drill;

/// <summary>What stands at the sites of a drill, before it and after it.</summary>
/// <remarks>
/// Only the site that the drill is at has to answer: everything the drill makes is made there. The other sites of the
/// group are looked at to prove that nothing happened to them. One that is away is named and not waited for, because a
/// group whose primary has died is exactly the one that people rehearse. A site that was not seen before is not asked
/// afterwards: there would be nothing to compare with. Sites that hold nothing of the group are not asked at all.
/// </remarks>
internal sealed class SiteStock(DrillInput input)
{
    private readonly SortedDictionary<string, SiteInventory> before = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> unseen = new(StringComparer.Ordinal);
    private IReadOnlyList<SiteId> sites = [];
    private bool asksItsOwn;

    /// <summary>Sites whose stock could not be taken before or after, each with the reason.</summary>
    public IReadOnlyList<string> Unseen => [.. unseen.Select(site => $"{site.Key}: {site.Value}")];

    /// <summary>Step 1.</summary>
    /// <returns>What was seen, in words.</returns>
    public async Task<string> TakeAsync()
    {
        asksItsOwn = Workflow.Patched(Patches.DrillAsksItsOwnSites);
        sites = [.. (asksItsOwn ? OwnSites() : input.Group.Sites.Select(s => s.Site)).Append(input.Site).Distinct()];
        foreach (var (site, stock) in await LookAsync(site => Calls.Site(site, "1"), site => Calls.Glance(site, "1")))
        {
            before[site] = stock;
        }

        sites = [.. sites.Where(s => before.ContainsKey(s.ToString()))];
        return $"{before.Sum(s => s.Value.Items.Count)} things at {before.Count} sites{Words(", without")}";
    }

    /// <summary>Step 7.</summary>
    /// <returns>What is there that was not, and what is gone.</returns>
    public async Task<IReadOnlyList<string>> CompareAsync()
    {
        var after = await LookAsync(site => Calls.Forward(site, "7"), site => Calls.Glance(site, "7").Shielded());
        return
        [
            .. after.SelectMany(site => site.Stock.DifferenceFrom(before[site.Site]).Select(d => $"{site.Site}: {d}")),
        ];
    }

    /// <summary>What could not be seen, as the rest of a sentence; empty when everything was.</summary>
    public string Words(string start) => unseen.Count == 0 ? string.Empty : $"{start} {string.Join("; ", Unseen)}";

    private IEnumerable<SiteId> OwnSites() =>
        input.Group.Members.SelectMany(m => m.Policy.Standbys.Prepend(m.Policy.HomeSite).Prepend(m.Primary));

    private async Task<IReadOnlyList<(string Site, SiteInventory Stock)>> LookAsync(
        Func<SiteId, ActivityOptions> must, Func<SiteId, ActivityOptions> may)
    {
        if (asksItsOwn)
        {
            // At once, so that several sites that are away cost the time of one.
            var seen = await Workflow.WhenAllAsync(sites.Select(
                site => site == input.Site ? TakeAsync(site, must(site)) : TryAsync(site, may(site))));
            return [.. seen.Where(s => s is not null).Select(s => s!.Value)];
        }

        var all = new List<(string, SiteInventory)>();
        foreach (var site in sites)
        {
            all.Add((await TakeAsync(site, must(site)))!.Value);
        }

        return all;
    }

    private async Task<(string Site, SiteInventory Stock)?> TryAsync(SiteId site, ActivityOptions options)
    {
        try
        {
            var seen = await TakeAsync(site, options);
            unseen.Remove(site.ToString());
            return seen;
        }
        catch (ActivityFailureException e) when (!TemporalException.IsCanceledException(e))
        {
            unseen[site.ToString()] = StepFailure.Of(e).Text;
            return null;
        }
    }

    private static async Task<(string Site, SiteInventory Stock)?> TakeAsync(SiteId site, ActivityOptions options)
    {
        var stock = await Workflow.ExecuteActivityAsync((IObserverActivities a) => a.TakeInventoryAsync(), options);
        return (site.ToString(), stock);
    }
}
