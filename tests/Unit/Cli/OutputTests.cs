using System.Text.Json.Nodes;
using Runbooks.Cli.Output;

namespace Runbooks.Tests.Unit.Cli;

public sealed class OutputTests
{
    private static readonly View Two =
        new("id", new Column("ID", "id", Shape.Text), new Column("FREE", "agent.freeBytes", Shape.Bytes));

    private static readonly JsonNode Page = JsonNode.Parse(
        """{"items":[{"id":"site-a","agent":{"freeBytes":1610612736}},{"id":"b"}]}""")!;

    [Fact]
    public void Table_OfAPage_AlignsColumnsAndMarksWhatIsAbsent() => Assert.Equal(
        "ID      FREE\nsite-a  1.5 GiB\nb       -\n", Print(Page, OutputForm.Table));

    [Fact]
    public void Name_OfAPage_IsOneNamePerLine() => Assert.Equal("site-a\nb\n", Print(Page, OutputForm.Name));

    [Fact]
    public void Json_OfAPage_IsTheAnswer() =>
        Assert.True(JsonNode.DeepEquals(Page, JsonNode.Parse(Print(Page, OutputForm.Json))));

    [Fact]
    public void Yaml_OfNestedLists_IndentsItemsUnderTheirKey() => Assert.Equal(
        "items:\n  - id: site-a\n    agent:\n      freeBytes: 1610612736\n  - id: b\n", Print(Page, OutputForm.Yaml));

    [Theory]
    [InlineData("no")]
    [InlineData("12")]
    [InlineData("a: b")]
    [InlineData("")]
    [InlineData("2026-01-01")]
    public void Yaml_OfTextThatLooksLikeSomethingElse_IsQuoted(string text) =>
        Assert.StartsWith("key: \"", Yaml.Of(new JsonObject { ["key"] = text }), StringComparison.Ordinal);

    [Theory]
    [InlineData(4.24, "4.2s")]
    [InlineData(69, "1m09s")]
    [InlineData(7500, "2h05m")]
    [InlineData(273600, "3d4h")]
    public void Seconds_OfAnySize_AreTheTwoUnitsThatMatter(double seconds, string text) =>
        Assert.Equal(text, Shape.Seconds(seconds));

    private static string Print(JsonNode answer, OutputForm form)
    {
        using var text = new StringWriter { NewLine = "\n" };
        new Printer(text, form, coloured: false).Print(answer, Two);
        return text.ToString();
    }
}
