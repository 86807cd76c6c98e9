using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Definitions.Layout;

namespace Runbooks.ControlPlane.Api;

/// <param name="Document">Only in the answer for one revision.</param>
public sealed record RunbookRevisionView(
    string Name, long Revision, string Hash, string Author, DateTime At, string? Document);

/// <summary>A draft's autosaved revisions, and where its steps are drawn.</summary>
internal static class RunbookDraftsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var book = api.MapGroup("/runbooks/{name}").WithTags("runbooks");
        book.MapGet("/revisions", ListAsync)
            .Allow(Access.Read, "listRunbookRevisions", "Saved states of the draft, newest first.");
        book.MapGet("/revisions/{revision:long}", GetAsync)
            .Allow(Access.Read, "getRunbookRevision", "One saved state with its text.");
        book.MapGet("/layout", LayoutAsync).Allow(
            Access.Read, "getRunbookLayout", "Where the steps are drawn: of the draft, or of a version.");
        book.MapPut("/layout", SaveLayoutAsync)
            .Allow(Access.Author, "saveRunbookLayout", "Keep where the draft's steps are drawn; not part of the hash.");
    }

    private static async Task<Ok<Page<RunbookRevisionView>>> ListAsync(
        string name, Database database, string? cursor, int? limit, CancellationToken cancel)
    {
        var (offset, count) = (Cursor.Offset(cursor), Cursor.Limit(limit));
        var rows = await database.ReadAsync(
            async c => (await c.QueryAsync<RunbookRevisionView>(
                """
                select name, revision, hash, author, at, null as document from control.runbook_revisions
                where name = @name order by revision desc offset @offset limit @count + 1
                """,
                new { name, offset, count })).AsList(),
            cancel);
        return TypedResults.Ok(Cursor.Cut(rows, count, _ => $"{offset + count}"));
    }

    private static async Task<Ok<RunbookRevisionView>> GetAsync(
        string name, long revision, Database database, CancellationToken cancel) =>
        TypedResults.Ok(await database.ReadAsync(
            c => c.QuerySingleOrDefaultAsync<RunbookRevisionView>(
                """
                select name, revision, hash, author, at, document from control.runbook_revisions
                where name = @name and revision = @revision
                """,
                new { name, revision }),
            cancel) ?? throw ApiRefusals.NotFound("revision", $"{revision} of runbook {name}"));

    private static async Task<Ok<RunbookLayout>> LayoutAsync(
        string name, Database database, HttpContext context, int version = 0, CancellationToken cancel = default)
    {
        var (layout, tag) = await ReadAsync(database, name, version, cancel);
        ETags.Set(context, tag);
        return TypedResults.Ok(layout);
    }

    /// <summary>The stored layout, or an empty one under tag 0.</summary>
    public static Task<(RunbookLayout Layout, long Tag)> ReadAsync(
        Database database, string name, int number, CancellationToken cancel) => database.ReadAsync(
        async c => await c.QuerySingleOrDefaultAsync<Row>(
            """
            select layout::text as layout, version from control.runbook_layouts where name = @name and number = @number
            """,
            new { name, number }) is { } row
            ? (ApiJson.Read<RunbookLayout>(row.Layout), row.Version)
            : (RunbookLayout.Empty, 0L),
        cancel);

    private static async Task<NoContent> SaveLayoutAsync(
        string name, RunbookLayout body, ChangeWriter changes, HttpContext context, bool dryRun = false,
        CancellationToken cancel = default)
    {
        if (body.Objection() is { } objection)
        {
            throw ApiRefusals.Field("steps", objection, "Let the designer lay the steps out again.");
        }

        await changes.CommitAsync(
            async change =>
            {
                var current = await change.Connection.ExecuteScalarAsync<long?>(
                    """
                    select coalesce(l.version, 0) from control.runbooks r
                    left join control.runbook_layouts l on l.name = r.name and l.number = 0
                    where r.name = @name for update of r
                    """,
                    new { name }, change.Transaction) ?? throw ApiRefusals.NotFound("runbook", name);
                ETags.Require(context, "layout of", name, current);
                await change.Connection.ExecuteAsync(
                    """
                    insert into control.runbook_layouts as l (name, number, layout) values (@name, 0, @layout::jsonb)
                    on conflict (name, number) do update set layout = excluded.layout, version = l.version + 1,
                      updated_at = clock_timestamp()
                    """,
                    new { name, layout = ApiJson.Write(body) }, change.Transaction);
                ETags.Set(context, current + 1);
            },
            dryRun, cancel);
        return TypedResults.NoContent();
    }

    private sealed record Row(string Layout, long Version);
}
