using System.Text.Json.Nodes;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Kinds;

/// <summary>
/// One field of a step kind's settings or outputs. Schema, form, validator and docs are all made from it.
/// </summary>
/// <param name="Name">Key in the document: camelCase.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Description">One sentence for the form and the docs.</param>
public sealed record FieldSpec(string Name, FieldType Type, string Description)
{
    /// <summary>Whether leaving it out is a problem.</summary>
    public bool Required { get; init; }

    /// <summary>Used when it is left out; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>The only words allowed; empty allows every value of the type.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>For <see cref="FieldType.Object"/>: its fields.</summary>
    public IReadOnlyList<FieldSpec> Fields { get; init; } = [];

    /// <summary>For <see cref="FieldType.List"/>: what its items are.</summary>
    public FieldSpec? Item { get; init; }

    /// <summary>For <see cref="FieldType.Integer"/>: smallest value.</summary>
    public long? Minimum { get; init; }

    /// <summary>The JSON Schema of the field. Every scalar may also be a text with a reference.</summary>
    public JsonObject ToSchema()
    {
        var schema = Type switch
        {
            FieldType.Integer => Integer(),
            FieldType.Boolean => OrReference("boolean"),
            FieldType.List => new JsonObject { ["type"] = new JsonArray("array", "string"), ["items"] = Item?.ToSchema() ?? [] },
            FieldType.Map => new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
            },
            FieldType.Object => ObjectSchema(Fields),
            FieldType.Any => [],
            _ => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
        };
        schema["description"] = Description;
        if (Type is FieldType.Duration or FieldType.Site or FieldType.Workload or FieldType.RecoveryPoint
            or FieldType.Url)
        {
            // All of them are texts to a schema; a form chooses its control by this word.
            schema["x-type"] = KebabCase.Of(Type);
        }

        if (Default is not null)
        {
            schema["default"] = Default;
        }

        if (Allowed.Count > 0)
        {
            schema["anyOf"] = new JsonArray(
                new JsonObject { ["enum"] = new JsonArray([.. Allowed.Select(a => (JsonNode)a)]) },
                new JsonObject { ["type"] = "string", ["pattern"] = "\\$\\{" });
        }

        return schema;
    }

    private JsonObject Integer()
    {
        var schema = OrReference("integer");
        if (Minimum is { } least)
        {
            // A keyword of numbers: a text, which may be a reference, is not concerned.
            schema["minimum"] = least;
        }

        return schema;
    }

    /// <summary>The JSON Schema of an object with these fields and no others.</summary>
    public static JsonObject ObjectSchema(IReadOnlyList<FieldSpec> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject(fields.Select(f => KeyValuePair.Create(f.Name, (JsonNode?)f.ToSchema()))),
            ["required"] = new JsonArray([.. fields.Where(f => f.Required).Select(f => (JsonNode)f.Name)]),
        };
    }

    private static JsonObject OrReference(string type) => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = type },
            new JsonObject { ["type"] = "string", ["pattern"] = "\\$\\{" }),
    };
}
