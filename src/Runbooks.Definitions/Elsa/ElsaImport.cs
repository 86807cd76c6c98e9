using System.Text.Json;
using System.Text.Json.Nodes;
using Runbooks.Definitions.Layout;
using Runbooks.Definitions.Yaml;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Elsa;

/// <summary>Reads a workflow of Elsa 3 as a runbook, or says at which place it cannot be one. Pure; nothing is
/// executed.</summary>
/// <remarks>
/// The file is hostile until it is read: size, depth, numbers of activities and connections are
/// bounded, every activity must be of a type of ours, ids and connections must fit together, and
/// a cycle is named by its path. What our own export put into <c>customProperties.runbook</c> is
/// taken back; connections always win over it, for they are what was drawn.
/// </remarks>
public static class ElsaImport
{
    /// <summary>Longest file, in characters.</summary>
    public const int TextLengthMax = 4 << 20;

    /// <summary>Deepest nesting of JSON.</summary>
    public const int DepthMax = 160;

    /// <summary>Reads.</summary>
    public static ElsaRunbook Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var problems = new List<DocumentProblem>();
        if (text.Length > TextLengthMax)
        {
            return Refused(
                problems, string.Empty, $"The file has {text.Length} characters; the limit is {TextLengthMax}.",
                    "Split the workflow.");
        }

        JsonObject? definition;
        try
        {
            definition = JsonNode.Parse(
                text, documentOptions: new JsonDocumentOptions { MaxDepth = DepthMax,
                    AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException e)
        {
            problems.Add(new DocumentProblem(
                e.Path ?? string.Empty, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1,
                "This is not JSON, or it is nested too deeply.", "Export the workflow from Elsa Studio again."));
            return new ElsaRunbook(null, RunbookLayout.Empty, problems);
        }

        if (definition?["root"] is not JsonObject root || TypeOf(root) != ElsaWords.Flowchart)
        {
            return Refused(
                problems, "root", "There is no flowchart at the root.",
                    $"Draw the workflow as a flowchart ({ElsaWords.Flowchart}).");
        }

        var reader = new ElsaFlowcharts(problems);
        var steps = reader.Steps(root, "root", string.Empty, parallel: false);
        if (problems.Count > 0)
        {
            return new ElsaRunbook(null, RunbookLayout.Empty, problems);
        }

        var model = HeadOf(definition);
        ((JsonObject)model["spec"]!)["steps"] = steps;
        return new ElsaRunbook(YamlWriter.Write(model), new RunbookLayout(reader.Places), problems);
    }

    private static JsonObject HeadOf(JsonObject definition)
    {
        if (definition["customProperties"] is JsonObject custom && custom[ElsaWords.Own] is JsonObject own
            && own["spec"] is JsonObject && own["metadata"] is JsonObject)
        {
            return (JsonObject)own.DeepClone();
        }

        var title = TextOf(definition["name"]) ?? "Imported workflow";
        return new JsonObject
        {
            ["apiVersion"] = "runbooks/v1", ["kind"] = "Runbook",
            ["metadata"] = new JsonObject { ["name"] = SlugOf(TextOf(definition["definitionId"]) ?? title),
                ["title"] = title },
            ["spec"] = new JsonObject { ["for"] = "custom" },
        };
    }

    internal static string? TypeOf(JsonObject activity) => TextOf(activity["type"]);

    internal static string? TextOf(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A word made of any text: <c>Fail over!</c> is <c>fail-over</c>.</summary>
    internal static string SlugOf(string text)
    {
        var letters = text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-');
        var slug = string.Join('-', string.Concat(letters).Split('-', StringSplitOptions.RemoveEmptyEntries));
        slug = slug.Length > 60 ? slug[..60].TrimEnd('-') : slug;
        return WordRules.IsSlug(slug) ? slug : "step";
    }

    private static ElsaRunbook Refused(List<DocumentProblem> problems, string path, string message, string correction)
    {
        problems.Add(new DocumentProblem(path, 0, 0, message, correction));
        return new ElsaRunbook(null, RunbookLayout.Empty, problems);
    }
}
