using System.Text.Json.Nodes;
using Runbooks.Cli.Stack;

namespace Runbooks.Cli.Demo;

/// <summary>What the scenes of the demo share.</summary>
internal sealed class DemoState(DemoOptions options, string folder, LocalStack stack, Narrator narrator) : IDisposable
{
    public const string SiteA = "site-a";
    public const string SiteB = "site-b";
    public const string Group = "payments";
    public const string Workload = "db-1";

    public DemoOptions Options { get; } = options;

    public string Folder { get; } = folder;

    public LocalStack Stack { get; } = stack;

    public Narrator Narrator { get; } = narrator;

    public Claims Claims { get; } = new();

    public DemoLoad Load { get; } = new(folder);

    public Operator Operator { get; set; } = null!;

    /// <summary>Volume ids by disk name.</summary>
    public Dictionary<string, string> Volumes { get; } = [];

    /// <summary>Sizes by disk name.</summary>
    public Dictionary<string, long> Sizes { get; } = [];

    /// <summary>Digest of every file on the first disk; empty when the disk is not an ext4 file system.</summary>
    public SortedDictionary<string, string> Files { get; set; } = [];

    public string Protection { get; set; } = string.Empty;

    public List<string> Runs { get; } = [];

    /// <summary>Figures of <c>demo.json</c>.</summary>
    public JsonObject Figures { get; } = [];

    /// <summary>Address of a disk's export at a site.</summary>
    public Uri ExportOf(string site, string disk) => new($"nbd://{Stack.NbdOf(site)}/{Workload}-{disk}");

    public bool Check(string name, bool held, string detail)
    {
        Claims.Check(name, held, detail);
        Narrator.Held(Claims.All[^1]);
        return held;
    }

    /// <summary>
    /// Watches a run with progress and remembers it; a failed one is a broken claim with its reasons.
    /// </summary>
    public async Task<JsonObject> FinishRunAsync(string run, string name, TimeSpan within,
        CancellationToken cancellationToken)
    {
        Runs.Add(run);
        var view =
            await Operator.WatchAsync(run, step =>
                Narrator.Progress($"{step}; {Load.Acknowledged} records acknowledged"), within, cancellationToken);
        var state = view["state"]!.ToString();
        if (state != "succeeded")
        {
            Check($"{name} succeeds", false, await Operator.DescribeAsync(run, cancellationToken));
            throw new StoryBrokenException($"{name} ended {state}; the rest of the story stands on it.");
        }

        return view;
    }

    public void Dispose()
    {
        Load.Dispose();
        Operator?.Dispose();
    }
}

/// <summary>A scene failed so that the next ones cannot be played.</summary>
internal sealed class StoryBrokenException(string message) : Exception(message);
