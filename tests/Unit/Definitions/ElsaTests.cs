using System.Text.Json.Nodes;
using Runbooks.Definitions;
using Runbooks.Definitions.Elsa;
using Runbooks.Definitions.Layout;

namespace Runbooks.Tests.Unit.Definitions;

public sealed class ElsaTests
{
    [Fact]
    public void Shipped_ThereAndBack_MeanTheSame() => Assert.All(ShippedDocuments(), text =>
    {
        var parsed = RunbookParser.Parse(text);
        var elsa = ElsaExport.Write(JsonNode.Parse(parsed.CanonicalText)!, RunbookLayout.Empty, 3).ToJsonString();
        var back = ElsaImport.Read(elsa);
        Assert.Empty(back.Problems);
        Assert.Equal(parsed.Hash, RunbookParser.Parse(back.Document!).Hash);
    });

    [Fact]
    public void Export_OfARunbook_HasWhatElsasEditorNeeds()
    {
        var elsa = ElsaExport.Write(Model(Two), new RunbookLayout(new Dictionary<string, StepPosition>
        {
            ["b"] = new(40, 50),
        }), 2);
        Assert.Equal("Elsa.Flowchart", (string)elsa["root"]!["type"]!);
        Assert.Equal("publish", (string)elsa["links"]![0]!["rel"]!);
        Assert.Equal("Json", (string)elsa["materializerName"]!);
        var activities = elsa["root"]!["activities"]!.AsArray();
        Assert.Equal(["Dr.Delay", "Dr.GroupStop"], activities.Select(a => (string)a!["type"]!));
        Assert.Equal("Literal", (string)activities[0]!["for"]!["expression"]!["type"]!);
        Assert.Equal(40, (double)activities[1]!["metadata"]!["designer"]!["position"]!["x"]!);
        var connection = Assert.Single(elsa["root"]!["connections"]!.AsArray())!;
        Assert.Equal(("a", "b"), (
            (string)connection["source"]!["activity"]!, (string)connection["target"]!["activity"]!));
        Assert.Empty(ElsaExport.Write(Model(Two), RunbookLayout.Empty, 2, readOnly: true)["links"]!.AsArray());
    }

    [Fact]
    public void Connection_DrawnInElsa_BecomesANeed()
    {
        var elsa = ElsaExport.Write(Model(Two), RunbookLayout.Empty, 1);
        elsa["root"]!["connections"] = new JsonArray();
        var back = RunbookParser.Parse(ElsaImport.Read(elsa.ToJsonString()).Document!);
        Assert.Empty(back.Document!.Spec.Steps[1].Needs!);
    }

    [Fact]
    public void Layout_DrawnInElsa_ComesBack()
    {
        var elsa = ElsaExport.Write(Model(Two), RunbookLayout.Empty, 1);
        elsa["root"]!["activities"]![1]!["metadata"]!["designer"]!["position"] = JsonNode.Parse(
            """{ "x": 7, "y": 9 }""");
        Assert.Equal(new StepPosition(7, 9), ElsaImport.Read(elsa.ToJsonString()).Layout.Steps["b"]);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "no flowchart")]
    [InlineData("""{"root":{"type":"Elsa.Sequence"}}""", "no flowchart")]
    public void File_ThatIsNoFlowchart_IsRefused(string text, string message) => Refused(text, message);

    [Theory]
    [InlineData("""{"id":"a","type":"Elsa.RunJavaScript"}""", "unknown type 'Elsa.RunJavaScript'")]
    [InlineData("""{"id":"a","type":"Dr.Delay","for":{"expression":{"type":"JavaScript","value":"1"}}}""", "are code")]
    [InlineData("""{"id":"a","type":"Dr.Delay"},{"id":"a","type":"Dr.Delay"}""", "two activities")]
    [InlineData("null", "activity with an id")]
    [InlineData("""{"id":"a","type":"Dr.Block"}""", "no flowchart as its body")]
    public void Activity_ThatIsNoStep_IsRefusedAtItsPlace(string activities, string message) => Refused(
        $$$"""{"root":{"type":"Elsa.Flowchart","activities":[{{{activities}}}]}}""", message);

    [Fact]
    public void Connection_ToNowhere_IsRefused() => Refused(
        """
        {"root":{"type":"Elsa.Flowchart","activities":[{"id":"a","type":"Dr.Delay"}],
        "connections":[{"source":{"activity":"a"},"target":{"activity":"z"}}]}}
        """,
        "not both here");

    private static void Refused(string text, string message)
    {
        var read = ElsaImport.Read(text);
        Assert.Null(read.Document);
        Assert.Contains(read.Problems, p =>
            p.Message.Contains(message, StringComparison.Ordinal) && p.Correction.Length > 0);
    }

    [Fact]
    public void Connections_InACircle_AreNamedByTheirWay()
    {
        var read = ElsaImport.Read(
            """
            {"root":{"type":"Elsa.Flowchart","activities":[{"id":"a","type":"Dr.Delay"},{"id":"b","type":"Dr.Delay"},
            {"id":"c","type":"Dr.Delay"}],"connections":[{"source":{"activity":"a"},"target":{"activity":"b"}},
            {"source":{"activity":"b"},"target":{"activity":"c"}},
            {"source":{"activity":"c"},"target":{"activity":"b"}}]}}
            """);
        var circle = Assert.Single(read.Problems);
        Assert.Matches("b → c → b|c → b → c", circle.Message);
        Assert.DoesNotContain("a →", circle.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_NestedOrLargeBeyondReason_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"root\":", 400)) + "1" + new string('}', 400);
        Assert.Null(ElsaImport.Read(deep).Document);
        Assert.Null(ElsaImport.Read(new string(' ', ElsaImport.TextLengthMax + 1)).Document);
        var many = string.Join(
            ',', Enumerable.Range(0, 2_001).Select(i => $$"""{"id":"a{{i}}","type":"Dr.Delay"}"""));
        Assert.Contains("more than 2000", ElsaImport.Read(
            $$$"""{"root":{"type":"Elsa.Flowchart","activities":[{{{many}}}]}}""").Problems[0].Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void Workflow_DrawnWithoutARunbookBehindIt_BecomesACustomOne()
    {
        var read = ElsaImport.Read(
            """
            {"name":"Wait a little!","root":{"type":"Elsa.Flowchart","activities":[
            {"id":"x1","name":"Delay 1","type":"Dr.Delay",
            "for":{"typeName":"String","expression":{"type":"Literal","value":"5s"}}}]}}
            """);
        var parsed = RunbookParser.Parse(read.Document!);
        Assert.True(parsed.IsValid, string.Join('\n', parsed.Problems));
        Assert.Equal("wait-a-little", parsed.Document!.Metadata.Name.ToString());
        Assert.Equal("delay-1", parsed.Document.Spec.Steps[0].Id);
    }

    private const string Two = """
        apiVersion: runbooks/v1
        kind: Runbook
        metadata: { name: two, title: Two }
        spec:
          for: custom
          steps:
            - { id: a, uses: delay, with: { for: 1s } }
            - { id: b, uses: group.stop, title: Stop them, compensate: { uses: group.start-wave } }
        """;

    private static JsonNode Model(string text) => JsonNode.Parse(RunbookParser.Parse(text).CanonicalText)!;

    private static IEnumerable<string> ShippedDocuments() =>
        Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "runbooks"), "*.yaml").Select(File.ReadAllText);
}
