using System.Reflection;

namespace Runbooks.Temporal.Workflows;

/// <summary>One signal handler, by method or by delegate.</summary>
public sealed class WorkflowSignalDefinition
{
    private WorkflowSignalDefinition(
        string? name, MethodInfo method, Delegate? callback, HandlerUnfinishedPolicy unfinishedPolicy)
    {
        Name = name;
        Method = method;
        Delegate = callback;
        UnfinishedPolicy = unfinishedPolicy;
    }

    /// <summary>Signal name; null for the dynamic handler.</summary>
    public string? Name { get; }

    /// <summary>True for the dynamic handler.</summary>
    public bool Dynamic => Name is null;

    /// <summary>What to do when the workflow ends while the handler runs.</summary>
    public HandlerUnfinishedPolicy UnfinishedPolicy { get; }

    internal MethodInfo Method { get; }

    internal Delegate? Delegate { get; }

    /// <summary>A handler that is no method of the workflow class.</summary>
    /// <param name="name">Signal name; null handles every unknown signal.</param>
    /// <param name="callback">Handler; must return <see cref="Task"/>.</param>
    /// <param name="unfinishedPolicy">What to do when the workflow ends while the handler runs.</param>
    /// <returns>The definition.</returns>
    public static WorkflowSignalDefinition CreateWithoutAttribute(
        string? name,
        Delegate callback,
        HandlerUnfinishedPolicy unfinishedPolicy = HandlerUnfinishedPolicy.WarnAndAbandon) =>
        new(name, callback.Method, callback, unfinishedPolicy);

    internal static WorkflowSignalDefinition FromMethod(MethodInfo method, WorkflowSignalAttribute attribute) =>
        new(attribute.Dynamic ? null : attribute.Name ?? HandlerNames.OfMethod(method), method, null,
            attribute.UnfinishedPolicy);

    internal static string NameFromMethod(MethodInfo method)
    {
        var attribute = HandlerNames.FindAttribute<WorkflowSignalAttribute>(method)
            ?? throw new ArgumentException($"{method} missing WorkflowSignal attribute", nameof(method));
        return attribute.Dynamic
            ? throw new ArgumentException($"{method} is a dynamic signal and has no name", nameof(method))
            : attribute.Name ?? HandlerNames.OfMethod(method);
    }
}
