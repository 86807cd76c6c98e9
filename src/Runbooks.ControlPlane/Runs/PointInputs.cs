using Dapper;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Storage;
using Runbooks.Definitions.Documents;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Workflows.Control;

namespace Runbooks.ControlPlane.Runs;

/// <summary>Recovery points that a start names: they must be kept where the run would take them from.</summary>
/// <remarks>
/// The procedures verify a point's digests before their point of no return, so a wrong name does no harm there. It is
/// refused here all the same: an operator at the console should not wait for an approval to learn of a slip.
/// </remarks>
public sealed class PointInputs(Database database)
{
    private const string Latest = "latest";

    public async Task RequireAsync(
        RunbookDocument document, IReadOnlyDictionary<string, string> inputs, GroupPicture picture,
        CancellationToken cancel)
    {
        foreach (var name in document.Spec.Inputs.Where(i => i.Type == "recoveryPoint").Select(i => i.Name))
        {
            if (inputs.TryGetValue(name, out var point) && point != Latest)
            {
                await RequireAsync($"inputs.{name}", point, SiteOf(document, inputs, picture), picture, cancel);
            }
        }
    }

    private async Task RequireAsync(
        string field, string point, string? site, GroupPicture picture, CancellationToken cancel)
    {
        var copies = await database.ReadAsync(
            async c => (await c.QueryAsync<(string Site, string Workload)>(
                """
                select p.site, p.workload from control.recovery_points p join control.workloads w on w.id = p.workload
                left join control.runs r on r.id = p.dropping
                where p.id = @point and p.removed_at is null and (p.dropping is null or r.ended_at is not null)
                  and w.grp = @group order by p.site
                """,
                new { point, group = picture.Group.ToString() })).AsList(),
            cancel);
        if (copies.Count == 0)
        {
            throw ApiRefusals.Field(
                field, $"Group {picture.Group} keeps no recovery point {point}.",
                $"Choose one of: runbooks point list, or {Latest}.");
        }

        if (site is not null && copies.All(c => c.Site != site))
        {
            throw ApiRefusals.Field(
                field, $"{point} is kept at {string.Join(", ", copies.Select(c => c.Site))}, not at {site}.",
                $"Choose a point that {site} keeps.");
        }

        // One point is one workload's instant: the others of the group would have to be of another one.
        if (picture.Members.Count > 1)
        {
            throw ApiRefusals.Field(
                field, $"{point} is of {copies[0].Workload} alone; the group has {picture.Members.Count} workloads.",
                $"Take {Latest}, or put the workload into a group of its own.");
        }
    }

    private static string? SiteOf(
        RunbookDocument document, IReadOnlyDictionary<string, string> inputs, GroupPicture picture)
    {
        if (document.Spec.For != RunKind.DrillIsolated)
        {
            return inputs.GetValueOrDefault("to");
        }

        return picture.Members is [var only]
            ? only.Policy.Standbys.Append(only.Policy.HomeSite).Where(s => s != only.Primary)
                .Select(s => s.ToString()).FirstOrDefault()
            : null;
    }
}
