namespace Runbooks.Workflows.People;

/// <summary>A person ends a run.</summary>
/// <param name="By">Who.</param>
/// <param name="Reason">Why, in their words.</param>
public sealed record AbortOrder(string By, string Reason);
