using Runbooks.Tests.House.Repository;

namespace Runbooks.Tests.House.Laws;

/// <summary>
/// Who may know whom. The table is the one of ARCHITECTURE.md; a new wall or door is a change of both, with a reason.
/// </summary>
public sealed class ReferenceLaws
{
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Runbooks.Domain"] = [],
        ["Runbooks.Definitions"] = ["Runbooks.Domain"],
        ["Runbooks.Replication"] = ["Runbooks.Domain"],
        ["Runbooks.Wire"] = ["Runbooks.Domain"],
        ["Runbooks.BlockPath"] = ["Runbooks.Domain", "Runbooks.Replication", "Runbooks.Wire"],
        ["Runbooks.Temporal.Api"] = [],
        ["Runbooks.Temporal"] = ["Runbooks.Temporal.Api"],
        ["Runbooks.Workflows"] = ["Runbooks.Domain", "Runbooks.Definitions", "Runbooks.Temporal"],
        ["Runbooks.Engine"] = ["Runbooks.Temporal.Api"],
        ["Runbooks.SiteAgent"] = ["Runbooks.Domain", "Runbooks.BlockPath", "Runbooks.Temporal", "Runbooks.Workflows"],
        ["Runbooks.Audit"] = ["Runbooks.Domain"],
        ["Runbooks.ControlPlane"] =
            ["Runbooks.Domain", "Runbooks.Definitions", "Runbooks.Temporal", "Runbooks.Audit", "Runbooks.Workflows",
                "Runbooks.Engine"],
        // Audit: an auditor verifies a bundle offline, so the verifier must run without a control plane.
        ["Runbooks.Cli"] = ["Runbooks.Domain", "Runbooks.Audit"],
    };

    /// <summary>
    /// `up` and `demo` start these as processes: they are built with the command line, never loaded by it.
    /// </summary>
    private static readonly Dictionary<string, string[]> MayBuild = new()
    {
        ["Runbooks.Cli"] = ["Runbooks.ControlPlane", "Runbooks.SiteAgent"],
    };

    private static readonly Dictionary<string, string[]> MayUsePackages = new()
    {
        ["Runbooks.Definitions"] = ["YamlDotNet"],
        ["Runbooks.Temporal.Api"] = ["Google.Protobuf", "Grpc.Tools"],
        ["Runbooks.Engine"] = ["Npgsql"],
        ["Runbooks.SiteAgent"] = ["System.CommandLine"],
        ["Runbooks.Audit"] = ["Dapper", "Npgsql"],
        ["Runbooks.ControlPlane"] =
            ["Dapper", "Microsoft.AspNetCore.OpenApi", "Microsoft.Win32.SystemEvents", "Npgsql", "QRCoder",
                "Swashbuckle.AspNetCore.SwaggerUI", "System.CommandLine", "System.Drawing.Common"],
        ["Runbooks.Cli"] = ["Spectre.Console", "System.CommandLine"],
    };

    public static TheoryData<string> Projects => [.. Project.Product.Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void Table_OfRooms_NamesEveryProjectAndNoOther() =>
        Assert.Equal(
            MayReference.Keys.Order(StringComparer.Ordinal), Project.Product.Keys.Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Projects))]
    public void Project_References_OnlyWhatTheTableAllows(string name)
    {
        var project = Project.Product[name];
        Law.Holds(project.References.Except(MayReference.GetValueOrDefault(name, [])));
        Law.Holds(project.BuildOnly.Except(MayBuild.GetValueOrDefault(name, [])));
    }

    [Theory, MemberData(nameof(Projects))]
    public void Project_Packages_AreOnlyThoseDecided(string name) =>
        Law.Holds(Project.Product[name].Packages.Except(MayUsePackages.GetValueOrDefault(name, [])));

    [Fact]
    public void Project_OfTests_IsReferencedByNoProduct() =>
        Law.Holds(Project.Product.Values.SelectMany(p => p.References).Intersect(Project.Tests.Select(t => t.Name)));

    [Fact]
    public void Project_Folder_HasItsLockFile() =>
        Law.Holds(Project.Product.Values.Concat(Project.Tests)
            .Where(p => !File.Exists(Source.At($"{p.Folder}/packages.lock.json"))).Select(p => p.Path));

    [Fact]
    public void Package_Versions_AreExactAndCentral()
    {
        var central =
            System.Xml.Linq.XDocument.Load(Source.At("Directory.Packages.props")).Descendants("PackageVersion")
                .ToList();
        var names = central.Select(p => p.Attribute("Include")!.Value).ToList();
        Assert.Equal(names.Order(StringComparer.OrdinalIgnoreCase), names);
        Assert.All(central, p => Assert.Matches(@"^\d+(\.\d+)+$", p.Attribute("Version")!.Value));
        Law.Holds(Source.Files("*.csproj").Where(p => Source.Read(p).Contains("Version=\"", StringComparison.Ordinal)));
    }
}
