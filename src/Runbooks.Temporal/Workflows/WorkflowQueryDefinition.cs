using System.Reflection;

namespace Runbooks.Temporal.Workflows;

/// <summary>One query handler, by method, property or delegate.</summary>
public sealed class WorkflowQueryDefinition
{
    private WorkflowQueryDefinition(string? name, MethodInfo method, Delegate? callback)
    {
        Name = name;
        Method = method;
        Delegate = callback;
    }

    /// <summary>Query name; null for the dynamic handler.</summary>
    public string? Name { get; }

    /// <summary>True for the dynamic handler.</summary>
    public bool Dynamic => Name is null;

    internal MethodInfo Method { get; }

    internal Delegate? Delegate { get; }

    /// <summary>A handler that is no member of the workflow class.</summary>
    /// <param name="name">Query name; null handles every unknown query.</param>
    /// <param name="callback">Handler; must return a value synchronously.</param>
    /// <returns>The definition.</returns>
    public static WorkflowQueryDefinition CreateWithoutAttribute(string? name, Delegate callback) =>
        new(name, callback.Method, callback);

    internal static WorkflowQueryDefinition FromMethod(MethodInfo method, WorkflowQueryAttribute attribute) =>
        new(attribute.Dynamic ? null : attribute.Name ?? HandlerNames.OfMethod(method), method, null);

    internal static WorkflowQueryDefinition FromProperty(PropertyInfo property, WorkflowQueryAttribute attribute) =>
        new(attribute.Name ?? property.Name, property.GetMethod
            ?? throw new ArgumentException($"Query property {property} has no getter", nameof(property)), null);

    internal static string NameFromMember(MemberInfo member)
    {
        var attribute = member is MethodInfo method
            ? HandlerNames.FindAttribute<WorkflowQueryAttribute>(method)
            : member.GetCustomAttribute<WorkflowQueryAttribute>();
        if (attribute is null || attribute.Dynamic)
        {
            throw new ArgumentException($"{member} missing a WorkflowQuery attribute with a name", nameof(member));
        }
        return attribute.Name ?? (member is MethodInfo m ? HandlerNames.OfMethod(m) : member.Name);
    }
}
