namespace Runbooks.Temporal.Workflows;

/// <summary>Marks a synchronous method or a readable property as a query handler.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property, Inherited = false)]
public sealed class WorkflowQueryAttribute : Attribute
{
    /// <summary>Names the query by its member.</summary>
    public WorkflowQueryAttribute()
    {
    }

    /// <summary>Names the query explicitly.</summary>
    /// <param name="name">Query name.</param>
    public WorkflowQueryAttribute(string name) => Name = name;

    /// <summary>Query name. Default: null, the member name.</summary>
    public string? Name { get; }

    /// <summary>True for the handler of every unknown query: it takes <c>(string, IRawValue[])</c>.</summary>
    public bool Dynamic { get; set; }

    /// <summary>Text shown by workflow metadata queries.</summary>
    public string? Description { get; set; }
}
