using System.Text.Json;
using System.Text.Json.Nodes;
using Runbooks.Definitions.Layout;

namespace Runbooks.Definitions.Elsa;

/// <summary>Writes a runbook as a workflow of Elsa 3, for its designer. Pure.</summary>
/// <remarks>
/// Steps become activities <c>Dr.*</c> with their settings as inputs, order becomes connections, a block becomes
/// <c>Dr.Block</c> with a flowchart as its body. What Elsa has no place for (retry, conditions, compensation,
/// the document's own head) travels in <c>customProperties.runbook</c>, so that the way back gives the same
/// runbook. Elsa is a format here, never a runtime: nothing in this product executes what it draws.
/// </remarks>
public static class ElsaExport
{
    private const double Column = 260;
    private const double Row = 120;

    /// <summary>The definition.</summary>
    /// <param name="model">Canonical JSON of a document without problems.</param>
    /// <param name="layout">Where the steps are drawn; those without a place get one.</param>
    /// <param name="version">Published version, or 0 for a draft.</param>
    /// <param name="readOnly">True leaves out the link without which Elsa's editor does not edit.</param>
    public static JsonObject Write(JsonNode model, RunbookLayout layout, int version, bool readOnly = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layout);
        var metadata = model["metadata"] as JsonObject ?? [];
        var name = metadata["name"]?.ToString() ?? "runbook";
        var head = (JsonObject)model.DeepClone();
        (head["spec"] as JsonObject)?.Remove("steps");
        return new JsonObject
        {
            ["id"] = $"{name}-{version}", ["definitionId"] = name, ["name"] = metadata["title"]?.ToString() ?? name,
            ["description"] = $"Runbook {name}", ["version"] = Math.Max(1, version), ["isLatest"] = true,
            ["isPublished"] = version > 0, ["isReadonly"] = false, ["options"] = new JsonObject(),
            ["variables"] = new JsonArray(), ["inputs"] = new JsonArray(), ["outputs"] = new JsonArray(),
            ["outcomes"] = new JsonArray(), ["customProperties"] = new JsonObject { [ElsaWords.Own] = head },
            ["materializerName"] = "Json",
            ["links"] = readOnly
                ? new JsonArray()
                : new JsonArray(new JsonObject { ["href"] = string.Empty, ["rel"] = "publish", ["method"] = "POST" }),
            ["root"] = Flowchart(
                "Flowchart1", model["spec"]?["steps"] as JsonArray, string.Empty, parallel: false, "Workflow1", layout),
        };
    }

    private static JsonObject Flowchart(
        string id, JsonArray? steps, string scope, bool parallel, string parent, RunbookLayout layout)
    {
        var node = $"{parent}:{id}";
        var siblings = (steps ?? []).OfType<JsonObject>().ToList();
        var places = Places(siblings, scope, parallel, layout);
        var connections = siblings.SelectMany(
            (s, i) => NeedsOf(siblings, i, parallel).Select(n => (JsonNode)new JsonObject
        {
            ["source"] = new JsonObject { ["activity"] = Path(scope, n), ["port"] = ElsaWords.Done },
            ["target"] = new JsonObject { ["activity"] = Path(scope, IdOf(s)), ["port"] = ElsaWords.In },
            ["vertices"] = new JsonArray(),
        }));
        return new JsonObject
        {
            ["id"] = id, ["nodeId"] = node, ["name"] = id, ["type"] = ElsaWords.Flowchart, ["version"] = 1,
            ["metadata"] = new JsonObject(), ["customProperties"] = new JsonObject(),
            ["activities"] = new JsonArray([.. siblings.Select((s, i) => Activity(s, scope, node, places[i], layout))]),
            ["connections"] = new JsonArray([.. connections]),
        };
    }

    private static JsonObject Activity(
        JsonObject step, string scope, string node, StepPosition place, RunbookLayout layout)
    {
        var path = Path(scope, IdOf(step));
        var uses = step["uses"]?.ToString();
        var own = (JsonObject)step.DeepClone();
        foreach (var key in new[] { "id", "uses", "with", "steps" })
        {
            own.Remove(key);
        }

        var activity = new JsonObject
        {
            ["id"] = path, ["nodeId"] = $"{node}:{path}", ["name"] = IdOf(step),
            ["type"] = uses is null ? ElsaWords.Block : ElsaWords.TypeOf(uses), ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["designer"] = new JsonObject
                {
                    ["position"] = new JsonObject { ["x"] = place.X, ["y"] = place.Y },
                    ["size"] = new JsonObject { ["width"] = 200, ["height"] = 60 },
                },
                ["displayText"] = step["title"]?.ToString() ?? IdOf(step),
            },
            ["customProperties"] = new JsonObject { [ElsaWords.Own] = own },
        };
        foreach (var (name, value) in step["with"] as JsonObject ?? [])
        {
            activity[ElsaWords.InputOf(name)] = Input($"{path}:{name}", value);
        }

        if (step["with"] is JsonObject { Count: 0 })
        {
            own["with"] = new JsonObject();
        }

        if (uses is null)
        {
            activity["body"] = Flowchart(
                $"{path}:Flowchart", step["steps"] as JsonArray, path, step["parallel"]?.ToString() == "true",
                $"{node}:{path}", layout);
        }

        return activity;
    }

    private static JsonObject Input(string id, JsonNode? value)
    {
        var (type, expression) = value switch
        {
            JsonObject or JsonArray => ("Object", "Object"),
            JsonValue v when v.GetValueKind() is JsonValueKind.True or JsonValueKind.False => ("Boolean", "Literal"),
            JsonValue v when v.GetValueKind() == JsonValueKind.Number => ("Double", "Literal"),
            _ => ("String", "Literal"),
        };
        return new JsonObject
        {
            ["typeName"] = type,
            ["expression"] = new JsonObject
            {
                ["type"] = expression,
                ["value"] = expression == "Object" ? value!.ToJsonString() : value?.DeepClone(),
            },
            ["memoryReference"] = new JsonObject { ["id"] = id },
        };
    }

    /// <summary>Drawn places, and for the rest a column per longest way from the start.</summary>
    private static List<StepPosition> Places(
        List<JsonObject> siblings, string scope, bool parallel, RunbookLayout layout)
    {
        var depth = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < siblings.Count; round++)
        {
            var before = depth.Values.Sum();
            for (var i = 0; i < siblings.Count; i++)
            {
                depth[IdOf(siblings[i])] = NeedsOf(siblings, i, parallel)
                    .Select(n => depth.GetValueOrDefault(n) + 1).DefaultIfEmpty(0).Max();
            }

            if (depth.Values.Sum() == before && round > 0)
            {
                break;
            }
        }

        var rows = new Dictionary<int, int>();
        return [.. siblings.Select(s =>
        {
            var column = depth[IdOf(s)];
            var row = rows[column] = rows.GetValueOrDefault(column, -1) + 1;
            return layout.Steps.GetValueOrDefault(Path(scope, IdOf(s))) ?? new StepPosition(column * Column, row * Row);
        })];
    }

    internal static IReadOnlyList<string> NeedsOf(IReadOnlyList<JsonObject> siblings, int index, bool parallel) =>
        siblings[index]["needs"] is JsonArray needs
            ? [.. needs.Select(n => n!.ToString())]
            : parallel || index == 0 ? [] : [IdOf(siblings[index - 1])];

    private static string IdOf(JsonObject step) => step["id"]?.ToString() ?? string.Empty;

    private static string Path(string scope, string id) => scope.Length == 0 ? id : $"{scope}.{id}";
}
