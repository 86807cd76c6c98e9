namespace Runbooks.Workflows.Steps;

/// <summary>A step of a procedure, as people see it before it has happened and while it does.</summary>
/// <param name="Path">Its number in the procedure's README.</param>
/// <param name="Title">For people.</param>
public sealed record ProcedureStep(string Path, string Title);
