using System.Text.Json.Nodes;

namespace Runbooks.Definitions.Documents;

/// <summary>A condition is data, not code: one comparison, or several joined.</summary>
public abstract record Condition;

/// <summary>One comparison.</summary>
/// <param name="Value">Left side: text with references.</param>
/// <param name="Operator">How to compare.</param>
/// <param name="Operand">Right side: a value, or a list for <see cref="ConditionOperator.In"/>.</param>
public sealed record Comparison(string Value, ConditionOperator Operator, JsonNode? Operand) : Condition;

/// <summary>All must hold.</summary>
public sealed record AllOf(IReadOnlyList<Condition> Conditions) : Condition;

/// <summary>At least one must hold.</summary>
public sealed record AnyOf(IReadOnlyList<Condition> Conditions) : Condition;

/// <summary>The opposite.</summary>
public sealed record Not(Condition Inner) : Condition;

/// <summary>How two values are compared, as text; the last two as numbers.</summary>
public enum ConditionOperator
{
    /// <summary>Equal.</summary>
    Is,

    /// <summary>Not equal.</summary>
    IsNot,

    /// <summary>Equal to one of a list.</summary>
    In,

    /// <summary>Larger.</summary>
    GreaterThan,

    /// <summary>Smaller.</summary>
    LessThan,
}
