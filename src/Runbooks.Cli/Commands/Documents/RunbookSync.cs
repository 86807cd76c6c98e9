using System.Text.Json.Nodes;
using Runbooks.Cli.Http;
using Runbooks.Cli.Output;

namespace Runbooks.Cli.Commands.Documents;

/// <summary>
/// Makes the control plane's runbooks equal to a folder of files. All files are checked before the first is sent, and
/// what is the same is left
/// alone, so that repeating it does nothing.
/// </summary>
internal static class RunbookSync
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <summary>What was done to each file; a file with problems stops everything before anything is changed.</summary>
    public static async Task<JsonArray> SyncAsync(
        ApiClient api, string folder, bool publish, bool dryRun, CancellationToken cancellationToken)
    {
        var files = new List<RunbookFile>();
        foreach (var path in Directory.EnumerateFiles(folder).Where(f =>
            Extensions.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal))
        {
            files.Add(await RunbookFile.ReadAsync(api, path, cancellationToken));
        }

        if (files.Count == 0)
        {
            throw new UsageException($"There are no runbooks in {folder}.\n  Correction: name a folder with .yaml "
                + $"files.");
        }

        if (files.SelectMany(f => f.Problems).ToList() is { Count: > 0 } problems)
        {
            throw new UsageException($"Nothing was changed: {problems.Count} problem(s).\n  "
                + $"{string.Join("\n  ", problems)}");
        }

        var there = (await api.GetAsync("/api/v1/runbooks", cancellationToken))!["items"]!.AsArray()
            .ToDictionary(r => (string)r!["name"]!, r => r!.AsObject(), StringComparer.Ordinal);
        var done = new JsonArray();
        foreach (var file in files)
        {
            done.Add(await OneAsync(api, file, there.GetValueOrDefault(file.RequireName()), publish, dryRun,
                cancellationToken));
        }

        return done;
    }

    private static async Task<JsonNode> OneAsync(
        ApiClient api, RunbookFile file, JsonObject? there, bool publish, bool dryRun,
            CancellationToken cancellationToken)
    {
        var name = file.RequireName();
        var (text, action) = there switch
        {
            null => (true, publish ? "published" : "saved"),
            _ when (string?)there["publishedHash"] == file.Hash && (bool?)there["draftDiffers"] == false =>
                (false, "unchanged"),
            _ => (true, publish ? "published" : "saved"),
        };
        var version = (int?)there?["publishedVersion"];
        if (text && !dryRun)
        {
            await SaveAsync(api, name, file.Text, cancellationToken);
            if (publish)
            {
                version = (int?)(await api.PostAsync(
                    $"/api/v1/runbooks/{Uri.EscapeDataString(name)}/publish", new JsonObject(),
                        cancellationToken))!["number"];
            }
        }

        return new JsonObject
        {
            ["name"] = name, ["file"] = Path.GetFileName(file.Path), ["action"] = dryRun && text ? $"would be {action}"
                : action,
            ["version"] = version,
        };
    }

    public static Task<JsonNode?> SaveAsync(ApiClient api, string name, string text,
        CancellationToken cancellationToken) => api.SendAsync(
        HttpMethod.Put, $"/api/v1/runbooks/{Uri.EscapeDataString(name)}", new JsonObject { ["document"] = text }, null,
            cancellationToken);

    public static readonly View View = new(
        "name", new Column("NAME", "name", Shape.Text), new Column("ACTION", "action", Shape.Text),
        new Column("VERSION", "version", Shape.Text), new Column("FILE", "file", Shape.Text));
}
