namespace Runbooks.Temporal.Workflows;

/// <summary>The update that the current handler serves.</summary>
/// <param name="Id">Update id, unique in the run's chain.</param>
/// <param name="Name">Update name.</param>
public sealed record WorkflowUpdateInfo(string Id, string Name);
