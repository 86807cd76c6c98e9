using Runbooks.Domain.Errors;

namespace Runbooks.Domain.Arbiter;

/// <summary>
/// What the arbiter says. The row is the current one in either case, so that a stale asker learns what it missed.
/// </summary>
/// <param name="Granted">True when the request took effect (or had already, for the same request id).</param>
/// <param name="Row">The row after the decision; null only when there is none.</param>
/// <param name="Refusal">Why not; null when granted.</param>
public sealed record ArbiterAnswer(bool Granted, ArbiterRow? Row, Refusal? Refusal);
