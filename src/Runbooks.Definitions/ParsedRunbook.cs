using Runbooks.Definitions.Documents;

namespace Runbooks.Definitions;

/// <summary>What reading a runbook text gave.</summary>
/// <param name="Document">The model; null when the text could not be read at all. Not to be run while there are
/// problems.</param>
/// <param name="CanonicalText">The canonical JSON that is hashed, stored and run; empty when there is no
/// document.</param>
/// <param name="Hash"><c>sha256:</c> and 64 hexadecimal digits of the canonical text; empty likewise.</param>
/// <param name="Problems">Everything wrong with it, in the order of the text.</param>
public sealed record ParsedRunbook(
    RunbookDocument? Document,
    string CanonicalText,
    string Hash,
    IReadOnlyList<DocumentProblem> Problems)
{
    /// <summary>True when it may be published and run.</summary>
    public bool IsValid => Document is not null && Problems.Count == 0;
}
