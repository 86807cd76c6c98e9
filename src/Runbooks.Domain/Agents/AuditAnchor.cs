namespace Runbooks.Domain.Agents;

/// <summary>
/// A signed head of the control plane's audit chain on its way to a site, which keeps it where the control plane
/// cannot reach it.
/// </summary>
/// <param name="Sequence">The last record it covers.</param>
/// <param name="Hash">Hash of the chain there, in hexadecimal.</param>
/// <param name="Line">The whole signed head as one line of text: what is kept.</param>
public sealed record AuditAnchor(long Sequence, string Hash, string Line);

/// <summary>What a site has anchored.</summary>
/// <param name="Sequence">The highest record covered by a head it keeps; 0 when it keeps none.</param>
/// <param name="Hash">That head's hash.</param>
/// <param name="Heads">How many heads it keeps.</param>
/// <param name="Conflict">A head it refused because it contradicts one it keeps, in words; empty when there was
/// none.</param>
public sealed record AnchorStatus(long Sequence, string Hash, long Heads, string Conflict);
