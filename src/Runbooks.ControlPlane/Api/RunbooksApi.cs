using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Runs;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Definitions;
using Runbooks.Definitions.Diff;
using Runbooks.Definitions.Kinds;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Text;

namespace Runbooks.ControlPlane.Api;

/// <param name="Document">The whole document as text: YAML or JSON.</param>
public sealed record RunbookBody(string Document);

public sealed record RunbookView(
    string Name, string Title, string Owner, string? For, string? Group, int? PublishedVersion, string? PublishedHash,
    bool DraftDiffers, bool DraftValid, string Author, DateTime UpdatedAt)
{
    /// <summary>The draft's text; only in the answer for one runbook.</summary>
    public string? Document { get; init; }

    public IReadOnlyList<DocumentProblem>? Problems { get; init; }
}

public sealed record RunbookVersionView(
    string Name, int Number, string Hash, string PublishedBy, DateTime PublishedAt, string? Document);

public sealed record ValidationView(bool Valid, string Hash, IReadOnlyList<DocumentProblem> Problems, JsonNode? Model);

/// <param name="Items">Every changed place by path, for programs that know only this.</param>
/// <param name="Steps">Steps added, removed, moved or changed, with their fields: for the graph.</param>
/// <param name="Settings">Fields outside the steps.</param>
/// <param name="Text">The same, one line each.</param>
public sealed record RunbookDiffView(
    bool Same, IReadOnlyList<DiffItem> Items, IReadOnlyList<StepDifference> Steps,
        IReadOnlyList<FieldDifference> Settings,
    string Text);

public sealed record DiffBody(string? Document, int? From, int? To);

public sealed record StepKindView(
    string Name, int Version, string Category, string Title, string Description, bool Acts, bool Reversible, string Place,
    double TimeoutSeconds, string CheckMode, string RequiredRole, JsonObject With, JsonObject Outputs);

