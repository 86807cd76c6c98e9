using System.Text.Json.Nodes;
using Runbooks.Definitions;
using Runbooks.Definitions.Elsa;
using Runbooks.Definitions.Kinds;
using Runbooks.Definitions.Layout;
using Runbooks.Definitions.Yaml;
using Runbooks.Domain.Text;

namespace Runbooks.Tests.Unit.Definitions;

/// <summary>Generated runbooks, odd texts and all: the way to YAML and the way through Elsa's form change no
/// meaning.</summary>
public sealed class ElsaRoundTripTests
{
    private static readonly string[] Texts =
    [
        "", " ", "plain", "two words", "${inputs.to}", "a: b", "- x", "# no comment", "\"quoted\"", "back\\slash",
            "12", "1.5",
        "true", "null", "~", "yes", "line\nbreak", "tab\tbed", "ünïcödé", "😀", "\u2028", "{ x }", "*alias", "&anchor",
            "!tag",
        "'", "@at", "%percent", "trailing ", "0x10", "1e3", "-", "?", "|", ">", "\u0085", "a\u0000b",
    ];

    [Fact]
    public void Generated_ThroughYamlAndThroughElsa_MeanTheSame()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var model = Document(new Random(seed));
            var yaml = RunbookParser.Parse(YamlWriter.Write(model));
            Assert.True(CanonicalJson.Write(model) == yaml.CanonicalText, $"seed {seed}\n{YamlWriter.Write(model)}");
            var elsa = ElsaExport.Write(JsonNode.Parse(yaml.CanonicalText)!, RunbookLayout.Empty, seed);
            var back = ElsaImport.Read(elsa.ToJsonString());
            Assert.True(back.Problems.Count == 0, $"seed {seed}: {string.Join('\n', back.Problems)}");
            Assert.True(yaml.Hash == RunbookParser.Parse(back.Document!).Hash, $"seed {seed}\n{back.Document}");
        }
    }

    private static JsonObject Document(Random random) => new()
    {
        ["apiVersion"] = "runbooks/v1", ["kind"] = "Runbook",
        ["metadata"] = new JsonObject { ["name"] = "made", ["title"] = Text(random) },
        ["spec"] = new JsonObject
        {
            ["for"] = "custom", ["objectives"] = new JsonObject { ["rto"] = "15m" },
            ["inputs"] = new JsonArray(
                new JsonObject { ["name"] = "to", ["type"] = "site", ["required"] = random.Next(2) == 0 }),
            ["steps"] = Steps(random, 0),
        },
    };

    private static JsonArray Steps(Random random, int depth)
    {
        var steps = new JsonArray();
        for (var i = 0; i < random.Next(1, 5); i++)
        {
            steps.Add(Step(random, i, depth));
        }

        return steps;
    }

    private static JsonObject Step(Random random, int index, int depth)
    {
        var step = new JsonObject { ["id"] = $"s{index}" };
        if (depth < 3 && random.Next(4) == 0)
        {
            if (random.Next(2) == 0)
            {
                step["parallel"] = true;
            }

            step["steps"] = Steps(random, depth + 1);
        }
        else
        {
            step["uses"] = StepLibrary.All[random.Next(StepLibrary.All.Count)].Name;
            step["with"] = new JsonObject(Enumerable.Range(0, random.Next(4)).Select(i =>
                KeyValuePair.Create(i == 0 ? "body" : i == 1 ? "type" : $"key{i}", Value(random, 0))));
        }

        if (random.Next(3) == 0)
        {
            step["needs"] = new JsonArray([.. Enumerable.Range(0, index).Where(_ => random.Next(2) == 0).Reverse()
                .Select(i => (JsonNode)$"s{i}")]);
        }

        if (random.Next(3) == 0)
        {
            step["title"] = Text(random);
        }

        if (random.Next(4) == 0)
        {
            step["retry"] = new JsonObject { ["attempts"] = 3, ["factor"] = 1.5 };
            step["when"] = JsonNode.Parse("""{ "all": [ { "value": "${inputs.to}", "in": [ "a", 1, true ] } ] }""");
        }

        return step;
    }

    private static JsonNode? Value(Random random, int depth) => random.Next(depth < 3 ? 8 : 5) switch
    {
        0 => random.Next(-100, 100), 1 => random.Next(2) == 0, 2 => null, 3 => 1.25, 4 => Text(random),
        5 => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth + 1))]),
        6 => new JsonObject(Enumerable.Range(0, random.Next(3)).Select(i =>
            KeyValuePair.Create($"{Texts[random.Next(Texts.Length)]}{i}", Value(random, depth + 1)))),
        _ => Text(random),
    };

    private static string Text(Random random) =>
        Texts[random.Next(Texts.Length)] + (random.Next(3) == 0 ? Texts[random.Next(Texts.Length)] : "");
}
