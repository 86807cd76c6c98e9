using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Arbitration;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Ids;

namespace Runbooks.ControlPlane.Api;

/// <summary>One of the two histories of a conflict.</summary>
/// <param name="Which">current (what the group serves) or kept (what the returned site had written alone).</param>
/// <param name="Generation">Of the current history; absent for a kept one, which may be older than the last change.</param>
/// <param name="Bytes">Writes that the other history does not have; absent when nobody counted them.</param>
/// <param name="RecoveryPoint">Where they are kept.</param>
public sealed record ConflictHistory(
    string Which, string Site, long? Generation, DateTimeOffset? Since, DateTimeOffset? Until, long? Bytes,
    string? RecoveryPoint, string Text)
{
    /// <summary>Where those writes are, the first ranges; regions of 64 KiB where blocks were not counted.</summary>
    public IReadOnlyList<ConflictRange> Ranges { get; init; } = [];

    /// <summary>How many ranges there are in all; absent when nobody counted them.</summary>
    public int? RangeCount { get; init; }
}

public sealed record ConflictRange(string Volume, long Offset, long Length);

/// <param name="Id">The recovery point that keeps the diverged writes.</param>
/// <param name="State">open, or released once somebody chose.</param>
public sealed record ConflictView(
    string Id, string Protection, string? Workload, string? Group, string Site, DateTime FoundAt, string State,
    string? Winner, string? DecidedBy, string? Reason, DateTime? DecidedAt, ConflictHistory Current,
        ConflictHistory Kept,
    JsonNode Facts);

/// <param name="Winner">current lets the diverged writes go; kept goes on with them, by a failover to their
/// point.</param>
public sealed record ConflictBody(string Winner, string Reason);

/// <param name="Run">For kept: the start that brings it about, to be asked for like any failover.</param>
public sealed record ConflictDecisionView(ConflictView Conflict, RunBody? Run, string Next);

