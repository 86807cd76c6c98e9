using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Runbooks.Tests.House.Repository;

/// <summary>What a built assembly really uses, read from its metadata without loading it.</summary>
internal sealed class AssemblyFacts
{
    private AssemblyFacts(IReadOnlyList<string> assemblies, IReadOnlyList<string> types, IReadOnlyList<string> members)
    {
        Assemblies = assemblies;
        Types = types;
        Members = members;
    }

    public IReadOnlyList<string> Assemblies { get; }

    /// <summary>Full names of types of other assemblies.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary><c>System.DateTime.get_UtcNow</c>.</summary>
    public IReadOnlyList<string> Members { get; }

    /// <summary>Reads a project's assembly; the test is skipped when the solution was not built here.</summary>
    public static AssemblyFacts Of(string project)
    {
        var path = Project.Product[project].Assembly;
        Assert.SkipWhen(path is null, $"{project} is not built; tests/run builds it");
        using var file = new PEReader(File.OpenRead(path!));
        var reader = file.GetMetadataReader();
        return new AssemblyFacts(
            [.. reader.AssemblyReferences.Select(h => reader.GetString(reader.GetAssemblyReference(h).Name))],
            [.. reader.TypeReferences.Select(h => TypeName(reader, h))],
            [.. reader.MemberReferences.Select(h => MemberName(reader, h)).Where(n => n.Length > 0)]);
    }

    private static string TypeName(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? TypeName(reader, (TypeReferenceHandle)type.ResolutionScope) + "+" + name
            : reader.GetString(type.Namespace) + "." + name;
    }

    private static string MemberName(MetadataReader reader, MemberReferenceHandle handle)
    {
        var member = reader.GetMemberReference(handle);
        return member.Parent.Kind == HandleKind.TypeReference
            ? TypeName(reader, (TypeReferenceHandle)member.Parent) + "." + reader.GetString(member.Name)
            : string.Empty;
    }
}
