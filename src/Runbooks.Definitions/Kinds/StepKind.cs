using System.Text.Json.Nodes;
using Runbooks.Definitions.Documents;
using Runbooks.Domain.States;

namespace Runbooks.Definitions.Kinds;

/// <summary>One entry of the step library.</summary>
/// <param name="Name">How documents name it: <c>group.failover</c>.</param>
/// <param name="Version">Raised when its settings or meaning change.</param>
/// <param name="Category">Drawer of the toolbox.</param>
/// <param name="Title">For people.</param>
/// <param name="Description">What it does to the world, in one or two sentences.</param>
public sealed record StepKind(string Name, int Version, string Category, string Title, string Description)
{
    /// <summary>Its settings.</summary>
    public IReadOnlyList<FieldSpec> With { get; init; } = [];

    /// <summary>What later steps may refer to.</summary>
    public IReadOnlyList<FieldSpec> Outputs { get; init; } = [];

    /// <summary>False when it only looks.</summary>
    public bool Acts { get; init; }

    /// <summary>False when nothing takes it back.</summary>
    public bool Reversible { get; init; } = true;

    /// <summary>Where its work is done.</summary>
    public StepPlace Place { get; init; } = StepPlace.Workflow;

    /// <summary>Of all attempts.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How it is tried again.</summary>
    public RetryRule Retry { get; init; } = new(3, TimeSpan.FromSeconds(2), 2, TimeSpan.FromSeconds(30));

    /// <summary>
    /// What a dry run may do: <c>observe</c> runs its observing
    /// activities, <c>describe</c> only says what it would do.
    /// </summary>
    public string CheckMode { get; init; } = "describe";

    /// <summary>Least role of the person who may start a run with it.</summary>
    public AccessRole RequiredRole { get; init; } = AccessRole.Operator;

    /// <summary>JSON Schema of <c>with</c>.</summary>
    public JsonObject WithSchema => FieldSpec.ObjectSchema(With);

    /// <summary>JSON Schema of <c>outputs</c>.</summary>
    public JsonObject OutputsSchema => FieldSpec.ObjectSchema(Outputs);
}
