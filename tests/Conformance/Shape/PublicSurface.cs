using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Runbooks.Tests.Conformance.Shape;

/// <summary>The public surface of an assembly as text: one line a type, one indented line a member, sorted.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Words = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool",
        [typeof(byte)] = "byte", [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long",
        [typeof(float)] = "float", [typeof(double)] = "double",
    };

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(Name, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.Namespace).Append('.').Append(Name(type));
            var bases = Bases(type).ToList();
            text.Append(bases.Count > 0 ? " : " + string.Join(", ", bases) : "").Append('\n');
            foreach (var member in Members(type).Distinct().Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary><c>Namespace.Type</c> and <c>Namespace.Type.Member</c>, as documentation names them.</summary>
    public static HashSet<string> Names(Assembly assembly)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var type in assembly.GetExportedTypes())
        {
            var name = $"{type.Namespace}.{Plain(type.FullName![(type.Namespace!.Length + 1)..])}".Replace('+', '.');
            names.Add(name);
            names.UnionWith(type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
                .Select(member => $"{name}.{Plain(member.Name)}"));
        }

        return names;
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name))}");
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return [Signature(type.GetMethod("Invoke")!)];
        }

        var constructors = type.GetConstructors(Declared).Where(IsVisible)
            .Select(c => $"new({Parameters(c)})");
        var fields = type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily)
            .Select(f => $"{(f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}");
        var properties = type.GetProperties(Declared)
            .Where(p => p.GetAccessors(nonPublic: true).Any(IsVisible) && p.Name != "EqualityContract")
            .Select(Property);
        var methods = type.GetMethods(Declared)
            .Where(m => IsVisible(m) && !m.IsSpecialName && !IsMadeForRecords(m)).Select(Signature);
        return [.. constructors, .. fields, .. properties, .. methods];
    }

    private static string Property(PropertyInfo p)
    {
        var accessors = p.GetAccessors(nonPublic: true);
        var isStatic = accessors[0].IsStatic ? "static " : "";
        var set = p.SetMethod is { } setter && IsVisible(setter)
            ? setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;"
            : "";
        return $"{isStatic}{Name(p.PropertyType)} {p.Name} {{{(p.CanRead ? " get;" : "")}{set} }}";
    }

    private static string Signature(MethodInfo m)
    {
        var generic = m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(Name))}>" : "";
        return $"{(m.IsStatic ? "static " : "")}{Name(m.ReturnType)} {m.Name}{generic}({Parameters(m)})";
    }

    private static string Parameters(MethodBase m) => string.Join(", ", m.GetParameters().Select(p =>
        $"{(p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")}{Name(p.ParameterType)} {p.Name}"
        + (p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")));

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum || typeof(Delegate).IsAssignableFrom(type))
        {
            return [];
        }

        var parent = type.BaseType is { } b && b != typeof(object)
            && b != typeof(ValueType) ? [Name(b)] : Array.Empty<string>();
        return parent
            .Concat(type.GetInterfaces().Where(i => i.Namespace!.StartsWith("Runbooks", StringComparison.Ordinal)
            || i == typeof(IDisposable) || i == typeof(IAsyncDisposable)).Select(Name).Order(StringComparer.Ordinal));
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
        : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
        : (type.IsAbstract
            && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")
            + "class";

    private static bool IsVisible(MethodBase m) => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly;

    private static bool IsMadeForRecords(MethodInfo m) => m.Name is "PrintMembers" or "<Clone>$" or "Deconstruct"
        || m.Name is "ToString" or "GetHashCode" or "Equals" || m.IsDefined(typeof(CompilerGeneratedAttribute));

    private static string Name(Type type)
    {
        if (Words.TryGetValue(type, out var word))
        {
            return word;
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Name(value) + "?";
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        var name = type.DeclaringType is { } outer && !type.IsGenericParameter ? Plain(Name(outer)) + "."
            + Plain(type.Name)
            : Plain(type.Name);
        return type.IsGenericType
            ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : name;
    }

    private static string Plain(string name) =>
        name.Contains('`') ? name[..name.IndexOf('`')] : name.Contains('<') ? name[..name.IndexOf('<')] : name;
}
