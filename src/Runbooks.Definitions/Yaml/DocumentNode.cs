namespace Runbooks.Definitions.Yaml;

/// <summary>One node of a parsed document, with its place in the text. Places start at line 1, column 1.</summary>
public abstract record DocumentNode(int Line, int Column);

/// <summary>
/// A scalar as written. <see cref="IsPlain"/> ones may be numbers, booleans or null; quoted ones are always text.
/// </summary>
public sealed record ScalarNode(int Line, int Column, string Text, bool IsPlain) : DocumentNode(Line, Column);

/// <summary>A sequence.</summary>
public sealed record SequenceNode(int Line, int Column, IReadOnlyList<DocumentNode> Items) : DocumentNode(Line, Column);

/// <summary>A mapping, in the order of the text; keys are unique (a repeated one is a problem).</summary>
public sealed record MappingNode(int Line, int Column, IReadOnlyList<MappingEntry> Entries) : DocumentNode(Line, Column)
{
    /// <summary>The value under a key; null when there is none.</summary>
    public DocumentNode? Find(string key) => Entries.FirstOrDefault(e => e.Key.Text == key)?.Value;
}

/// <summary>A key and its value.</summary>
public sealed record MappingEntry(ScalarNode Key, DocumentNode Value);
