using System.Text.RegularExpressions;
using Runbooks.Tests.House.Repository;

namespace Runbooks.Tests.House.Laws;

/// <summary>
/// Whoever meets a code finds its row: what it means, who acts, what to do. `RUNBOOKS_WRITE_REFUSALS=1` adds rows for
/// new codes from the sources; their wording is then reviewed by hand.
/// </summary>
public sealed partial class RefusalLaws(ITestOutputHelper output)
{
    private const string Page = "deploy/REFUSALS.md";

    [Fact]
    public void Code_Each_HasARowAndEachRowACode()
    {
        if (Environment.GetEnvironmentVariable("RUNBOOKS_WRITE_REFUSALS") == "1")
        {
            Write();
        }
        var rows = Rows().Select(r => r.Code).ToList();
        Law.Holds(RefusalCatalog.Codes.Except(rows));
        Law.Holds(rows.Except(RefusalCatalog.Codes));
        Assert.Equal(rows.Order(StringComparer.Ordinal), rows);
    }

    [Fact]
    public void Row_Each_SaysMeaningActorAndCorrection() =>
        Assert.All(Rows(), row => Assert.True(
            row.Meaning.Length > 3 && row.Actor.Length > 1 && row.Correction.Length > 3,
                $"{row.Code}: a cell of its row is empty"));

    /// <summary>A code means one thing: two constants of one code in different rooms are two meanings.</summary>
    [Fact]
    public void Code_Number_IsNotSharedByTwoRooms() =>
        Law.Holds(RefusalCatalog.Uses
            .Select(u => (u.Code, Room: string.Join('/', u.Path.Split('/').Take(2)), u.Constant))
            .Where(u => u.Room != Reader)
            .GroupBy(u => u.Code)
            .Where(g => g.Select(u => u.Room).Distinct().Count() > 1)
            .Select(g => $"{g.Key}: {string.Join(", ", g.Select(u => u.Room).Distinct())}")
            .Except(SharedOnPurpose));

    /// <summary>The command line acts on codes that the control plane answers; it makes none of them.</summary>
    private const string Reader = "src/Runbooks.Cli";

    /// <summary>One meaning, said in two rooms.</summary>
    private static readonly string[] SharedOnPurpose =
    [
        // Another run holds the group: the desk knows it before the start, the lease finds it out after.
        "RB-RUN-001: src/Runbooks.ControlPlane, src/Runbooks.Domain",
    ];

    /// <summary>A refusal that no test provokes may say anything.</summary>
    [Fact]
    public void Code_WithoutATestThatNamesIt_OnlyBecomesRarer()
    {
        var tests = string.Join('\n', Source.All
            .Where(f => f.IsTest && !f.Path.StartsWith("tests/House/", StringComparison.Ordinal)).Select(f => f.Text));
        var untested = RefusalCatalog.Uses.GroupBy(u => u.Code)
            .Where(g => !g.Any(u => tests.Contains(u.Code, StringComparison.Ordinal)
                || (u.Constant.Length > 0 && tests.Contains("." + u.Constant, StringComparison.Ordinal))))
            .Select(g => g.Key).Order(StringComparer.Ordinal).ToList();
        output.WriteLine($"figure {untested.Count} of {RefusalCatalog.Codes.Count()} codes are named by no test");
        Assert.True(
            untested.Count <= Ratchets.UntestedCodes,
                $"{untested.Count} untested codes, {Ratchets.UntestedCodes} allowed: "
                + string.Join(' ', untested));
    }

    private static List<(string Code, string Meaning, string Actor, string Correction)> Rows() =>
        [.. Row().Matches(Source.Read(Page)).Select(m =>
            (m.Groups[1].Value, m.Groups[2].Value.Trim(), m.Groups[3].Value.Trim(), m.Groups[4].Value.Trim()))];

    private static void Write()
    {
        var text = Source.Read(Page);
        var known = Rows().ToDictionary(r => r.Code);
        var lines = RefusalCatalog.Codes.Select(code =>
        {
            var best = RefusalCatalog.Uses.Where(u => u.Code == code).OrderByDescending(u => u.Correction.Length)
                .First();
            var row = known.TryGetValue(code, out var kept) && kept.Meaning.Length > 3
                ? kept
                : (Code: code, best.Meaning, Actor: string.Empty, best.Correction);
            return $"| `{code}` | {Cell(row.Meaning)} | {Cell(row.Actor)} | {Cell(row.Correction)} |";
        });
        var first = text.IndexOf("| `RB-", StringComparison.Ordinal);
        var head = first < 0 ? text : text[..first];
        File.WriteAllText(Source.At(Page), head + string.Join('\n', lines) + "\n");
    }

    private static string Cell(string text) => text.Replace("|", "/", StringComparison.Ordinal).Trim();

    [GeneratedRegex(@"^\| `(RB-[A-Z]+-\d{3})` \|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
