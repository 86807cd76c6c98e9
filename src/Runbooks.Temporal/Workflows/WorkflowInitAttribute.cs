namespace Runbooks.Temporal.Workflows;

/// <summary>Marks the constructor that receives the same arguments as the run method.</summary>
[AttributeUsage(AttributeTargets.Constructor, Inherited = false)]
public sealed class WorkflowInitAttribute : Attribute
{
}
