namespace Runbooks.Definitions;

/// <summary>One thing wrong with a document, at its place. The same words in CLI, API and console.</summary>
/// <param name="Path">Where in the model: <c>spec.steps[3].with.zone</c>.</param>
/// <param name="Line">Line in the text, from 1; 0 when the document did not come as text.</param>
/// <param name="Column">Column in the text, from 1.</param>
/// <param name="Message">What is wrong and why.</param>
/// <param name="Correction">What to write instead.</param>
public sealed record DocumentProblem(string Path, int Line, int Column, string Message, string Correction)
{
    /// <summary>The step it is about, by ids: <c>databases.start</c>; null outside the steps.</summary>
    public string? Step { get; init; }

    /// <summary>The field within that step: <c>with.zone</c>; empty for the step itself.</summary>
    public string? Field { get; init; }

    /// <summary><c>12:5 spec.steps[3].uses: … …</c></summary>
    public override string ToString() => $"{Line}:{Column} {Path}: {Message} {Correction}";
}
