using System.Text.Json.Nodes;
using Runbooks.Definitions.Documents;

namespace Runbooks.Definitions.Plans;

/// <summary>
/// One step of a flat plan. References in <see cref="With"/> and <see cref="When"/> are resolved when the step
/// becomes ready.
/// </summary>
/// <param name="Path">Unique: <c>databases[db-1].start</c>.</param>
/// <param name="Kind">Name in the step library; <see cref="BlockBegin"/> and <see cref="BlockEnd"/> frame a
/// block.</param>
/// <param name="Needs">Paths that must be done first.</param>
public sealed record PlanStep(string Path, string Kind, IReadOnlyList<string> Needs)
{
    /// <summary>The frame's start: carries the block's delay and condition; its children need it.</summary>
    public const string BlockBegin = "block.begin";

    /// <summary>The frame's end: needs every child; what waits for the block needs it.</summary>
    public const string BlockEnd = "block.end";

    /// <summary>For people.</summary>
    public string Title { get; init; } = string.Empty;

    /// <summary>Path of the block it lives in; empty at the top.</summary>
    public string Scope { get; init; } = string.Empty;

    /// <summary>The items of the for-each blocks around it, by name.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Items { get; init; } = new Dictionary<string, JsonNode?>();

    /// <summary>Settings, references unresolved.</summary>
    public JsonObject With { get; init; } = [];

    /// <summary>Waited before it starts.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Skips it (and, for a frame, its children) when false.</summary>
    public Condition? When { get; init; }

    /// <summary>What its failure means.</summary>
    public OnFailure OnFailure { get; init; }

    /// <summary>For failover kinds.</summary>
    public OnIncomplete OnIncomplete { get; init; }

    /// <summary>Of all attempts.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>How it is tried again.</summary>
    public RetryRule Retry { get; init; } = new(1, TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(30));

    /// <summary>What undoes it.</summary>
    public Compensation? Compensate { get; init; }

    /// <summary>True when nothing takes it back.</summary>
    public bool Irreversible { get; init; }

    /// <summary>False when it only looks.</summary>
    public bool Acts { get; init; }
}
