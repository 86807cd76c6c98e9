using Runbooks.Tests.House.Repository;

namespace Runbooks.Tests.House.Laws;

/// <summary>The top folder is a table of contents, not a drawer.</summary>
public sealed class RootLaws
{
    private static readonly string[] Allowed =
    [
        "src", "workflows", "tests", "deploy", "runbooks", "Runbooks.sln", "docker-compose.yml", "README.md",
        "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
        "Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", ".gitignore", ".ci",
    ];

    /// <summary>Made by tools, ignored by git.</summary>
    private static readonly string[] Ignored = [".git", "artifacts", "TestResults", ".vs", ".idea", ".vscode"];

    [Fact]
    public void Root_Entries_AreExactlyTheAllowed()
    {
        var found = Directory.EnumerateFileSystemEntries(Source.Root).Select(p => Path.GetFileName(p)!)
            .Except(Ignored).ToHashSet();
        Law.Holds(found.Except(Allowed));
        Law.Holds(Allowed.Except(found));
    }

    [Fact]
    public void TestLayer_EachInTestsRun_IsAProject()
    {
        var run = Source.Read("tests/run");
        var layers = Project.Tests.Select(p => p.Name).Where(n => n is not ("Runbooks.Testing" or "Benchmarks"));
        Assert.All(layers, layer => Assert.Contains($"[{layer}]=", run, StringComparison.Ordinal));
    }

    [Fact]
    public void Link_InADocument_LeadsToAFile()
    {
        var broken =
            from path in Source.Files("*.md", "src", "workflows", "tests", "deploy", "runbooks")
                .Concat(Directory.EnumerateFiles(Source.Root, "*.md").Select(p => Path.GetFileName(p)!))
            from System.Text.RegularExpressions.Match link in
                System.Text.RegularExpressions.Regex.Matches(Source.Read(path),
                    @"\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)]*)?\)")
            let target = Path.Combine(Path.GetDirectoryName(Source.At(path))!, link.Groups[1].Value)
            where !File.Exists(target) && !Directory.Exists(target)
            select $"{path}: {link.Groups[1].Value}";
        Law.Holds(broken);
    }
}
