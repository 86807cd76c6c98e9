using System.Reflection;

namespace Runbooks.Temporal.Workflows;

/// <summary>Turns the names of types and members into the names the server knows.</summary>
internal static class HandlerNames
{
    /// <summary>A method's name without <c>Async</c>, which only asynchronous methods carry.</summary>
    internal static string OfMethod(MethodInfo method)
    {
        const string Suffix = "Async";
        var name = method.Name;
        // An explicit or local method may carry a qualified name; the last part is what its author wrote.
        var dot = name.LastIndexOf('.');
        name = dot < 0 ? name : name[(dot + 1)..];
        return typeof(Task).IsAssignableFrom(method.ReturnType) && name.Length > Suffix.Length &&
            name.EndsWith(Suffix, StringComparison.Ordinal)
            ? name[..^Suffix.Length]
            : name;
    }

    /// <summary>A type's name without the <c>I</c> of interfaces and the arity of generics.</summary>
    internal static string OfType(Type type)
    {
        var name = type.Name;
        if (type.IsInterface && name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]))
        {
            name = name[1..];
        }
        var tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : name[..tick];
    }

    /// <summary>The attribute on a method or on the interface or base method it fulfils.</summary>
    internal static T? FindAttribute<T>(MethodInfo method)
        where T : Attribute
    {
        var own = method.GetCustomAttribute<T>(false);
        if (own is not null || !method.IsVirtual)
        {
            return own;
        }
        var root = method.GetBaseDefinition();
        return root == method ? null : root.GetCustomAttribute<T>(false);
    }
}
