namespace Runbooks.Temporal.Workflows;

/// <summary>Marks a method that returns a task as an update handler.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowUpdateAttribute : Attribute
{
    /// <summary>Names the update by its method, without a trailing <c>Async</c>.</summary>
    public WorkflowUpdateAttribute()
    {
    }

    /// <summary>Names the update explicitly.</summary>
    /// <param name="name">Update name.</param>
    public WorkflowUpdateAttribute(string name) => Name = name;

    /// <summary>Update name. Default: null, the method name.</summary>
    public string? Name { get; }

    /// <summary>True for the handler of every unknown update: it takes <c>(string, IRawValue[])</c>.</summary>
    public bool Dynamic { get; set; }

    /// <summary>Text shown by workflow metadata queries.</summary>
    public string? Description { get; set; }

    /// <summary>What to do when the workflow ends while this handler runs.</summary>
    public HandlerUnfinishedPolicy UnfinishedPolicy { get; set; } = HandlerUnfinishedPolicy.WarnAndAbandon;
}
