using Runbooks.Definitions.Layout;

namespace Runbooks.Definitions.Elsa;

/// <summary>What reading an Elsa file gave.</summary>
/// <param name="Document">The runbook as YAML; null when the file is refused.</param>
/// <param name="Layout">Where its activities were drawn.</param>
/// <param name="Problems">Why it is refused, each at its place in the file; else empty. Problems of the runbook itself
/// are found by parsing the document.</param>
public sealed record ElsaRunbook(string? Document, RunbookLayout Layout, IReadOnlyList<DocumentProblem> Problems);
