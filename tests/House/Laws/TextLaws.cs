using System.Text.RegularExpressions;
using Runbooks.Tests.House.Repository;

namespace Runbooks.Tests.House.Laws;

/// <summary>
/// What may not stand in the text: open ends, machine paths, swallowed failures, unsettled enum text.
/// </summary>
public sealed partial class TextLaws(ITestOutputHelper output)
{
    /// <summary>
    /// The declared boundaries: a catch of everything that does not throw again. Each answers, records or hands the
    /// failure on; none goes on as if nothing had happened. May only shrink.
    /// </summary>
    private static readonly Dictionary<string, (int Count, string Why)> Boundaries = new()
    {
        ["src/Runbooks.ControlPlane/Api/FailureBoundary.cs"] =
            (1, "HTTP filter: every failure becomes a problem document with a trace id"),
        ["src/Runbooks.ControlPlane/Projection/RunProjector.cs"] =
            (1, "one run that cannot be read must not stop the projection of the others; logged, tried again"),
        ["src/Runbooks.Engine/Grpc/EngineEndpoint.cs"] =
            (1, "RPC dispatcher: becomes status INTERNAL and a log entry"),
        ["src/Runbooks.Temporal/Worker/ActivityAttempt.cs"] =
            (1, "activity dispatcher: becomes the attempt's failure"),
        ["src/Runbooks.Temporal/Worker/ActivityWorker.cs"] =
            (1, "poll loop: logged, polled again with back-off"),
        ["src/Runbooks.Temporal/Worker/HeartbeatSender.cs"] =
            (1, "a lost heartbeat is sent again; the server times out if none arrives"),
        ["src/Runbooks.Temporal/Worker/Language/WorkflowHandlers.cs"] =
            (4, "user code of queries, signals and updates: becomes their failure"),
        ["src/Runbooks.Temporal/Worker/Language/WorkflowInstance.cs"] =
            (3, "user code of the workflow: becomes its failure or the task's"),
        ["src/Runbooks.Temporal/Worker/WorkflowTaskHandler.cs"] =
            (1, "workflow task dispatcher: becomes the task's failure"),
    };

    /// <summary>Methods of HTTP, and the name of a result field that a document refers to.</summary>
    private static readonly string[] ForeignWords = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "recoveryPoint"];

    [Fact]
    public void Code_HasNoOpenEnds() =>
        Law.Holds(Hits(OpenEnd(), Source.All.Where(f => !f.Path.StartsWith("tests/House/", StringComparison.Ordinal))));

    [Fact]
    public void Text_NamesNoMachineOrRegistry() =>
        Law.Holds(
            from path in Source.Files("*", "src", "workflows", "tests", "deploy", "runbooks", ".ci")
                .Concat(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docker-compose.yml",
                    "Directory.Build.props"])
            where !path.StartsWith("tests/House/Laws/", StringComparison.Ordinal) && IsText(path)
                && File.Exists(Source.At(path))
            from line in File.ReadLines(Source.At(path)).Select((text, at) => (text, at))
            where MachinePath().IsMatch(line.text)
            select $"{path}:{line.at + 1}: {line.text.Trim()}");

    [Fact]
    public void Catch_OfEverything_RethrowsOrIsADeclaredBoundary()
    {
        var found = Source.Product.Select(f => (f.Path, Places: Swallowing(f).ToList()))
            .Where(f => f.Places.Count > 0).ToList();
        foreach (var (path, places) in found)
        {
            output.WriteLine($"{path}: lines {string.Join(", ", places)}");
        }
        Law.Holds(found.Where(f => f.Places.Count > (Boundaries.TryGetValue(f.Path, out var b) ? b.Count : 0))
            .Select(f => $"{f.Path}: lines {string.Join(", ", f.Places)}"));
        Law.Holds(Boundaries.Keys.Except(found.Select(f => f.Path)));
    }

    [Fact]
    public void Enum_OfTheDomain_IsWrittenInKebabCase() =>
        Law.Holds(
            from file in Source.Product.Where(f => f.Room == "src/Runbooks.Domain")
            from Match type in PublicEnum().Matches(file.Text)
            where !file.Text.Contains($"KebabCaseJsonConverter<{type.Groups[1].Value}>", StringComparison.Ordinal)
            select $"{file.Path}: {type.Groups[1].Value}");

    [Fact]
    public void Enum_TextInSchemas_IsKebabCase() =>
        Law.Holds(
            from path in Source.Files("*.json", "runbooks/schema")
            from Match list in EnumList().Matches(Source.Read(path))
            from Match word in Quoted().Matches(list.Groups[1].Value)
            where !Kebab().IsMatch(word.Groups[1].Value) && !ForeignWords.Contains(word.Groups[1].Value)
            select $"{path}: {word.Groups[1].Value}");

    private static IEnumerable<string> Hits(Regex banned, IEnumerable<SourceFile> files) =>
        files.SelectMany(f => f.Lines.Select((line, at) => (line, at)).Where(l => banned.IsMatch(l.line))
            .Select(l => $"{f.Path}:{l.at + 1}"));

    /// <summary>Lines of catch-alls whose block neither throws nor hands the failure over to a waiting task.</summary>
    private static IEnumerable<int> Swallowing(SourceFile file)
    {
        for (var at = 0; at < file.Lines.Length - 1; at++)
        {
            if (!CatchAll().IsMatch(file.Lines[at]) || file.Lines[at + 1].Contains("when", StringComparison.Ordinal))
            {
                continue;
            }
            var indent = file.Lines[at].Length - file.Lines[at].TrimStart().Length;
            var close = new string(' ', indent) + "}";
            var end = Array.FindIndex(file.Lines, at + 1, l => l.StartsWith(close, StringComparison.Ordinal));
            var block = string.Join('\n', file.Lines[at..(end < 0 ? file.Lines.Length : end)]);
            if (!block.Contains("throw", StringComparison.Ordinal)
                && !block.Contains("SetException(", StringComparison.Ordinal))
            {
                yield return at + 1;
            }
        }
    }

    private static bool IsText(string path) => Path.GetExtension(path) is
        ".cs" or ".md" or ".json" or ".yaml" or ".yml" or ".props" or ".csproj" or ".mjs" or ".cjs" or ".sql"
            or ".txt" or ".service"
        or ".rules" or ".conf" or "";

    [GeneratedRegex(@"\b(FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex OpenEnd();

    [GeneratedRegex(
        @"(?<![\w.])/(work|root|home)/[\w.]|resolved"": ""https?:|\.pyenv|\.nuget/packages|packages\.[a-z]+\.(internal|local)")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"^\s*(\} )?catch\s*(\(Exception(\s+\w+)?\))?\s*(\{.*)?$")]
    private static partial Regex CatchAll();

    [GeneratedRegex(@"public enum (\w+)")]
    private static partial Regex PublicEnum();

    [GeneratedRegex(@"""enum"":\s*\[([^\]]*)\]")]
    private static partial Regex EnumList();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^[a-z0-9]+([.-][a-z0-9]+)*$")]
    private static partial Regex Kebab();
}
