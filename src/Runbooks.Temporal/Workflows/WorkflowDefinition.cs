using System.Collections.Concurrent;
using System.Reflection;
using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Workflows;

/// <summary>
/// A workflow class read once by reflection: its name, constructor, run method and handlers. A class whose
/// attributes contradict each other is refused here, before any run of it exists.
/// </summary>
public sealed class WorkflowDefinition
{
    private static readonly ConcurrentDictionary<Type, WorkflowDefinition> Cache = new();

    private readonly Func<object?[], object>? creator;

    internal WorkflowDefinition(
        Type type,
        WorkflowAttribute attribute,
        MethodInfo runMethod,
        ConstructorInfo? initConstructor,
        Func<object?[], object>? creator,
        HandlerSet handlers)
    {
        Type = type;
        Name = attribute.Dynamic ? null : attribute.Name ?? HandlerNames.OfType(type);
        RunMethod = runMethod;
        InitConstructor = initConstructor;
        this.creator = creator;
        FailureExceptionTypes = attribute.FailureExceptionTypes ?? [];
        VersioningBehavior = attribute.VersioningBehavior;
        Handlers = handlers;
    }

    /// <summary>Workflow type name; null for the dynamic workflow.</summary>
    public string? Name { get; }

    /// <summary>True for the dynamic workflow.</summary>
    public bool Dynamic => Name is null;

    /// <summary>The class.</summary>
    public Type Type { get; }

    /// <summary>False for interfaces and abstract classes, which name workflows but cannot run.</summary>
    public bool Instantiable => creator is not null;

    /// <summary>Signals by name.</summary>
    public IReadOnlyDictionary<string, WorkflowSignalDefinition> Signals => Handlers.Signals;

    /// <summary>Queries by name.</summary>
    public IReadOnlyDictionary<string, WorkflowQueryDefinition> Queries => Handlers.Queries;

    /// <summary>Updates by name.</summary>
    public IReadOnlyDictionary<string, WorkflowUpdateDefinition> Updates => Handlers.Updates;

    /// <summary>Handler of unknown signals.</summary>
    public WorkflowSignalDefinition? DynamicSignal => Handlers.DynamicSignal;

    /// <summary>Handler of unknown queries.</summary>
    public WorkflowQueryDefinition? DynamicQuery => Handlers.DynamicQuery;

    /// <summary>Handler of unknown updates.</summary>
    public WorkflowUpdateDefinition? DynamicUpdate => Handlers.DynamicUpdate;

    internal MethodInfo RunMethod { get; }

    internal ConstructorInfo? InitConstructor { get; }

    internal IReadOnlyCollection<Type> FailureExceptionTypes { get; }

    internal VersioningBehavior VersioningBehavior { get; }

    internal HandlerSet Handlers { get; }

    /// <summary>Reads a class that carries <see cref="WorkflowAttribute"/>.</summary>
    /// <typeparam name="T">Workflow class.</typeparam>
    /// <returns>The definition; the same instance for the same class.</returns>
    public static WorkflowDefinition Create<T>() => Create(typeof(T));

    /// <summary>Reads a class that carries <see cref="WorkflowAttribute"/>.</summary>
    /// <param name="type">Workflow class.</param>
    /// <returns>The definition; the same instance for the same class.</returns>
    public static WorkflowDefinition Create(Type type) =>
        Cache.GetOrAdd(type, static t => WorkflowDefinitionReader.Read(t));

    /// <summary>Name by which a client starts the workflow whose run method this is.</summary>
    /// <param name="method">Run method of a class or interface.</param>
    /// <returns>Workflow type name.</returns>
    internal static string NameFromRunMethod(MethodInfo method)
    {
        if (HandlerNames.FindAttribute<WorkflowRunAttribute>(method) is null)
        {
            throw new ArgumentException($"{method} missing WorkflowRun attribute", nameof(method));
        }
        return NameFromType(method.ReflectedType ?? method.DeclaringType!);
    }

    /// <summary>Name of a workflow class or interface.</summary>
    internal static string NameFromType(Type type)
    {
        var attribute = type.GetCustomAttribute<WorkflowAttribute>(false)
            ?? throw new ArgumentException($"{type} missing Workflow attribute", nameof(type));
        return attribute.Dynamic
            ? throw new ArgumentException($"{type} is a dynamic workflow and has no name", nameof(type))
            : attribute.Name ?? HandlerNames.OfType(type);
    }

    internal object CreateWorkflowInstance(object?[] args) =>
        creator?.Invoke(InitConstructor is null ? [] : args)
        ?? throw new InvalidOperationException($"{Type} cannot be instantiated");

    /// <summary>Handlers of one class.</summary>
    internal sealed class HandlerSet
    {
        internal Dictionary<string, WorkflowSignalDefinition> Signals { get; } = new(StringComparer.Ordinal);

        internal Dictionary<string, WorkflowQueryDefinition> Queries { get; } = new(StringComparer.Ordinal);

        internal Dictionary<string, WorkflowUpdateDefinition> Updates { get; } = new(StringComparer.Ordinal);

        internal WorkflowSignalDefinition? DynamicSignal { get; set; }

        internal WorkflowQueryDefinition? DynamicQuery { get; set; }

        internal WorkflowUpdateDefinition? DynamicUpdate { get; set; }
    }
}
