using System.Reflection;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Activities;

/// <summary>One activity: its name, parameters and how to call it.</summary>
public sealed class ActivityDefinition
{
    private readonly Func<object?[], object?> invoker;

    private ActivityDefinition(
        string? name, Type returnType, IReadOnlyList<Type> parameterTypes, int requiredParameterCount,
        IReadOnlyList<object?> defaults, Func<object?[], object?> invoker)
    {
        Name = name;
        ReturnType = returnType;
        ParameterTypes = parameterTypes;
        RequiredParameterCount = requiredParameterCount;
        Defaults = defaults;
        this.invoker = invoker;
    }

    /// <summary>Activity type name; null for the dynamic activity.</summary>
    public string? Name { get; }

    /// <summary>True for the dynamic activity.</summary>
    public bool Dynamic => Name is null;

    /// <summary>Declared return type.</summary>
    public Type ReturnType { get; }

    /// <summary>Parameter types in order.</summary>
    public IReadOnlyList<Type> ParameterTypes { get; }

    /// <summary>Leading parameters without a default value.</summary>
    public int RequiredParameterCount { get; }

    internal IReadOnlyList<object?> Defaults { get; }

    /// <summary>Reads a delegate whose method carries <see cref="ActivityAttribute"/>.</summary>
    /// <param name="del">Delegate.</param>
    /// <returns>The definition.</returns>
    public static ActivityDefinition Create(Delegate del)
    {
        ArgumentNullException.ThrowIfNull(del);
        return FromMethod(del.Method, RequireAttribute(del.Method), () => del.Target);
    }

    /// <summary>Makes an activity of any delegate.</summary>
    /// <param name="name">Activity type name; null for the dynamic activity.</param>
    /// <param name="del">Delegate.</param>
    /// <returns>The definition.</returns>
    public static ActivityDefinition CreateWithoutAttribute(string? name, Delegate del)
    {
        ArgumentNullException.ThrowIfNull(del);
        return Build(name, del.Method, () => del.Target);
    }

    /// <summary>Every activity of a type.</summary>
    /// <param name="type">Class with marked methods.</param>
    /// <param name="instance">Object for instance methods; null allows static ones only.</param>
    /// <returns>At least one definition.</returns>
    public static IReadOnlyCollection<ActivityDefinition> CreateAll(Type type, object? instance) =>
        CreateAll(type, () => instance ?? throw new InvalidOperationException(
            $"Instance not provided for the activities of {type}"));

    /// <summary>Every activity of a type, with an object made per call.</summary>
    /// <param name="type">Class with marked methods.</param>
    /// <param name="instance">Source of the object.</param>
    /// <returns>At least one definition.</returns>
    internal static IReadOnlyCollection<ActivityDefinition> CreateAll(Type type, Func<object?> instance)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance |
            BindingFlags.Static;
        var found = new List<ActivityDefinition>();
        foreach (var method in type.GetMethods(All))
        {
            if (FindAttribute(method) is { } attribute)
            {
                found.Add(FromMethod(method, attribute, method.IsStatic ? static () => null : instance));
            }
        }
        return found.Count > 0 ? found : throw new ArgumentException($"No activities found on {type}", nameof(type));
    }

    internal static string NameFromMethodForCall(MethodInfo method)
    {
        var attribute = RequireAttribute(method);
        return attribute.Dynamic
            ? throw new ArgumentException($"{method} is a dynamic activity and has no name", nameof(method))
            : attribute.Name ?? HandlerNames.OfMethod(method);
    }

    /// <summary>Calls the activity and unwraps its task.</summary>
    /// <param name="args">Arguments, one per parameter.</param>
    /// <returns>The result; null for none.</returns>
    internal Task<object?> InvokeAsync(object?[] args) => TaskResults.UnwrapAsync(invoker(args), ReturnType);

    private static ActivityDefinition FromMethod(
        MethodInfo method, ActivityAttribute attribute, Func<object?> instance) =>
        Build(attribute.Dynamic ? null : attribute.Name ?? HandlerNames.OfMethod(method), method, instance);

    private static ActivityDefinition Build(string? name, MethodInfo method, Func<object?> instance)
    {
        var parameters = method.GetParameters();
        if (method.ContainsGenericParameters || parameters.Any(p => p.ParameterType.IsByRef))
        {
            throw new ArgumentException($"{method} has generic or by-reference parameters", nameof(method));
        }
        if (name is null && (parameters.Length != 1 || parameters[0].ParameterType != typeof(IRawValue[])))
        {
            throw new ArgumentException($"Dynamic activity {method} must take IRawValue[]", nameof(method));
        }
        return new(
            name,
            method.ReturnType,
            parameters.Select(p => p.ParameterType).ToArray(),
            parameters.Count(p => !p.HasDefaultValue),
            parameters.Select(p => p.HasDefaultValue ? p.DefaultValue : null).ToArray(),
            args => method.Invoke(instance(), BindingFlags.DoNotWrapExceptions, null, args, null));
    }

    private static ActivityAttribute RequireAttribute(MethodInfo method) =>
        FindAttribute(method) ?? throw new ArgumentException($"{method} missing Activity attribute", nameof(method));

    /// <summary>The mark may stand on the method or on the interface method it implements.</summary>
    private static ActivityAttribute? FindAttribute(MethodInfo method)
    {
        var own = HandlerNames.FindAttribute<ActivityAttribute>(method);
        if (own is not null || method.IsStatic || method.DeclaringType is not { IsInterface: false } type)
        {
            return own;
        }
        foreach (var contract in type.GetInterfaces())
        {
            var map = type.GetInterfaceMap(contract);
            var index = Array.IndexOf(map.TargetMethods, method);
            if (index >= 0 && map.InterfaceMethods[index].GetCustomAttribute<ActivityAttribute>(false) is { } mark)
            {
                return mark;
            }
        }
        return null;
    }
}
