namespace Runbooks.Domain.Status;

/// <summary>
/// Everything on a site that a run could leave behind. Two inventories are compared to prove zero residue.
/// </summary>
/// <param name="Items">Sorted by kind and name.</param>
public sealed record SiteInventory(IReadOnlyList<InventoryItem> Items)
{
    /// <summary>
    /// Items of this inventory that <paramref name="before"/> did not have, and items it had that are gone.
    /// </summary>
    public IReadOnlyList<string> DifferenceFrom(SiteInventory before)
    {
        ArgumentNullException.ThrowIfNull(before);
        var left = Items.Except(before.Items).Select(i => $"+ {i.Kind} {i.Name}");
        var gone = before.Items.Except(Items).Select(i => $"- {i.Kind} {i.Name}");
        return [.. left.Concat(gone)];
    }
}

/// <summary>One thing on a site.</summary>
/// <param name="Kind"><c>volume</c>, <c>clone</c>, <c>export</c>, <c>machine</c>, <c>network</c>,
/// <c>recovery-point</c>, <c>schedule</c>.</param>
/// <param name="Name">Its name or id.</param>
public sealed record InventoryItem(string Kind, string Name);
