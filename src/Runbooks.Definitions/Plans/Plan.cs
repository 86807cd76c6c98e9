namespace Runbooks.Definitions.Plans;

/// <summary>A runbook made flat for one run: steps in an order in which every need stands before its step.</summary>
/// <param name="Steps">All steps and frames.</param>
public sealed record Plan(IReadOnlyList<PlanStep> Steps);
