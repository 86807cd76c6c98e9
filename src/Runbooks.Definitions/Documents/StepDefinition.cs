using System.Text.Json.Nodes;

namespace Runbooks.Definitions.Documents;

/// <summary>One step, or a block of steps.</summary>
/// <param name="Id">Unique among its siblings: a slug.</param>
public sealed record StepDefinition(string Id)
{
    /// <summary>For people; the id when empty.</summary>
    public string Title { get; init; } = string.Empty;

    /// <summary>Kind from the step library; null for a block.</summary>
    public string? Uses { get; init; }

    /// <summary>The kind's settings, references unresolved.</summary>
    public JsonObject With { get; init; } = [];

    /// <summary>Siblings that must be done first; null means "the one before me".</summary>
    public IReadOnlyList<string>? Needs { get; init; }

    /// <summary>Waited before the step starts.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Skips the step when false; null is always true.</summary>
    public Condition? When { get; init; }

    /// <summary>A reference to a list: the block runs once per item.</summary>
    public string? ForEach { get; init; }

    /// <summary>Name of the item in references; <c>item</c> when left out.</summary>
    public string As { get; init; } = "item";

    /// <summary>Most items at once; 0 is all.</summary>
    public int Concurrency { get; init; }

    /// <summary>True starts all children of the block at once.</summary>
    public bool Parallel { get; init; }

    /// <summary>Children; empty for a plain step.</summary>
    public IReadOnlyList<StepDefinition> Steps { get; init; } = [];

    /// <summary>Null takes the document's default.</summary>
    public OnFailure? OnFailure { get; init; }

    /// <summary>Null takes <see cref="Documents.OnIncomplete.Ask"/>; only for failover kinds.</summary>
    public OnIncomplete? OnIncomplete { get; init; }

    /// <summary>Of all attempts; null takes the document's or the kind's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Null takes the document's or the kind's default.</summary>
    public RetryRule? Retry { get; init; }

    /// <summary>What undoes the step; null when nothing does.</summary>
    public Compensation? Compensate { get; init; }

    /// <summary>True when the author says that it cannot be undone, whatever the kind says.</summary>
    public bool Irreversible { get; init; }

    /// <summary>True for a step with children.</summary>
    public bool IsBlock => Uses is null;
}

/// <summary>What undoes a step.</summary>
/// <param name="Uses">Kind from the step library.</param>
/// <param name="With">Its settings, references unresolved.</param>
public sealed record Compensation(string Uses, JsonObject With);
