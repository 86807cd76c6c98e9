using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Definitions;
using Runbooks.Definitions.Elsa;
using Runbooks.Definitions.Layout;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Api;

/// <param name="Elsa">The whole file of Elsa 3, as text.</param>
public sealed record ElsaImportBody(string Elsa);

/// <param name="Document">The runbook as YAML; saved by nobody yet.</param>
/// <param name="Problems">What is still wrong with it as a runbook.</param>
public sealed record ElsaImportView(
    string Document, RunbookLayout Layout, bool Valid, string Hash, IReadOnlyList<DocumentProblem> Problems);

/// <param name="Layout">Where its steps are drawn; absent lays them out in columns.</param>
public sealed record ElsaExportBody(string Document, RunbookLayout? Layout);

/// <summary>Runbooks as workflows of Elsa 3 and back. A format only: one engine runs everything.</summary>
internal static class ElsaApi
{
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = ElsaImport.DepthMax };

    public static void Map(IEndpointRouteBuilder api)
    {
        var books = api.MapGroup("/runbooks").WithTags("runbooks");
        books.MapPost("/elsa/import", Import).WithMetadata(DocumentSize.Limit).Allow(
            Access.Read, "importElsa", "Read an Elsa 3 workflow as a runbook; nothing is saved.");
        books.MapPost("/elsa/export", Export).WithMetadata(DocumentSize.Limit).Produces<JsonObject>()
            .Allow(Access.Read, "exportElsaDocument", "Any document without problems as an Elsa 3 workflow.");
        books.MapGet("/{name}/elsa", ExportStoredAsync).Produces<JsonObject>()
            .Allow(Access.Read, "exportElsa", "The draft, or a version, as an Elsa 3 workflow.");
    }

    private static Ok<ElsaImportView> Import(ElsaImportBody body)
    {
        var read = ElsaImport.Read(body.Elsa);
        if (read.Document is null)
        {
            throw Refused(read.Problems);
        }

        var parsed = RunbookParser.Parse(read.Document);
        return TypedResults.Ok(
            new ElsaImportView(read.Document, read.Layout, parsed.IsValid, parsed.Hash, parsed.Problems));
    }

    private static ContentHttpResult Export(ElsaExportBody body)
    {
        DocumentSize.Require(body.Document);
        return Write(body.Document, body.Layout ?? RunbookLayout.Empty, 0);
    }

    private static async Task<ContentHttpResult> ExportStoredAsync(
        string name, Database database, int? version, CancellationToken cancel)
    {
        var (text, number) = await RunbooksApi.TextAsync(database, name, version, cancel);
        var (layout, _) = await RunbookDraftsApi.ReadAsync(database, name, number, cancel);
        return Write(text, layout, number);
    }

    private static ContentHttpResult Write(string document, RunbookLayout layout, int number)
    {
        var parsed = RunbookParser.Parse(document);
        if (!parsed.IsValid)
        {
            throw RunbooksApi.Invalid(parsed);
        }

        var elsa = ElsaExport.Write(JsonNode.Parse(parsed.CanonicalText)!, layout, number);
        return TypedResults.Content(elsa.ToJsonString(Deep), "application/json", Encoding.UTF8);
    }

    private static RefusalException Refused(IReadOnlyList<DocumentProblem> problems) => new(new Refusal(
        ApiRefusalCodes.ElsaRefused, "The file cannot be read as a runbook.",
        $"{(problems[0].Path.Length == 0 ? "" : $"{problems[0].Path}: ")}{problems[0].Message}", problems[0].Correction)
    {
        Field = "elsa",
        Details = problems.Select((p, i) => (p, i)).ToDictionary(p => $"{p.i + 1}", p => p.p.ToString()),
    });
}
