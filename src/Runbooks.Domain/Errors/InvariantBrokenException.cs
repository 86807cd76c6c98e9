namespace Runbooks.Domain.Errors;

/// <summary>
/// A bug of ours. The volume it concerns fences itself and the process ends; nothing catches it to go on.
/// </summary>
public sealed class InvariantBrokenException(string message) : Exception(message);
