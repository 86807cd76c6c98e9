using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Workflows;

/// <summary>Marks a class or interface as a workflow type.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface, Inherited = false)]
public sealed class WorkflowAttribute : Attribute
{
    /// <summary>Names the type by its class name, without a leading <c>I</c> for interfaces.</summary>
    public WorkflowAttribute()
    {
    }

    /// <summary>Names the type explicitly.</summary>
    /// <param name="name">Workflow type name.</param>
    public WorkflowAttribute(string name) => Name = name;

    /// <summary>Workflow type name. Default: null, the class name.</summary>
    public string? Name { get; }

    /// <summary>True for the one workflow that takes every unknown type; its run takes <c>IRawValue[]</c>.</summary>
    public bool Dynamic { get; set; }

    /// <summary>Exceptions that fail the workflow instead of its task. <c>typeof(Exception)</c> means all.</summary>
    public Type[]? FailureExceptionTypes { get; set; }

    /// <summary>How runs move between worker deployment versions. Default: unspecified.</summary>
    public VersioningBehavior VersioningBehavior { get; set; }
}
