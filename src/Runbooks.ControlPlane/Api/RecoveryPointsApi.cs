using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

public sealed record RecoveryPointView(
    string Id, string Site, string? Protection, string? Workload, string Reason, DateTime At, bool Pinned,
        JsonNode Facts);

public sealed record AlertView(string Id, DateTime At, string Severity, string Title, string Text, string? Run);

/// <summary>Recovery points that runs made, and alerts.</summary>
internal static class RecoveryPointsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/recovery-points", PointsAsync).WithTags("recovery-points")
            .Allow(Access.Read, "listRecoveryPoints", "Recovery points, newest first.");
        api.MapGet("/alerts", AlertsAsync).WithTags("alerts").Allow(
            Access.Read, "listAlerts", "What people were told, newest first.");
    }

    private static async Task<Ok<Page<RecoveryPointView>>> PointsAsync(
        Database database, Call call, string? workload, string? site, string? protection, string? reason,
            DateTime? from,
        DateTime? to, string? cursor, int? limit, CancellationToken cancel)
    {
        var (offset, count) = (Cursor.Offset(cursor), Cursor.Limit(limit));
        var rows = await database.ReadAsync(
            async c => (await c.QueryAsync<Row>(
                """
                select r.id, r.site, r.protection, r.workload, r.reason, r.at, r.pinned, r.facts::text as facts
                from control.recovery_points r left join control.workloads w on w.id = r.workload
                where r.removed_at is null and (@workload::text is null or r.workload = @workload)
                  and (@site::text is null or r.site = @site) and (@readable::text[] is null or w.grp = any(@readable))
                  and (@protection::text is null or r.protection = @protection)
                    and (@reason::text is null or r.reason = @reason)
                  and (@from::timestamptz is null or r.at >= @from) and (@to::timestamptz is null or r.at < @to)
                order by r.at desc, r.id offset @offset limit @count + 1
                """,
                new
                {
                    workload, site, protection, reason, from = from?.ToUniversalTime(), to = to?.ToUniversalTime(),
                        offset, count,
                    readable = call.Caller.ReadableGroups()?.ToArray(),
                })).AsList(),
            cancel);
        return TypedResults.Ok(Cursor.Cut(
            [.. rows.Select(r => new RecoveryPointView(
                r.Id, r.Site, r.Protection, r.Workload, r.Reason, r.At, r.Pinned, JsonNode.Parse(r.Facts)!))],
            count, _ => $"{offset + count}"));
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
        string Id, string Site, string? Protection, string? Workload, string Reason, DateTime At, bool Pinned,
            string Facts);

    private sealed record AlertRow(string Id, DateTime At, string Severity, string Title, string Body, string? Run);
}
