using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

/// <param name="Pinned">Kept: nothing expires or drops it until a person releases it.</param>
public sealed record RecoveryPointView(
    string Id, string Site, string? Protection, string? Workload, string Reason, DateTime At, bool Pinned,
        JsonNode Facts)
{
    /// <summary>Root of the digests over its volumes; absent until the point was verified once.</summary>
    public string? Digest { get; init; }

    /// <summary>How long writes waited for it; absent for one that the data path made by itself.</summary>
    public double? PauseMilliseconds { get; init; }

    /// <summary>For reason diverged: bytes that nobody else has.</summary>
    public long? DivergedBytes { get; init; }

    public string? KeptBy { get; init; }

    public string? KeptReason { get; init; }
}

/// <param name="Pinned">true keeps the point at every site that holds it; false lets it go like any other.</param>
public sealed record RecoveryPointChange(bool Pinned, string Reason);

public sealed record AlertView(string Id, DateTime At, string Severity, string Title, string Text, string? Run);

/// <summary>Recovery points that runs made, and alerts.</summary>
internal static class RecoveryPointsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/recovery-points", PointsAsync).WithTags("recovery-points")
            .Allow(Access.Read, "listRecoveryPoints", "Recovery points, newest first.");
        api.MapPatch("/recovery-points/{point}", KeepAsync).WithTags("recovery-points")
            .Allow(Access.Operate, "keepRecoveryPoint", "Keep a point, or stop keeping it, with a reason.");
        RecoveryPointRunsApi.Map(api);
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
                select r.id, r.site, r.protection, r.workload, r.reason, r.at, r.pinned, r.facts::text as facts,
                  r.kept_by, r.kept_reason
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
            [.. rows.Select(View)], count, _ => $"{offset + count}"));
    }

    private static async Task<NoContent> KeepAsync(
        string point, RecoveryPointChange body, Call call, ChangeWriter changes, bool dryRun = false,
        CancellationToken cancel = default)
    {
        if (body.Reason.Trim().Length < 3)
        {
            throw ApiRefusals.Field("reason", "It is missing.", "Say why; it is recorded.");
        }

        await changes.CommitAsync(
            async change =>
            {
                var found = await change.Connection.QueryFirstOrDefaultAsync<Found>(
                    """
                    select p.reason, p.workload, w.grp from control.recovery_points p
                    left join control.workloads w on w.id = p.workload where p.id = @point and p.removed_at is null
                    """,
                    new { point }, change.Transaction) ?? throw ApiRefusals.NotFound("recovery point", point);
                call.RequireScope(null, found.Grp, $"group {found.Grp}");
                if (found.Reason == "drill")
                {
                    throw ApiRefusals.Refuse(
                        ApiRefusalCodes.InUse, $"Recovery point {point} belongs to a drill.",
                        "The drill removes it at its end and proves that nothing is left.",
                        "Take a point of your own: runbooks point take.");
                }

                await change.Connection.ExecuteAsync(
                    """
                    update control.recovery_points set pinned = @Pinned,
                      kept_by = case when @Pinned then @by end, kept_reason = case when @Pinned then @Reason end
                    where id = @point and removed_at is null
                    """,
                    new { point, body.Pinned, body.Reason, by = call.Caller.Name }, change.Transaction);
                var kind = body.Pinned ? "recovery-point.kept" : "recovery-point.released";
                change.Record(call.Audit(kind, "recovery-point", point) with
                {
                    Group = found.Grp, Reason = body.Reason, Data = new() { ["workload"] = found.Workload },
                });
                change.Tell(new EventEntry(kind, point) { Group = found.Grp });
            },
            dryRun, cancel);
        return TypedResults.NoContent();
    }

    private static RecoveryPointView View(Row r)
    {
        var facts = JsonNode.Parse(r.Facts)!;
        return new RecoveryPointView(r.Id, r.Site, r.Protection, r.Workload, r.Reason, r.At, r.Pinned, facts)
        {
            Digest = Fact<string>(facts, "Digest") is { Length: > 0 } digest ? digest : null,
            PauseMilliseconds = Fact<double?>(facts, "PauseMilliseconds"),
            DivergedBytes = Fact<long?>(facts, "DivergedBytes"), KeptBy = r.Kept_By, KeptReason = r.Kept_Reason,
        };
    }

    private static T? Fact<T>(JsonNode facts, string name) =>
        facts[name] is JsonValue value && value.TryGetValue<T>(out var fact) ? fact : default;

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
            string Facts, string? Kept_By, string? Kept_Reason);

    private sealed record Found(string Reason, string? Workload, string? Grp);

    private sealed record AlertRow(string Id, DateTime At, string Severity, string Title, string Body, string? Run);
}
