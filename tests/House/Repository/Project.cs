using System.Xml.Linq;

namespace Runbooks.Tests.House.Repository;

/// <summary>What a project file says about its neighbours.</summary>
internal sealed record Project(
    string Name, string Path, IReadOnlyList<string> References, IReadOnlyList<string> BuildOnly,
        IReadOnlyList<string> Packages)
{
    /// <summary>Projects of the product, by name.</summary>
    public static IReadOnlyDictionary<string, Project> Product { get; } =
        Source.Files("*.csproj", "src", "workflows").Select(Load).ToDictionary(p => p.Name);

    public static IReadOnlyList<Project> Tests { get; } = [.. Source.Files("*.csproj", "tests").Select(Load)];

    public string Folder => Path[..Path.LastIndexOf('/')];

    /// <summary>The built assembly; null when the solution was not built here.</summary>
    public string? Assembly
    {
        get
        {
            var path = Source.At($"{Folder}/bin/Debug/net10.0/{Name}.dll");
            return File.Exists(path) ? path : null;
        }
    }

    private static Project Load(string path)
    {
        var xml = XDocument.Load(Source.At(path));
        var references = xml.Descendants("ProjectReference").ToLookup(IsBuildOnly, NameOf);
        return new Project(
            System.IO.Path.GetFileNameWithoutExtension(path),
            path,
            [.. references[false].Order(StringComparer.Ordinal)],
            [.. references[true].Order(StringComparer.Ordinal)],
            [.. xml.Descendants("PackageReference").Select(p => p.Attribute("Include")!.Value)
                .Order(StringComparer.Ordinal)]);
    }

    private static bool IsBuildOnly(XElement reference) =>
        (string?)reference.Attribute("ReferenceOutputAssembly") == "false";

    private static string NameOf(XElement reference) =>
        System.IO.Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'));
}
