namespace Runbooks.Temporal.Workflows;

/// <summary>Marks a method as a signal handler.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowSignalAttribute : Attribute
{
    /// <summary>Names the signal by its method, without a trailing <c>Async</c>.</summary>
    public WorkflowSignalAttribute()
    {
    }

    /// <summary>Names the signal explicitly.</summary>
    /// <param name="name">Signal name.</param>
    public WorkflowSignalAttribute(string name) => Name = name;

    /// <summary>Signal name. Default: null, the method name.</summary>
    public string? Name { get; }

    /// <summary>True for the handler of every unknown signal: it takes <c>(string, IRawValue[])</c>.</summary>
    public bool Dynamic { get; set; }

    /// <summary>Text shown by workflow metadata queries.</summary>
    public string? Description { get; set; }

    /// <summary>What to do when the workflow ends while this handler runs.</summary>
    public HandlerUnfinishedPolicy UnfinishedPolicy { get; set; } = HandlerUnfinishedPolicy.WarnAndAbandon;
}
