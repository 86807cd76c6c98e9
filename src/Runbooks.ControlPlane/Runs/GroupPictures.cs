using System.Text.Json.Nodes;
using Dapper;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Arbitration;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;
using Runbooks.Workflows.Control;

namespace Runbooks.ControlPlane.Runs;

/// <summary>A group as a run sees it, and the facts that a plan's references name.</summary>
public sealed class GroupPictures(Database database, InventoryStore store, SiteBoard board, ArbiterDesk desk)
{
    public async Task<GroupPicture> DescribeAsync(GroupId group, CancellationToken cancel = default)
    {
        var workloads = (await store.WorkloadsAsync(group.ToString(), null, cancel)).ToDictionary(w => w.Id);
        var rows = await desk.AllAsync(cancel);
        var members = (await store.ProtectionsAsync(group.ToString(), null, cancel))
            .Where(p => workloads.ContainsKey(p.Workload))
            .OrderBy(p => p.Workload, StringComparer.Ordinal)
            .Select(p => new GroupMember(
                p.Policy, workloads[p.Workload].Metadata,
                rows.TryGetValue(p.Policy.Id, out var row) ? row.Primary : SiteId.Parse(workloads[p.Workload].Site)));
        return new GroupPicture(group, [.. members], await SitesAsync(cancel));
    }

    /// <summary>The generations a plan was made for: when one moves, the plan has changed.</summary>
    public async Task<SortedDictionary<string, long>> GenerationsAsync(GroupPicture picture, CancellationToken cancel)
    {
        var rows = await desk.AllAsync(cancel);
        return new SortedDictionary<string, long>(
            picture.Members.ToDictionary(
                m => m.Policy.Id.ToString(), m => rows.TryGetValue(m.Policy.Id, out var row) ? row.Generation.Value : 0),
            StringComparer.Ordinal);
    }

    /// <summary>What references may name, shaped like the interpreter's own facts, for plans that are only shown.</summary>
    public static JsonObject Facts(
        GroupPicture picture, IReadOnlyDictionary<string, string> inputs, string run, RunKind kind, string by, string reason)
    {
        var first = picture.Members.Count == 0 ? null : picture.Members[0];
        var (primary, home) = (first?.Primary ?? default, first?.Policy.HomeSite ?? default);
        var standby = picture.Members.SelectMany(m => m.Policy.Standbys.Append(m.Policy.HomeSite)).FirstOrDefault(s => s != primary);
        return new JsonObject
        {
            ["inputs"] = new JsonObject(inputs.Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value))),
            ["group"] = new JsonObject
            {
                ["id"] = picture.Group.ToString(), ["homeSite"] = home.ToString(), ["primarySite"] = primary.ToString(),
                ["standbySite"] = standby.ToString(),
                ["workloads"] = new JsonArray([.. picture.Members.Select(m => (JsonNode)new JsonObject
                {
                    ["id"] = m.Workload.Id.ToString(), ["title"] = m.Workload.Title, ["tier"] = m.Workload.Tier,
                    ["protection"] = m.Policy.Id.ToString(), ["primarySite"] = m.Primary.ToString(),
                    ["homeSite"] = m.Policy.HomeSite.ToString(), ["address"] = "",
                })]),
                ["sites"] = new JsonArray([.. picture.Sites.Select(s => (JsonNode)new JsonObject
                {
                    ["id"] = s.Site.ToString(), ["address"] = s.WanAddress,
                })]),
            },
            ["run"] = new JsonObject
            {
                ["id"] = run, ["kind"] = KebabCase.Of(kind), ["requestedBy"] = by, ["reason"] = reason, ["startedAt"] = "",
                ["isDrill"] = kind is RunKind.DrillIsolated or RunKind.DrillRealistic,
            },
        };
    }

    private async Task<IReadOnlyList<SitePicture>> SitesAsync(CancellationToken cancel)
    {
        var reports = await board.AllAsync(cancel);
        var sites = await database.ReadAsync(
            c => c.QueryAsync<string>("select id from control.sites where removed_at is null order by id"), cancel);
        return [.. sites.Select(s => reports.TryGetValue(s, out var report)
            ? new SitePicture(SiteId.Parse(s), report.Status.WanAddress, new DateTimeOffset(report.LastHeartbeat, TimeSpan.Zero))
            : new SitePicture(SiteId.Parse(s), "", null))];
    }
}
