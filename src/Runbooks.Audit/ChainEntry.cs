namespace Runbooks.Audit;

/// <summary>One record as it is stored or exported: its canonical text and the hash claimed for it.</summary>
/// <param name="Sequence">The place it is stored at; the record's own text states it again.</param>
public sealed record ChainEntry(long Sequence, string Record, string Hash);

/// <summary>The end of a chain at one instant.</summary>
public sealed record ChainHead(string Chain, long Sequence, string Hash);
