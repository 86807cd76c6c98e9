using System.Reflection;

namespace Runbooks.Temporal.Workflows;

/// <summary>One update handler with its validator, by method or by delegate.</summary>
public sealed class WorkflowUpdateDefinition
{
    private WorkflowUpdateDefinition(
        string? name, MethodInfo method, Delegate? callback, Delegate? validator, HandlerUnfinishedPolicy policy)
    {
        Name = name;
        Method = method;
        Delegate = callback;
        ValidatorDelegate = validator;
        ValidatorMethod = validator?.Method;
        UnfinishedPolicy = policy;
    }

    /// <summary>Update name; null for the dynamic handler.</summary>
    public string? Name { get; }

    /// <summary>True for the dynamic handler.</summary>
    public bool Dynamic => Name is null;

    /// <summary>What to do when the workflow ends while the handler runs.</summary>
    public HandlerUnfinishedPolicy UnfinishedPolicy { get; }

    internal MethodInfo Method { get; }

    internal Delegate? Delegate { get; }

    internal MethodInfo? ValidatorMethod { get; set; }

    internal Delegate? ValidatorDelegate { get; }

    /// <summary>A handler that is no method of the workflow class.</summary>
    /// <param name="name">Update name; null handles every unknown update.</param>
    /// <param name="callback">Handler; must return a task.</param>
    /// <param name="validator">Validator with the same parameters; throwing rejects. Default: null, none.</param>
    /// <param name="unfinishedPolicy">What to do when the workflow ends while the handler runs.</param>
    /// <returns>The definition.</returns>
    public static WorkflowUpdateDefinition CreateWithoutAttribute(
        string? name,
        Delegate callback,
        Delegate? validator = null,
        HandlerUnfinishedPolicy unfinishedPolicy = HandlerUnfinishedPolicy.WarnAndAbandon) =>
        new(name, callback.Method, callback, validator, unfinishedPolicy);

    internal static WorkflowUpdateDefinition FromMethod(MethodInfo method, WorkflowUpdateAttribute attribute) =>
        new(attribute.Dynamic ? null : attribute.Name ?? HandlerNames.OfMethod(method), method, null, null,
            attribute.UnfinishedPolicy);

    internal static string NameFromMethod(MethodInfo method)
    {
        var attribute = HandlerNames.FindAttribute<WorkflowUpdateAttribute>(method)
            ?? throw new ArgumentException($"{method} missing WorkflowUpdate attribute", nameof(method));
        return attribute.Dynamic
            ? throw new ArgumentException($"{method} is a dynamic update and has no name", nameof(method))
            : attribute.Name ?? HandlerNames.OfMethod(method);
    }
}
