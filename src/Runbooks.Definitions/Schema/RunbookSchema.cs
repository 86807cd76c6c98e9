using System.Text.Json;
using System.Text.Json.Nodes;
using Runbooks.Definitions.Kinds;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Schema;

/// <summary>
/// The JSON Schema of runbook documents, made from the model and the step library: what editors and the designer use.
/// </summary>
public static class RunbookSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The schema as text, the same bytes each time.</summary>
    public static string WriteText() => Write().ToJsonString(Indented) + "\n";

    /// <summary>The schema.</summary>
    public static JsonObject Write() => new()
    {
        ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
        ["title"] = "Runbook",
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = Names("apiVersion", "kind", "metadata", "spec"),
        ["properties"] = new JsonObject
        {
            ["apiVersion"] = new JsonObject { ["const"] = "runbooks/v1" },
            ["kind"] = new JsonObject { ["const"] = "Runbook" },
            ["metadata"] = Object(
                ["name"],
                ("name", new JsonObject { ["type"] = "string", ["pattern"] = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" }),
                ("title", Type("string")),
                ("owner", Type("string")),
                ("labels", new JsonObject { ["type"] = "object", ["additionalProperties"] = Type("string") })),
            ["spec"] = Spec(),
        },
        ["$defs"] = new JsonObject
        {
            ["duration"] = new JsonObject { ["type"] = "string", ["pattern"] = "^([0-9.]+(ms|s|m|h|d))+$" },
            ["retry"] = Object(
                [],
                ("attempts", Type("integer")),
                ("initial", Ref("duration")),
                ("factor", Type("number")),
                ("max", Ref("duration"))),
            ["approval"] = Approval(),
            ["condition"] = Condition(),
            ["steps"] = new JsonObject { ["type"] = "array", ["items"] = Ref("step") },
            ["step"] = Step(),
        },
    };

    private static JsonObject Spec() => Object(
        ["for", "steps"],
        ("for", Enum(KebabCase.All<RunKind>())),
        ("group", Type("string")),
        ("objectives", Object([], ("rto", Ref("duration")), ("rpo", Ref("duration")))),
        ("inputs", new JsonObject
        {
            ["type"] = "array",
            ["items"] = Object(
                ["name", "type"],
                ("name", Type("string")),
                ("type", Enum(["text", "integer", "boolean", "duration", "site", "workload", "recoveryPoint"])),
                ("required", Type("boolean")),
                ("default", new JsonObject { ["type"] = Names("string", "number", "boolean") }),
                ("minLength", Type("integer")),
                ("title", Type("string"))),
        }),
        ("approvals", Object([], ("real", Ref("approval")), ("drill", Ref("approval")))),
        ("defaults", Object([], ("timeout", Ref("duration")), ("retry", Ref("retry")), ("onFailure", OnFailure()))),
        ("steps", Ref("steps")));

    private static JsonObject Step()
    {
        var step = Object(
            ["id"],
            ("id", new JsonObject { ["type"] = "string", ["pattern"] = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" }),
            ("title", Type("string")),
            ("uses", Enum([.. StepLibrary.All.Select(k => k.Name)])),
            ("with", Type("object")),
            ("needs", new JsonObject { ["type"] = "array", ["items"] = Type("string") }),
            ("delay", Ref("duration")),
            ("when", Ref("condition")),
            ("forEach", Type("string")),
            ("as", Type("string")),
            ("concurrency", Type("integer")),
            ("parallel", Type("boolean")),
            ("steps", Ref("steps")),
            ("onFailure", OnFailure()),
            ("onIncomplete", Enum(["ask", "refuse", "accept"])),
            ("timeout", Ref("duration")),
            ("retry", Ref("retry")),
            ("compensate", Object(["uses"], ("uses", Enum([.. StepLibrary.All.Select(k => k.Name)])), ("with", Type("object")))),
            ("irreversible", Type("boolean")));
        step["allOf"] = new JsonArray([.. StepLibrary.All.Select(kind => (JsonNode)new JsonObject
        {
            ["if"] = new JsonObject
            {
                ["properties"] = new JsonObject { ["uses"] = new JsonObject { ["const"] = kind.Name } },
                ["required"] = Names("uses"),
            },
            ["then"] = new JsonObject { ["properties"] = new JsonObject { ["with"] = kind.WithSchema } },
        })]);
        return step;
    }

    private static JsonObject Approval() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["const"] = "none" },
            Object(
                [],
                ("of", Enum(KebabCase.All<AccessRole>())),
                ("count", Type("integer")),
                ("notRequester", Type("boolean")),
                ("expires", Ref("duration")))),
    };

    private static JsonObject Condition() => Object(
        [],
        ("value", Type("string")),
        ("is", []),
        ("isNot", []),
        ("in", Type("array")),
        ("greaterThan", []),
        ("lessThan", []),
        ("all", new JsonObject { ["type"] = "array", ["items"] = Ref("condition") }),
        ("any", new JsonObject { ["type"] = "array", ["items"] = Ref("condition") }),
        ("not", Ref("condition")));

    private static JsonObject OnFailure() => Enum(["fail", "ask", "continue", "compensate"]);

    private static JsonObject Object(string[] required, params (string Name, JsonObject Schema)[] properties) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = Names(required),
        ["properties"] = new JsonObject(properties.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.Schema))),
    };

    private static JsonObject Type(string name) => new() { ["type"] = name };

    private static JsonObject Ref(string name) => new() { ["$ref"] = $"#/$defs/{name}" };

    private static JsonObject Enum(IReadOnlyList<string> words) => new() { ["enum"] = Names([.. words]) };

    private static JsonArray Names(params string[] words) => new([.. words.Select(w => (JsonNode)w)]);
}
