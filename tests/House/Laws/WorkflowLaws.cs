using System.Text.Json;
using System.Text.RegularExpressions;
using Runbooks.Tests.House.Repository;

namespace Runbooks.Tests.House.Laws;

/// <summary>Procedures are written down twice, once for people and once for machines, and the two must agree.</summary>
public sealed partial class WorkflowLaws
{
    private const string Room = "workflows/Runbooks.Workflows";

    private static IReadOnlyList<SourceFile> Workflows { get; } =
        [.. Source.Product.Where(f => f.Path.EndsWith(".workflow.cs", StringComparison.Ordinal))];

    public static TheoryData<string> Numbered =>
        [.. Source.Files("README.md", "workflows").Select(path => path.Split('/')[2])
            .Where(folder => folder != "README.md")];

    [Theory, MemberData(nameof(Numbered))]
    public void Steps_OfTheReadme_AreTheStepsOfTheCode(string folder)
    {
        Assert.SkipWhen(Ratchets.UnnumberedWorkflows.Contains(folder),
            "known gap: the code does not carry the numbers yet");
        var readme = Source.Read($"{Room}/{folder}/README.md");
        var written = NumberedLine().Matches(readme).Select(m => m.Groups[1].Value).ToList();
        var parts = LetteredPart().Matches(readme).Select(m => m.Groups[1].Value).ToList();
        var coded = Source.Product.Where(f => f.Path.StartsWith($"{Room}/{folder}/", StringComparison.Ordinal))
            .SelectMany(f => StepComment().Matches(f.Text)).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.Equal(Enumerable.Range(1, written.Count).Select(n => $"{n}"), written);
        Law.Holds(written.Except(coded));
        Law.Holds(coded.Except(written).Except(parts));
    }

    [Fact]
    public void Gap_OfNumberedSteps_StillIsOne() =>
        Law.Holds(Ratchets.UnnumberedWorkflows.Where(folder => Source.Product
            .Any(f => f.Path.StartsWith($"{Room}/{folder}/", StringComparison.Ordinal)
                && f.Text.Contains("// Step 1:", StringComparison.Ordinal))));

    [Fact]
    public void Workflow_EachType_HasARecordedHistory()
    {
        var types = Workflows.SelectMany(TypeNames).ToList();
        Assert.NotEmpty(types);
        var recorded = RecordedTypes().ToHashSet();
        Law.Holds(types.Except(recorded).Except(Ratchets.WorkflowsWithoutHistory));
        Law.Holds(Ratchets.WorkflowsWithoutHistory.Where(recorded.Contains));
    }

    [Fact]
    public void Workflow_Attribute_StandsInAWorkflowFileOnly() =>
        Law.Holds(Source.Product.Except(Workflows)
            .Where(f => f.Room == Room && WorkflowAttribute().IsMatch(f.Text)).Select(f => f.Path));

    /// <summary>The name on the wire: the attribute's argument, else the class's name.</summary>
    private static IEnumerable<string> TypeNames(SourceFile file) =>
        WorkflowAttribute().Matches(file.Text).Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value);

    private static IEnumerable<string> RecordedTypes()
    {
        foreach (var path in Source.Files("*.json", "tests/Replay"))
        {
            using var history = JsonDocument.Parse(Source.Read(path));
            if (history.RootElement.ValueKind == JsonValueKind.Object
                && history.RootElement.TryGetProperty("events", out var events) && events.GetArrayLength() > 0
                && events[0].TryGetProperty("workflowExecutionStartedEventAttributes", out var started))
            {
                yield return started.GetProperty("workflowType").GetProperty("name").GetString()!;
            }
        }
    }

    [GeneratedRegex(@"^(\d+)\. ", RegexOptions.Multiline)]
    private static partial Regex NumberedLine();

    [GeneratedRegex(@"\((\d+[a-z])\)")]
    private static partial Regex LetteredPart();

    [GeneratedRegex(@"// Step (\d+[a-z]?): ")]
    private static partial Regex StepComment();

    [GeneratedRegex(@"^\[Workflow(?:\(""?([^"")]+)""?\))?\][\s\S]*?\bclass (\w+)", RegexOptions.Multiline)]
    private static partial Regex WorkflowAttribute();
}
