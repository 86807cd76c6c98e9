using Runbooks.Definitions;

namespace Runbooks.Tests.Unit.Definitions;

public sealed class RunbookParserTests
{
    private const string Head = """
        apiVersion: runbooks/v1
        kind: Runbook
        metadata: { name: test }
        spec:
          for: failover-unplanned
          inputs: [ { name: to, type: site, required: true } ]
          steps:

        """;

    [Fact]
    public void Document_WithUnknownKey_NamesPlaceAndNearestKey()
    {
        var problem = Only("    - { id: a, uses: delay, with: { fro: 3s, for: 1s } }");

        Assert.Equal("spec.steps[0].with.fro", problem.Path);
        Assert.Equal(8, problem.Line);
        Assert.Contains("Did you mean 'for'?", problem.Correction, StringComparison.Ordinal);
    }

    [Fact]
    public void Document_WithUnknownStepKind_ProposesTheNearest()
    {
        var problem = Only("    - { id: a, uses: group.failovr, with: { to: \"${inputs.to}\" } }");

        Assert.Equal("spec.steps[0].uses", problem.Path);
        Assert.Contains("'group.failover'", problem.Correction, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_ThatWaitForEachOther_AreNamedByTheirPath()
    {
        var problem = Only("""
                - { id: a, uses: delay, with: { for: 1s }, needs: [c] }
                - { id: b, uses: delay, with: { for: 1s }, needs: [a] }
                - { id: c, uses: delay, with: { for: 1s }, needs: [b] }
            """);

        Assert.Contains("a → c → b → a", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${inputs.too}", "Did you mean 'to'?")]
    [InlineData("${group.primarySit}", "Did you mean 'primarySite'?")]
    [InlineData("${nothing.here}", "Allowed here")]
    [InlineData("${inputs.to + 1}", "${inputs.name}")]
    [InlineData("${inputs.to", "${inputs.name}")]
    public void Reference_ThatNamesNothing_IsAProblemBeforeAnyRun(string reference, string correction)
    {
        var problem = Only($"    - {{ id: a, uses: group.failover, with: {{ to: \"{reference}\" }} }}");

        Assert.Equal("spec.steps[0].with.to", problem.Path);
        Assert.Contains(correction, problem.Correction, StringComparison.Ordinal);
    }

    [Fact]
    public void Reference_ToAnOutputThatTheKindHasNot_IsAProblem()
    {
        var problem = Only("""
                - { id: a, uses: group.failover, with: { to: "${inputs.to}" } }
                - { id: b, uses: notify, with: { title: "${a.outputs.address}" } }
            """);

        Assert.Contains("'group.failover' has no output 'address'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("for: soon", "is not a duration")]
    [InlineData("for: 5", "is not a duration")]
    [InlineData("for: [1s]", "is not a duration")]
    public void Setting_OfTheWrongType_SaysWhatIsExpected(string setting, string message)
    {
        var problem = Only($"    - {{ id: a, uses: delay, with: {{ {setting} }} }}");

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IsolatedDrill_WithAFailover_IsRefused()
    {
        var text = Head.Replace("failover-unplanned", "drill-isolated", StringComparison.Ordinal)
            + "    - { id: a, uses: group.failover, with: { to: \"${inputs.to}\" } }\n";

        var problem = Assert.Single(RunbookParser.Parse(text).Problems);

        Assert.Contains("an isolated drill never does", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("- just\n- a list")]
    [InlineData("a: [1, 2")]
    [InlineData("\t: x")]
    [InlineData("a: &x 1\nb: !!python/object 2")]
    [InlineData("a: *nothing")]
    public void Text_ThatIsNoRunbook_GivesProblemsAndNoException(string text)
    {
        var parsed = RunbookParser.Parse(text);

        Assert.False(parsed.IsValid);
        Assert.All(parsed.Problems, p => Assert.NotEmpty(p.Correction));
    }

    [Fact]
    public void Text_WithABillionLaughs_IsRefusedByItsUnfoldedSize()
    {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
            + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(",", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        var problem = Assert.Single(RunbookParser.Parse(text).Problems);

        Assert.Contains("unfolds to more than", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_NestedTooDeeply_IsRefused()
    {
        var problem = Assert.Single(RunbookParser.Parse(new string('[', 40) + new string(']', 40)).Problems);

        Assert.Contains("deeper than 32", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_AndLayout_DoNotChangeTheHash()
    {
        var one = RunbookParser.Parse(Head + "    - { id: a, uses: delay, with: { for: 1s } }\n");
        var two = RunbookParser.Parse("# why\n" + Head + "    - id: a   # wait\n      uses: delay\n      with:\n        for: 1s\n");

        Assert.True(one.IsValid);
        Assert.Equal(one.Hash, two.Hash);
    }

    private static DocumentProblem Only(string steps) => Assert.Single(RunbookParser.Parse(Head + steps + "\n").Problems);
}