/// <summary>Runbook documents: drafts, published versions, validation, differences, and the step library.</summary>
internal static class RunbooksApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var books = api.MapGroup("/runbooks").WithTags("runbooks");
        books.MapGet("", ListAsync).Allow(Access.Read, "listRunbooks", "Every runbook.");
        books.MapPost("/validate", Validate).WithMetadata(DocumentSize.Limit).Allow(
            Access.Read, "validateRunbook", "Problems of a document, each at its place.");
        books.MapGet("/{name}", GetAsync).Allow(Access.Read, "getRunbook", "The draft and its problems.");
        books.MapPut("/{name}", SaveAsync).WithMetadata(DocumentSize.Limit).Produces<Problem>(
            412, "application/problem+json")
            .Allow(
                Access.Author, "saveRunbook",
                "Save a draft as a revision; it may have problems. 412 carries the current text in details.");
        books.MapDelete("/{name}", ArchiveAsync).Allow(Access.Author, "archiveRunbook", "Archive a runbook nothing refers to.");
        books.MapPost("/{name}/publish", PublishAsync).Allow(Access.Author, "publishRunbook", "Make the draft the next version.");
        books.MapGet("/{name}/versions", VersionsAsync).Allow(Access.Read, "listRunbookVersions", "Published versions, newest first.");
        books.MapGet("/{name}/versions/{number:int}", VersionAsync).Allow(Access.Read, "getRunbookVersion", "One published version.");
        books.MapPost("/{name}/diff", DiffAsync).WithMetadata(DocumentSize.Limit).Allow(
            Access.Read, "diffRunbook", "What differs between versions, by meaning: for the graph and as text.");
        api.MapGet("/step-kinds", Kinds).WithTags("step-kinds").Allow(Access.Read, "listStepKinds", "The step library with JSON Schemas.");
    }

    private static async Task<Ok<Page<RunbookView>>> ListAsync(Database database, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(
            async c => (await c.QueryAsync<Row>($"{Select} where r.archived_at is null order by r.name")).AsList(), cancel);
        return TypedResults.Ok(new Page<RunbookView>([.. rows.Select(r => View(r, withText: false))], null));
    }

    private static async Task<Ok<RunbookView>> GetAsync(
        string name, Database database, HttpContext context, CancellationToken cancel)
    {
        var row = await FindAsync(database, name, cancel);
        ETags.Set(context, row.Version);
        return TypedResults.Ok(View(row, withText: true));
    }

    private static Ok<ValidationView> Validate(RunbookBody body)
    {
        var parsed = RunbookParser.Parse(body.Document);
        return TypedResults.Ok(new ValidationView(
            parsed.IsValid, parsed.Hash, parsed.Problems,
            parsed.CanonicalText.Length == 0 ? null : JsonNode.Parse(parsed.CanonicalText)));
    }

    private static async Task<Ok<RunbookView>> SaveAsync(
        string name, RunbookBody body, Call call, ChangeWriter changes, Database database, HttpContext context,
        bool autosave = false, bool dryRun = false, CancellationToken cancel = default)
    {
        if (!RunbookName.TryParse(name, out _))
        {
            throw ApiRefusals.Field("name", $"'{name}' is not {RunbookName.Shape}.", "Choose a short name.");
        }

        DocumentSize.Require(body.Document);

        var parsed = RunbookParser.Parse(body.Document);
        if (parsed.Document is { } document && !document.Metadata.Name.IsNone && document.Metadata.Name.ToString() != name)
        {
            throw ApiRefusals.Field(
                "document", $"Its metadata.name is {document.Metadata.Name}, the address says {name}.", "Use one name.");
        }

        var version = await changes.CommitAsync(
            change => RunbookDrafts.SaveAsync(change, call, name, body.Document, parsed.Hash, autosave, context),
                dryRun, cancel);
        ETags.Set(context, version);
        return TypedResults.Ok(dryRun
            ? new RunbookView(name, "", "", null, null, null, null, true, parsed.IsValid, call.Caller.Name,
                DateTime.UtcNow)
            {
                Problems = parsed.Problems,
            }
            : View(await FindAsync(database, name, cancel), withText: true));
    }

    private static async Task<NoContent> ArchiveAsync(
        string name, Call call, ChangeWriter changes, Database database, bool dryRun = false, CancellationToken cancel = default)
    {
        await FindAsync(database, name, cancel);
        await changes.CommitAsync(
            async change =>
            {
                if (await change.Connection.ExecuteScalarAsync<string?>(
                    """
                    select 'run ' || id from control.runs where runbook = @name and ended_at is null
                    union all select 'schedule ' || id from control.schedules where runbook = @name and removed_at is null limit 1
                    """,
                    new { name }, change.Transaction) is { } user)
                {
                    throw ApiRefusals.InUse("runbook", name, user);
                }

                // A save that still names the version before must not bring it back.
                await change.Connection.ExecuteAsync(
                    """
                    update control.runbooks set archived_at = clock_timestamp(), version = version + 1
                    where name = @name
                    """,
                    new { name },
                    change.Transaction);
                change.Record(call.Audit("runbook.archived", "runbook", name));
                change.Tell(new EventEntry("runbook.archived", name));
            },
            dryRun, cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Created<RunbookVersionView>> PublishAsync(
        string name, Call call, ChangeWriter changes, Database database, HttpContext context, bool dryRun = false,
        CancellationToken cancel = default)
    {
        var row = await FindAsync(database, name, cancel);
        ETags.Require(context, "runbook", name, row.Version);
        var parsed = RunbookParser.Parse(row.Draft);
        if (!parsed.IsValid)
        {
            throw Invalid(parsed);
        }

        var published = await changes.CommitAsync(
            async change =>
            {
                var made = await change.Connection.QuerySingleAsync<(int Number, DateTime At, string By)>(
                    """
                    insert into control.runbook_versions (name, number, hash, document, canonical, published_by)
                    values (@name, (select coalesce(max(number), 0) + 1 from control.runbook_versions where name = @name),
                            @Hash, @Draft, @CanonicalText, @by)
                    on conflict (name, hash) do update set hash = excluded.hash
                    returning number, published_at, published_by
                    """,
                    new { name, parsed.Hash, row.Draft, parsed.CanonicalText, by = call.Caller.Name }, change.Transaction);
                await RunbookDrafts.PinLayoutAsync(change, name, made.Number);
                change.Record(call.Audit("runbook.published", "runbook", name) with
                {
                    Data = new() { ["version"] = made.Number, ["hash"] = parsed.Hash },
                });
                change.Tell(new EventEntry("runbook.published", name) { Data = new() { ["version"] = made.Number } });
                return made;
            },
            dryRun, cancel);
        return TypedResults.Created(
            $"/api/v1/runbooks/{name}/versions/{published.Number}",
            new RunbookVersionView(name, published.Number, parsed.Hash, published.By, published.At, null));
    }

    private static async Task<Ok<Page<RunbookVersionView>>> VersionsAsync(
        string name, Database database, CancellationToken cancel)
    {
        await FindAsync(database, name, cancel);
        var rows = await database.ReadAsync(
            c => c.QueryAsync<VersionRow>(
                """
                select number, hash, published_by, published_at, null as document from control.runbook_versions
                where name = @name order by number desc
                """,
                new { name }),
            cancel);
        return TypedResults.Ok(new Page<RunbookVersionView>([.. rows.Select(r => r.View(name))], null));
    }

    private static async Task<Ok<RunbookVersionView>> VersionAsync(
        string name, int number, Database database, CancellationToken cancel) =>
        TypedResults.Ok((await VersionRowAsync(database, name, number, cancel)).View(name));

    private static async Task<Ok<RunbookDiffView>> DiffAsync(
        string name, DiffBody body, Database database, CancellationToken cancel)
    {
        var row = await FindAsync(database, name, cancel);
        var newest = row.Number ?? throw ApiRefusals.NotFound("published version of runbook", name);
        var before = (await VersionRowAsync(database, name, body.From ?? newest, cancel)).Document!;
        var after = body.Document
            ?? (body.To is { } to ? (await VersionRowAsync(database, name, to, cancel)).Document! : row.Draft);
        var (left, right) = (Canonical(before), Canonical(after));
        var difference = SemanticDiff.Of(left, right);
        return TypedResults.Ok(new RunbookDiffView(
            difference.Same, RunbookDiff.Of(left, right).Items, difference.Steps, difference.Settings,
                difference.Text));
    }

    private static Ok<Page<StepKindView>> Kinds() => TypedResults.Ok(new Page<StepKindView>(
        [.. StepLibrary.All.Select(k => new StepKindView(
            k.Name, k.Version, k.Category, k.Title, k.Description, k.Acts, k.Reversible, KebabCase.Of(k.Place),
            k.Timeout.TotalSeconds, k.CheckMode, KebabCase.Of(k.RequiredRole), k.WithSchema, k.OutputsSchema))],
        null));

    public static JsonNode Canonical(string document)
    {
        var parsed = RunbookParser.Parse(document);
        return parsed.CanonicalText.Length > 0 ? JsonNode.Parse(parsed.CanonicalText)! : throw Invalid(parsed);
    }

    public static Domain.Errors.RefusalException Invalid(ParsedRunbook parsed)
    {
        var first = parsed.Problems[0];
        return new Domain.Errors.RefusalException(new Domain.Errors.Refusal(
            ApiRefusalCodes.DocumentInvalid, $"The runbook has {parsed.Problems.Count} problem(s).",
            $"{first.Line}:{first.Column} {first.Message}", first.Correction)
        {
            Field = first.Path,
            Details = parsed.Problems.Take(50).Select((p, i) => (p, i)).ToDictionary(p => $"{p.i + 1}", p => p.p.ToString()),
        });
    }

    /// <summary>The text of a version, or of the draft when none is named.</summary>
    public static async Task<(string Text, int Number)> TextAsync(
        Database database, string name, int? version, CancellationToken cancel) => version is { } number
        ? ((await VersionRowAsync(database, name, number, cancel)).Document!, number)
        : ((await FindAsync(database, name, cancel)).Draft, 0);

    private static async Task<VersionRow> VersionRowAsync(
        Database database, string name, int number, CancellationToken cancel) => await database.ReadAsync(
        c => c.QuerySingleOrDefaultAsync<VersionRow>(
            "select number, hash, published_by, published_at, document from control.runbook_versions where name = @name and number = @number",
            new { name, number }),
        cancel) ?? throw ApiRefusals.NotFound("version", $"{number} of runbook {name}");

    private static async Task<Row> FindAsync(Database database, string name, CancellationToken cancel) => await database.ReadAsync(
        c => c.QuerySingleOrDefaultAsync<Row>($"{Select} where r.name = @name and r.archived_at is null", new { name }),
        cancel) ?? throw ApiRefusals.NotFound("runbook", name);

    private const string Select =
        """
        select r.name, r.draft, r.draft_hash, r.author, r.version, r.updated_at, v.number, v.hash
        from control.runbooks r left join lateral (select number, hash from control.runbook_versions v
          where v.name = r.name order by number desc limit 1) v on true
        """;

    private static RunbookView View(Row row, bool withText)
    {
        var parsed = RunbookParser.Parse(row.Draft);
        var document = parsed.Document;
        return new RunbookView(
            row.Name, document?.Metadata.Title ?? row.Name, document?.Metadata.Owner ?? "",
            document is null ? null : KebabCase.Of(document.Spec.For), document?.Spec.Group?.ToString(), row.Number, row.Hash,
            row.Hash != row.Draft_Hash, parsed.IsValid, row.Author, row.Updated_At)
        {
            Document = withText ? row.Draft : null,
            Problems = withText ? parsed.Problems : null,
        };
    }

    private sealed record Row(
        string Name, string Draft, string? Draft_Hash, string Author, long Version, DateTime Updated_At, int? Number, string? Hash);

    private sealed record VersionRow(int Number, string Hash, string Published_By, DateTime Published_At, string? Document)
    {
        public RunbookVersionView View(string name) => new(name, Number, Hash, Published_By, Published_At, Document);
    }
}
