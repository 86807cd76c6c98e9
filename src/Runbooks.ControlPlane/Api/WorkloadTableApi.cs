using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

/// <summary>A workload as one row of a table: without its volumes' reports, which a page of its own has.</summary>
public sealed record WorkloadRowView(
    string Id, string Title, string Group, string Site, IReadOnlyList<string> Standbys, string Tier, string State,
    ExposureView Exposure, long SizeBytes, int Disks, string? Protection, string? Run);

/// <summary>The table of workloads: filtered, sorted, counted.</summary>
internal static class WorkloadTableApi
{
    private static readonly Dictionary<string, Func<WorkloadRowView, IComparable>> Columns = new()
    {
        ["id"] = w => w.Id, ["title"] = w => w.Title, ["group"] = w => w.Group, ["site"] = w => w.Site,
        ["tier"] = w => w.Tier, ["size"] = w => w.SizeBytes,
        ["state"] = w => Array.IndexOf(WorkloadStates.WorstFirst, w.State),
        ["exposure"] = w => w.Exposure.State == "unknown" ? -1 : -(w.Exposure.Seconds ?? 0),
    };

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/workload-table", ListAsync).WithTags("workloads")
        .Allow(Access.Read, "searchWorkloads",
            "Workloads filtered, sorted by any column and counted, without volume reports.");

    private static async Task<Ok<Page<WorkloadRowView>>> ListAsync(
        InventoryViews views, Call call, string? group, string? site, string? state, string? tier, string? q,
            string? sort,
        string? order, string? cursor, int? limit, CancellationToken cancel)
    {
        if (!Columns.TryGetValue(sort ?? "state", out var column))
        {
            throw ApiRefusals.Field(
                "sort", $"'{sort}' is not a column.", $"Use one of: {string.Join(", ", Columns.Keys)}.");
        }

        var (ascending, offset, count) = (
            Orders.IsAscending(order, unlessSaid: true), Cursor.Offset(cursor), Cursor.Limit(limit));
        var words = q?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var all = (await views.WorkloadsAsync(group, call.Caller.ReadableGroups(), cancel)).Select(Row)
            .Where(w => (state is null || w.State == state) && (tier is null || w.Tier == tier)
                && (site is null || w.Site == site || w.Standbys.Contains(site))
                && words.All(word => TextOf(w).Contains(word, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        var sorted = ascending ? all.OrderBy(column) : all.OrderByDescending(column);
        var page = sorted.ThenBy(w => w.Id, StringComparer.Ordinal).Skip((int)Math.Min(offset, int.MaxValue)).Take(
            count).ToList();
        return TypedResults.Ok(Cursor.OfOffset(page, offset, all.Count));
    }

    private static string TextOf(WorkloadRowView w) =>
        $"{w.Id} {w.Title} {w.Group} {w.Tier} {w.Site} {string.Join(' ', w.Standbys)}";

    private static WorkloadRowView Row(WorkloadView w) => new(
        w.Id, w.Title, w.Group, w.Site, [.. w.Protection?.Policy.Standbys.Select(s => s.ToString()) ?? []], w.Tier,
            w.State,
        w.Exposure, w.Metadata.Disks.Sum(d => d.SizeBytes), w.Metadata.Disks.Count, w.Protection?.Id,
            w.Protection?.Run);
}
