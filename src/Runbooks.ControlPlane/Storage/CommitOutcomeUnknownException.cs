namespace Runbooks.ControlPlane.Storage;

/// <summary>
/// A commit may or may not have happened, or happened at one site only. Repeating it with the same ids is safe;
/// reporting success is not.
/// </summary>
public sealed class CommitOutcomeUnknownException(string message, Exception? inner = null) : Exception(message, inner);
