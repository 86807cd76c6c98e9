namespace Runbooks.Definitions.Layout;

/// <summary>Where the designer drew one step.</summary>
/// <param name="X">From the left, in the designer's pixels.</param>
/// <param name="Y">From the top.</param>
/// <param name="Collapsed">For a block: its children are hidden.</param>
public sealed record StepPosition(double X, double Y, bool Collapsed = false);

/// <summary>Where the designer drew the steps: beside the document and outside its hash, for it changes no
/// meaning.</summary>
/// <param name="Steps">By path of the step: <c>databases.start</c>. Steps without an entry are laid out
/// automatically.</param>
public sealed record RunbookLayout(IReadOnlyDictionary<string, StepPosition> Steps)
{
    private const int StepsMax = 4_000;
    private const double Farthest = 1_000_000;

    /// <summary>Nothing was drawn.</summary>
    public static RunbookLayout Empty { get; } = new(new Dictionary<string, StepPosition>());

    /// <summary>Why it cannot be kept, or null.</summary>
    public string? Objection() => Steps.Count > StepsMax
        ? $"It has {Steps.Count} steps; the limit is {StepsMax}."
        : Steps.FirstOrDefault(s => !IsNear(s.Value.X) || !IsNear(s.Value.Y)).Key is { } far
            ? $"Step {far} is drawn outside of everything."
            : null;

    private static bool IsNear(double at) => double.IsFinite(at) && Math.Abs(at) <= Farthest;
}
