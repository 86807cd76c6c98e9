namespace Runbooks.Temporal.Workflows;

/// <summary>Marks the one method that is the workflow's main routine.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowRunAttribute : Attribute
{
}
