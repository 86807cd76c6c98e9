using System.Text.Json.Nodes;
using Runbooks.Cli.Http;

namespace Runbooks.Cli.Commands.Documents;

/// <summary>A runbook in a file, with what the control plane says about it.</summary>
/// <param name="Problems">Each as <c>file:line:column path: message correction</c>, the form editors jump to.</param>
internal sealed record RunbookFile(string Path, string Text, string? Name, string Hash, IReadOnlyList<string> Problems,
    JsonObject Validation)
{
    public bool IsValid => Problems.Count == 0;

    public static async Task<RunbookFile> ReadAsync(ApiClient api, string path, CancellationToken cancellationToken)
    {
        var text = await File.ReadAllTextAsync(path, cancellationToken);
        var answer = (await api.PostAsync(
            "/api/v1/runbooks/validate", new JsonObject { ["document"] = text }, cancellationToken))!.AsObject();
        var problems = answer["problems"]?.AsArray().OfType<JsonObject>().Select(p =>
            $"{path}:{p["line"]}:{p["column"]} {p["path"]}: {p["message"]} {p["correction"]}").ToList() ?? [];
        return new RunbookFile(
            path, text, (string?)answer["model"]?["metadata"]?["name"], (string?)answer["hash"] ?? "", problems,
                answer);
    }

    public string RequireName() => Name ?? throw new UsageException(
        $"{Path} has no metadata.name.\n  Correction: give it one; a runbook is known by it.");
}