/// <summary>Copies that diverged: a site went on alone, was replaced, and came back with writes of its own.</summary>
/// <remarks>
/// The arbiter's history is what the group serves, and stays so until a failover
/// says otherwise: choosing the kept history therefore never copies anything behind
/// people's backs. It names the failover that does, which passes its own approvals.
/// </remarks>
internal static class ConflictsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var conflicts = api.MapGroup("/conflicts").WithTags("conflicts");
        conflicts.MapGet("", ListAsync).Allow(
            Access.Read, "listConflicts", "Copies that diverged, as two histories; state=open for those undecided.");
        conflicts.MapPost("/{conflict}/decision", DecideAsync)
            .Allow(Access.Operate, "decideConflict", "Choose the history that wins, with a reason.");
    }

    private static async Task<Ok<Page<ConflictView>>> ListAsync(
        Database database, ArbiterDesk desk, SiteBoard board, Call call, string? state, CancellationToken cancel)
    {
        var found = await ReadAsync(database, desk, board, null, call.Caller.ReadableGroups(), cancel);
        return TypedResults.Ok(new Page<ConflictView>([.. found.Where(c => state is null || c.State == state)], null));
    }

    private static async Task<Ok<ConflictDecisionView>> DecideAsync(
        string conflict, ConflictBody body, Call call, Database database, ArbiterDesk desk, SiteBoard board,
        ChangeWriter changes, bool dryRun = false, CancellationToken cancel = default)
    {
        if (body.Winner is not ("current" or "kept"))
        {
            throw ApiRefusals.Field("winner", $"'{body.Winner}' is not current or kept.", "Say which history wins.");
        }

        if (body.Reason.Trim().Length < 3)
        {
            throw ApiRefusals.Field("reason", "It is missing.", "Say why; it is recorded.");
        }

        var view = await ReadAsync(
            database, desk, board, conflict, call.Caller.ReadableGroups(), cancel) is [var first, ..]
            ? first
            : throw ApiRefusals.NotFound("conflict", conflict);
        call.RequireScope(null, view.Group, $"group {view.Group}");
        if (view.State != "open")
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.AlreadyDecided, "The conflict is decided.", $"{view.DecidedBy} chose {view.Winner}.",
                "Look at it again.");
        }

        await changes.CommitAsync(
            async change =>
            {
                await change.Connection.ExecuteAsync(
                    """
                    insert into control.conflicts (id, protection, site, found_at, facts, state, closed_at, closed_by,
                      reason, winner)
                    values (@Id, @Protection, @Site, @FoundAt, @facts::jsonb, 'released', clock_timestamp(), @by,
                      @Reason, @Winner)
                    on conflict (id) do nothing
                    """,
                    new
                    {
                        view.Id, view.Protection, view.Site, view.FoundAt, facts = view.Facts.ToJsonString(),
                        by = call.Caller.Name, body.Reason, body.Winner,
                    },
                    change.Transaction);
                change.Record(call.Audit("conflict.decided", "protection", view.Protection) with
                {
                    Group = view.Group, Site = view.Site, Reason = body.Reason,
                    Data = new() { ["winner"] = body.Winner, ["recoveryPoint"] = view.Id, ["bytes"] = view.Kept.Bytes },
                });
                change.Tell(new EventEntry("conflict.decided", view.Id) { Group = view.Group, Site = view.Site });
            },
            dryRun, cancel);
        var decided = dryRun
            ? view
            : (await ReadAsync(database, desk, board, conflict, null, cancel))[0];
        return TypedResults.Ok(body.Winner == "current"
            ? new ConflictDecisionView(
                decided, null, "The diverged writes stay readable until their recovery point is dropped.")
            : new ConflictDecisionView(
                decided, new RunBody(
                    "failover-unplanned", $"conflict {view.Id}: {body.Reason}", null, view.Group,
                    new Dictionary<string, string> { ["to"] = view.Site, ["point"] = view.Id }),
                "Start the failover named here; what was written since then in the current history is lost by it."));
    }

    private static async Task<IReadOnlyList<ConflictView>> ReadAsync(
        Database database, ArbiterDesk desk, SiteBoard board, string? id, IReadOnlyList<string>? readable,
        CancellationToken cancel)
    {
        var rows = await database.ReadAsync(
            async c => (await c.QueryAsync<Row>(
                """
                select p.id, p.site, coalesce(p.protection, '') as protection, p.workload, w.grp, p.at,
                  p.facts::text as facts, coalesce(c.state, 'open') as state, c.winner, c.closed_by, c.reason,
                    c.closed_at
                from control.recovery_points p left join control.workloads w on w.id = p.workload
                left join control.conflicts c on c.id = p.id
                where p.reason = 'diverged' and p.removed_at is null and (@id::text is null or p.id = @id)
                  and (@readable::text[] is null or w.grp = any(@readable)) order by p.at desc
                """,
                new { id, readable = readable?.ToArray() })).AsList(),
            cancel);
        var (arbiter, reports) = (await desk.AllAsync(cancel), await board.AllAsync(cancel));
        return [.. rows.Select(r =>
        {
            var now = ProtectionId.TryParse(r.Protection, out var protection) ? arbiter.GetValueOrDefault(protection)
                : null;
            return View(r, now, Behind(r, now, reports));
        })];
    }

    /// <summary>
    /// What the returned site lacks of the current history, as the primary counts it now; null when it says nothing.
    /// </summary>
    private static long? Behind(
        Row row, Domain.Arbiter.ArbiterRow? now, IReadOnlyDictionary<string, SiteReport> reports)
    {
        var links = now is not null && reports.TryGetValue(now.Primary.ToString(), out var report)
            ? report.Status.Volumes.Where(v => v.Protection == now.Protection).SelectMany(v => v.Links)
                .Where(l => l.Peer.ToString() == row.Site).ToList()
            : [];
        return links.Count == 0 ? null : links.Sum(l => l.DirtyBytes);
    }

    private static ConflictView View(Row r, Domain.Arbiter.ArbiterRow? now, long? behind)
    {
        var facts = JsonNode.Parse(r.Facts)!;
        var bytes = facts["DivergedBytes"] is JsonValue v && v.TryGetValue<long>(out var b) ? b : (long?)null;
        var size = bytes is { } known ? $"{new Domain.Units.ByteCount(known)} of writes" : "writes";
        var missing = behind is { } more ? $"; {r.Site} lacks {new Domain.Units.ByteCount(more)} of it" : "";
        return new ConflictView(
            r.Id, r.Protection, r.Workload, r.Grp, r.Site, r.At, r.State, r.Winner, r.Closed_By, r.Reason, r.Closed_At,
            new ConflictHistory(
                "current", now?.Primary.ToString() ?? "", now?.Generation.Value, null, null, behind, null,
                now is null ? "The protection has ended."
                    : $"Site {now.Primary} serves generation {now.Generation}{missing}."),
            new ConflictHistory(
                "kept", r.Site, null, null, r.At, bytes, r.Id,
                $"Site {r.Site} had {size} that nobody else has; they are kept as {r.Id}.")
            {
                Ranges = Ranges(facts), RangeCount = (int?)facts["RangeCount"],
            },
            facts);
    }

    private static IReadOnlyList<ConflictRange> Ranges(JsonNode facts) =>
        facts["Ranges"] is JsonArray ranges
            ? [.. ranges.OfType<JsonObject>().Select(r => new ConflictRange(
                (string)r["Volume"]!, (long)r["Offset"]!, (long)r["Length"]!))]
            : [];

    private sealed record Row(
        string Id, string Site, string Protection, string? Workload, string? Grp, DateTime At, string Facts,
            string State,
        string? Winner, string? Closed_By, string? Reason, DateTime? Closed_At);
}
