using System.Reflection;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Workflows;

/// <summary>Reads workflow classes; collects every contradiction before it refuses.</summary>
internal static class WorkflowDefinitionReader
{
    private const BindingFlags Members =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    internal static WorkflowDefinition Read(Type type)
    {
        var attribute = type.GetCustomAttribute<WorkflowAttribute>(false)
            ?? throw new ArgumentException($"{type} missing Workflow attribute", nameof(type));
        var errors = new List<string>();
        var handlers = new WorkflowDefinition.HandlerSet();
        MethodInfo? run = null;
        foreach (var method in MethodsOf(type))
        {
            if (HandlerNames.FindAttribute<WorkflowRunAttribute>(method) is not null)
            {
                run = ReadRun(type, method, run, attribute, errors);
            }
            ReadHandler(method, handlers, errors);
        }
        foreach (var property in type.GetProperties(Members))
        {
            if (property.GetCustomAttribute<WorkflowQueryAttribute>() is { } query)
            {
                AddQuery(handlers, WorkflowQueryDefinition.FromProperty(property, query), errors);
            }
        }
        if (run is null)
        {
            errors.Add("WorkflowRun method not found on the class itself (it must be declared or overridden there)");
        }
        WorkflowValidators.Attach(MethodsOf(type), handlers, errors);
        var (init, creator) = ReadCreator(type, run, errors);
        return errors.Count == 0
            ? new(type, attribute, run!, init, creator, handlers)
            : throw new ArgumentException(
                $"Workflow class {type} is not valid: {string.Join("; ", errors)}", nameof(type));
    }

    private static IEnumerable<MethodInfo> MethodsOf(Type type) =>
        type.IsInterface
            ? type.GetMethods(Members).Concat(type.GetInterfaces().SelectMany(i => i.GetMethods(Members)))
            : type.GetMethods(Members);

    private static MethodInfo ReadRun(
        Type type, MethodInfo method, MethodInfo? earlier, WorkflowAttribute attribute, List<string> errors)
    {
        if (method.DeclaringType != type)
        {
            // An inherited run method is used only when the class adds none of its own.
            return earlier ?? method;
        }
        if (earlier is not null && earlier.DeclaringType == type)
        {
            errors.Add($"more than one WorkflowRun method: {earlier.Name} and {method.Name}");
        }
        if (!method.IsPublic || method.IsStatic || !typeof(Task).IsAssignableFrom(method.ReturnType))
        {
            errors.Add($"WorkflowRun method {method.Name} must be public, non-static and return Task");
        }
        if (attribute.Dynamic && !TakesOnly(method, typeof(IRawValue[])))
        {
            errors.Add($"WorkflowRun method {method.Name} of a dynamic workflow must take IRawValue[]");
        }
        return method;
    }

    private static void ReadHandler(MethodInfo method, WorkflowDefinition.HandlerSet handlers, List<string> errors)
    {
        if (HandlerNames.FindAttribute<WorkflowSignalAttribute>(method) is { } signal)
        {
            var definition = WorkflowSignalDefinition.FromMethod(method, signal);
            Check(method, definition.Dynamic, typeof(Task), errors);
            if (definition.Dynamic)
            {
                Require(handlers.DynamicSignal is null, "more than one dynamic signal", errors);
                handlers.DynamicSignal = definition;
            }
            else
            {
                Require(handlers.Signals.TryAdd(definition.Name!, definition),
                    $"more than one signal named {definition.Name}", errors);
            }
        }
        if (HandlerNames.FindAttribute<WorkflowQueryAttribute>(method) is { } query)
        {
            Require(!typeof(Task).IsAssignableFrom(method.ReturnType) && method.ReturnType != typeof(void),
                $"query {method.Name} must return a value synchronously", errors);
            Check(method, query.Dynamic, null, errors);
            AddQuery(handlers, WorkflowQueryDefinition.FromMethod(method, query), errors);
        }
        if (HandlerNames.FindAttribute<WorkflowUpdateAttribute>(method) is { } update)
        {
            var definition = WorkflowUpdateDefinition.FromMethod(method, update);
            Check(method, definition.Dynamic, typeof(Task), errors);
            if (definition.Dynamic)
            {
                Require(handlers.DynamicUpdate is null, "more than one dynamic update", errors);
                handlers.DynamicUpdate = definition;
            }
            else
            {
                Require(handlers.Updates.TryAdd(definition.Name!, definition),
                    $"more than one update named {definition.Name}", errors);
            }
        }
    }

    private static void AddQuery(
        WorkflowDefinition.HandlerSet handlers, WorkflowQueryDefinition query, List<string> errors)
    {
        if (query.Dynamic)
        {
            Require(handlers.DynamicQuery is null, "more than one dynamic query", errors);
            handlers.DynamicQuery = query;
            return;
        }
        Require(handlers.Queries.TryAdd(query.Name!, query), $"more than one query named {query.Name}", errors);
    }

    private static void Check(MethodInfo method, bool dynamic, Type? returns, List<string> errors)
    {
        Require(method.IsPublic && !method.IsStatic, $"handler {method.Name} must be public and non-static", errors);
        Require(returns is null || returns.IsAssignableFrom(method.ReturnType),
            $"handler {method.Name} must return Task", errors);
        Require(!dynamic || TakesOnly(method, typeof(string), typeof(IRawValue[])),
            $"dynamic handler {method.Name} must take (string, IRawValue[])", errors);
    }

    private static (ConstructorInfo? Init, Func<object?[], object>? Creator) ReadCreator(
        Type type, MethodInfo? run, List<string> errors)
    {
        if (type.IsInterface || type.IsAbstract)
        {
            return (null, null);
        }
        var constructors = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public);
        var marked = constructors
            .Where(c => c.GetCustomAttribute<WorkflowInitAttribute>() is not null).ToArray();
        Require(marked.Length < 2, "more than one WorkflowInit constructor", errors);
        if (marked.Length == 1)
        {
            var same = run is not null && marked[0].GetParameters().Select(p => p.ParameterType)
                .SequenceEqual(run.GetParameters().Select(p => p.ParameterType));
            Require(same, "WorkflowInit constructor must take the parameters of the run method", errors);
            return (marked[0], args => Construct(marked[0], args));
        }
        var plain = constructors.FirstOrDefault(c => c.GetParameters().Length == 0);
        return plain is null ? (null, null) : (null, args => Construct(plain, args));
    }

    private static object Construct(ConstructorInfo constructor, object?[] args) =>
        constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, args, null);

    private static bool TakesOnly(MethodInfo method, params Type[] types) =>
        method.GetParameters().Select(p => p.ParameterType).SequenceEqual(types);

    private static void Require(bool condition, string error, List<string> errors)
    {
        if (!condition)
        {
            errors.Add(error);
        }
    }
}
