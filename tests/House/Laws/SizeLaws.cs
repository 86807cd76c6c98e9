using System.Text.RegularExpressions;
using Runbooks.Tests.House.Repository;

namespace Runbooks.Tests.House.Laws;

/// <summary>
/// Sizes. Hard stops have an allow-list with reasons; the rest are ratchets: today's count per room, which may only
/// shrink. A ratchet that could be lower says so when the tests run with `-showLiveOutput`.
/// </summary>
public sealed partial class SizeLaws(ITestOutputHelper output)
{
    private const int FileLinesMax = 600;
    private const int TestFileLinesMax = 800;
    private const int FunctionLinesMax = 70;
    private const int ColumnsMax = 120;

    [Fact]
    public void File_Length_StaysUnderTheHardStop() =>
        Law.Holds(Source.All
            .Where(f => f.Lines.Length > (f.IsTest ? TestFileLinesMax : FileLinesMax)
                && !Ratchets.LongFiles.ContainsKey(f.Path))
            .Select(f => $"{f.Path}: {f.Lines.Length} lines"));

    [Fact]
    public void File_Allowed_ToBeLong_StillIsAndHasNotGrown() =>
        Assert.All(Ratchets.LongFiles, entry =>
        {
            var file = Assert.Single(Source.All, f => f.Path == entry.Key);
            Assert.InRange(file.Lines.Length, FileLinesMax + 1, entry.Value.LinesMax);
        });

    [Fact]
    public void File_LengthsOfTheProduct_KeepTheirMedianAndTail()
    {
        var lengths = Source.Product.Select(f => f.Lines.Length).Order().ToList();
        var (half, tail) = (lengths[lengths.Count / 2], lengths[lengths.Count * 9 / 10]);
        output.WriteLine($"figure {lengths.Count} product files, {lengths.Sum()} lines, p50 {half}, p90 {tail}");
        TestContext.Current.SendDiagnosticMessage("p50 {0}, p90 {1}", half, tail);
        Assert.True(half < 80 && tail < 300 && lengths.Average() >= 15,
            $"p50 {half} (under 80), p90 {tail} (under 300)");
    }

    [Fact]
    public void Function_Length_OverTheLimit_OnlyShrinks() =>
        Ratchet.Hold("long functions", Ratchets.LongFunctions, output,
        Source.All.SelectMany(f => Functions(f).Where(fn => fn.Length > FunctionLinesMax)
            .Select(fn => (f.Room, $"{f.Path}:{fn.Line} {fn.Length} lines"))));

    [Fact]
    public void Line_Width_OverTheLimit_OnlyShrinks() => Ratchet.Hold("wide lines", Ratchets.WideLines, output,
        Source.All.SelectMany(f => f.Lines.Select((line, at) => (f.Room, Line: line, Name: $"{f.Path}:{at + 1}")))
            .Where(l => l.Line.Length > ColumnsMax).Select(l => (l.Room, l.Name)));

    [Fact]
    public void PublicType_SharingItsFile_OnlyShrinks() => Ratchet.Hold("crowded files", Ratchets.CrowdedFiles, output,
        Source.Product.Where(IsCrowded).Select(f => (f.Room, f.Path)));

    /// <summary>More than one public type, unless all are small records, enums or their like of one topic.</summary>
    private static bool IsCrowded(SourceFile file)
    {
        var kinds = file.Lines.Select(l => PublicType().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value)
            .ToList();
        return kinds.Count > 1 && (kinds.Any(k => k is "class" or "interface" or "struct") || file.Lines.Length > 250);
    }

    /// <summary>
    /// Bodies between braces that stand alone on a line of equal indentation, which is how this house writes them. A
    /// header that is no control flow and no type is a function, a local function or a lambda.
    /// </summary>
    private static IEnumerable<(int Line, int Length)> Functions(SourceFile file)
    {
        for (var at = 1; at < file.Lines.Length; at++)
        {
            var line = file.Lines[at];
            if (line.Trim() != "{" || !IsFunctionHeader(file.Lines, at - 1))
            {
                continue;
            }
            var close = line.Replace('{', '}');
            var end = Array.FindIndex(file.Lines, at, l => l.StartsWith(close, StringComparison.Ordinal));
            if (end > 0)
            {
                yield return (at, end - at + 1);
            }
        }
    }

    private static bool IsFunctionHeader(string[] lines, int at)
    {
        // A signature may be folded over several lines: walk up to the line that opens it.
        var opening = at;
        while (opening > 0 && lines[opening].Length > 0
            && lines[opening].StartsWith("        ", StringComparison.Ordinal)
            && lines[opening - 1].TrimEnd() is { Length: > 0 } above && (above.EndsWith('(') || above.EndsWith(',')))
        {
            opening--;
        }
        var text = lines[opening].TrimStart();
        return lines[at].TrimEnd().EndsWith(')') && !NoFunction().IsMatch(text);
    }

    [GeneratedRegex(
        @"^public (?:sealed |static |abstract |readonly |partial |unsafe |ref )*(class|record struct|record|struct|interface|enum|delegate)\b")]
    private static partial Regex PublicType();

    [GeneratedRegex(
        @"^(if|else|for|foreach|while|switch|using|lock|catch|fixed|await using|await foreach|do|unsafe|when)\b|\b(class|record|struct|interface)\b")]
    private static partial Regex NoFunction();
}
