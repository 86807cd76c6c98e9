using System.Text.RegularExpressions;

namespace Runbooks.Tests.House.Repository;

/// <summary>One hand-written C# file: its path from the root with forward slashes, and its lines.</summary>
internal sealed record SourceFile(string Path, string[] Lines)
{
    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    /// <summary><c>src/Runbooks.Domain</c>, <c>tests/Unit</c>.</summary>
    public string Room => string.Join('/', Path.Split('/').Take(2));

    public string Text => string.Join('\n', Lines);
}

/// <summary>The repository as the laws read it.</summary>
internal static partial class Source
{
    private static readonly string[] NotOurs =
        ["bin", "obj", "node_modules", "Generated", ".git", "artifacts", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every hand-written C# file of product and tests.</summary>
    public static IReadOnlyList<SourceFile> All { get; } =
        [.. Files("*.cs").Select(path => new SourceFile(path, File.ReadAllLines(At(path))))];

    public static IEnumerable<SourceFile> Product => All.Where(file => !file.IsTest);

    public static string At(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(At(path));

    /// <summary>
    /// Files of a pattern below src, workflows and tests (or the folders given), generated and built ones left out.
    /// </summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders) =>
        (folders.Length > 0 ? folders : ["src", "workflows", "tests"])
            .Where(folder => Directory.Exists(At(folder)))
            .SelectMany(folder => Walk(At(folder), pattern))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>Words of an identifier or a sentence, in lower case.</summary>
    public static IEnumerable<string> Words(string text) => Word().Matches(text)
        .Select(m => m.Value.ToLowerInvariant());

    private static IEnumerable<string> Walk(string folder, string pattern)
    {
        foreach (var file in Directory.EnumerateFiles(folder, pattern))
        {
            yield return file;
        }
        foreach (var below in Directory.EnumerateDirectories(folder))
        {
            if (NotOurs.Contains(Path.GetFileName(below)))
            {
                continue;
            }
            foreach (var file in Walk(below, pattern))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Runbooks.sln")))
            {
                return folder.FullName;
            }
        }
        throw new InvalidOperationException("The laws are run from inside the repository.");
    }

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")]
    private static partial Regex Word();
}
