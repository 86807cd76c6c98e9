using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

public sealed record RecoveryPointView(
    string Id, string Site, string? Protection, string? Workload, string Reason, DateTime At, bool Pinned, JsonNode Facts);

public sealed record AlertView(string Id, DateTime At, string Severity, string Title, string Text, string? Run);

public sealed record ConflictView(string Id, string Protection, string Site, DateTime FoundAt, string State, JsonNode Facts);

/// <summary>Recovery points that runs made, conflicts between copies, and alerts.</summary>
internal static class RecoveryPointsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/recovery-points", PointsAsync).WithTags("recovery-points")
            .Allow(Access.Read, "listRecoveryPoints", "Recovery points, newest first.");
        api.MapGet("/conflicts", ConflictsAsync).WithTags("conflicts")
            .Allow(Access.Read, "listConflicts", "Copies that diverged: the writes of a site that went on alone after it was replaced.");
        api.MapGet("/alerts", AlertsAsync).WithTags("alerts").Allow(Access.Read, "listAlerts", "What people were told, newest first.");
    }

    private static async Task<Ok<Page<RecoveryPointView>>> PointsAsync(
        Database database, Call call, string? workload, string? site, int? limit, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(
            c => c.QueryAsync<Row>(
                """
                select r.id, r.site, r.protection, r.workload, r.reason, r.at, r.pinned, r.facts::text as facts
                from control.recovery_points r left join control.workloads w on w.id = r.workload
                where r.removed_at is null and (@workload::text is null or r.workload = @workload)
                  and (@site::text is null or r.site = @site) and (@readable::text[] is null or w.grp = any(@readable))
                order by r.at desc limit @limit
                """,
                new { workload, site, readable = call.Caller.ReadableGroups()?.ToArray(), limit = Cursor.Limit(limit) }),
            cancel);
        return TypedResults.Ok(new Page<RecoveryPointView>(
            [.. rows.Select(r => new RecoveryPointView(
                r.Id, r.Site, r.Protection, r.Workload, r.Reason, r.At, r.Pinned, JsonNode.Parse(r.Facts)!))],
            null));
    }

    private static async Task<Ok<Page<ConflictView>>> ConflictsAsync(Database database, CancellationToken cancel)
    {
        // A diverged copy is kept as a recovery point of that reason: that is the conflict, until a person lets it go.
        var rows = await database.ReadAsync(
            c => c.QueryAsync<Row>(
                """
                select id, site, coalesce(protection, '') as protection, workload, reason, at, pinned, facts::text as facts
                from control.recovery_points where reason = 'diverged' and removed_at is null order by at desc
                """),
            cancel);
        return TypedResults.Ok(new Page<ConflictView>(
            [.. rows.Select(r => new ConflictView(r.Id, r.Protection ?? "", r.Site, r.At, "open", JsonNode.Parse(r.Facts)!))], null));
    }

    private static async Task<Ok<Page<AlertView>>> AlertsAsync(Database database, int? limit, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(
            c => c.QueryAsync<AlertRow>(
                "select id, at, severity, title, body, run from control.alerts order by at desc limit @limit",
                new { limit = Cursor.Limit(limit) }),
            cancel);
        return TypedResults.Ok(new Page<AlertView>(
            [.. rows.Select(a => new AlertView(a.Id, a.At, a.Severity, a.Title, a.Body, a.Run))], null));
    }

    private sealed record Row(
        string Id, string Site, string? Protection, string? Workload, string Reason, DateTime At, bool Pinned, string Facts);

    private sealed record AlertRow(string Id, DateTime At, string Severity, string Title, string Body, string? Run);
}
