using System.Text.Json.Nodes;
using Runbooks.Definitions;
using Runbooks.Definitions.Diff;

namespace Runbooks.Tests.Unit.Definitions;

public sealed class SemanticDiffTests
{
    private const string Steps = """
            - { id: a, uses: delay, with: { for: 1s } }
            - { id: b, uses: delay, with: { for: 2s } }
            - { id: c, uses: delay, with: { for: 3s } }
        """;

    [Fact]
    public void Same_WrittenDifferently_IsTheSame() =>
        Assert.True(Diff(Steps, Steps.Replace("{ for: 1s }", "{ \"for\": '1s' }", StringComparison.Ordinal)).Same);

    [Fact]
    public void Field_Changed_IsNamedWithBothValues()
    {
        var diff = Diff(Steps, Steps.Replace("2s", "9s", StringComparison.Ordinal));
        var step = Assert.Single(diff.Steps);
        Assert.Equal(("b", "changed"), (step.Path, step.Change));
        Assert.Equal(new FieldDifference("with.for", "\"2s\"", "\"9s\""), Assert.Single(step.Fields));
        Assert.Contains("with.for: \"2s\" -> \"9s\"", diff.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_PutFirst_IsTheOnlyOneThatMoved()
    {
        var diff = Diff(Steps, """
                - { id: c, uses: delay, with: { for: 3s } }
                - { id: a, uses: delay, with: { for: 1s } }
                - { id: b, uses: delay, with: { for: 2s } }
            """);
        var step = Assert.Single(diff.Steps);
        Assert.Equal(("c", "moved", "place 3"), (step.Path, step.Change, step.MovedFrom));
    }

    [Fact]
    public void Step_PutIntoABlock_HasMovedAndIsNotNew()
    {
        var diff = Diff(Steps, """
                - { id: a, uses: delay, with: { for: 1s } }
                - id: both
                  parallel: true
                  steps:
                    - { id: b, uses: delay, with: { for: 2s } }
                    - { id: c, uses: delay, with: { for: 4s } }
            """);
        Assert.Equal(
            ["added both", "moved both.b", "moved both.c"], diff.Steps.Select(s => $"{s.Change} {s.Path}").Order());
        Assert.Equal("c", diff.Steps.Single(s => s.Path == "both.c").MovedFrom);
        Assert.Equal("with.for", Assert.Single(diff.Steps.Single(s => s.Path == "both.c").Fields).Field);
    }

    [Fact]
    public void Step_RemovedAndAdded_AreBothSaid()
    {
        var diff = Diff(Steps, """
                - { id: a, uses: delay, with: { for: 1s } }
                - { id: b, uses: delay, with: { for: 2s } }
                - { id: d, uses: notify, with: { title: done } }
            """);
        Assert.Equal(["added d", "removed c"], diff.Steps.Select(s => $"{s.Change} {s.Path}"));
    }

    [Fact]
    public void Setting_OutsideTheSteps_IsNotAStep()
    {
        var (left, right) = (Model(Steps), Model(Steps));
        right["spec"]!["objectives"] = JsonNode.Parse("""{ "rto": "5m" }""");
        right["spec"]!["inputs"] = JsonNode.Parse("""[ { "name": "to", "type": "site" } ]""");
        left["spec"]!["inputs"] = JsonNode.Parse("""[ { "name": "to", "type": "text" } ]""");
        var diff = SemanticDiff.Of(left, right);
        Assert.Empty(diff.Steps);
        Assert.Equal(["spec.inputs[to].type", "spec.objectives"], diff.Settings.Select(s => s.Field));
    }

    [Fact]
    public void Problem_InANestedStep_NamesItByIds()
    {
        var parsed = RunbookParser.Parse(Head + """
                - id: databases
                  steps:
                    - { id: start, uses: delay, with: { fro: 1s, for: 2s } }
            """);
        var problem = Assert.Single(parsed.Problems);
        Assert.Equal(("databases.start", "with.fro"), (problem.Step, problem.Field));
    }

    private const string Head = """
        apiVersion: runbooks/v1
        kind: Runbook
        metadata: { name: test }
        spec:
          for: custom
          steps:

        """;

    private static RunbookDifference Diff(string before, string after) => SemanticDiff.Of(Model(before), Model(after));

    private static JsonNode Model(string steps) => JsonNode.Parse(RunbookParser.Parse(Head + steps).CanonicalText)!;
}
