namespace Runbooks.Domain.Errors;

/// <summary>The domain says no: an expected outcome that an operator must act on. A value, not an exception.</summary>
/// <param name="Code">From <see cref="RefusalCodes"/>: <c>RB-FAILOVER-004</c>. Stable for ever.</param>
/// <param name="Message">What was refused, one sentence.</param>
/// <param name="Cause">Why, one sentence with the facts.</param>
/// <param name="Correction">What to do next, in the imperative.</param>
public sealed record Refusal(string Code, string Message, string Cause, string Correction)
{
    /// <summary>The input field at fault, as a path (<c>spec.steps[3].with.zone</c>); null when no field is.</summary>
    public string? Field { get; init; }

    /// <summary>Named facts for machines: sizes, generations, times. Never secrets or block content.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    /// <summary>One paragraph for logs and terminals.</summary>
    public override string ToString() =>
        $"{Code}: {Message} Cause: {Cause} Correction: {Correction}"
            + (Field is null ? string.Empty : $" Field: {Field}.");
}
