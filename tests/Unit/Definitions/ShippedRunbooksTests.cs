using Runbooks.Definitions;
using Runbooks.Definitions.Schema;

namespace Runbooks.Tests.Unit.Definitions;

public sealed class ShippedRunbooksTests
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f)!)];

    private static string Folder => Path.Combine(RepositoryRoot.Path, "runbooks");

    [Theory]
    [MemberData(nameof(Files))]
    public void ShippedRunbook_Parsed_HasNoProblems(string file)
    {
        var parsed = RunbookParser.Parse(File.ReadAllText(Path.Combine(Folder, file)));

        Assert.Empty(parsed.Problems.Select(p => p.ToString()));
        Assert.StartsWith("sha256:", parsed.Hash, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void CanonicalText_ParsedAgain_HasTheSameHash(string file)
    {
        var parsed = RunbookParser.Parse(File.ReadAllText(Path.Combine(Folder, file)));

        var again = RunbookParser.Parse(parsed.CanonicalText);

        Assert.True(again.IsValid);
        Assert.Equal(parsed.Hash, again.Hash);
    }

    [Fact]
    public void PublishedSchema_ComparedWithTheStepLibrary_IsTheSame()
    {
        var path = Path.Combine(Folder, "schema", "runbook.v1.json");
        if (Environment.GetEnvironmentVariable("RUNBOOKS_WRITE_SCHEMA") == "1")
        {
            File.WriteAllText(path, RunbookSchema.WriteText());
        }

        Assert.Equal(RunbookSchema.WriteText(), File.ReadAllText(path));
    }
}
