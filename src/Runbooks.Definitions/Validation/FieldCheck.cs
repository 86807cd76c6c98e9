using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runbooks.Definitions.Binding;
using Runbooks.Definitions.Kinds;
using Runbooks.Domain.Ids;

namespace Runbooks.Definitions.Validation;

/// <summary>Checks settings against the fields of a kind: the same fields that make the schema and the form.</summary>
internal static class FieldCheck
{
    // Words for people: what they wrote, as they wrote it. Whoever shows it escapes for their own place.
    private static readonly JsonSerializerOptions Readable =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Check(
        IReadOnlyList<FieldSpec> fields,
        JsonObject values,
        string path,
        ReferenceScope scope,
        PlaceIndex places,
        ICollection<DocumentProblem> problems)
    {
        var names = fields.Select(f => f.Name).ToList();
        foreach (var (key, _) in values.Where(v => !names.Contains(v.Key)))
        {
            problems.Add(places.Problem($"{path}.{key}", $"The key '{key}' is unknown here.", Suggestion.For(key, names)));
        }

        foreach (var field in fields)
        {
            var value = values.TryGetPropertyValue(field.Name, out var v) ? v : null;
            if (value is not null)
            {
                Value(field, value, $"{path}.{field.Name}", scope, places, problems);
            }
            else if (field.Required)
            {
                problems.Add(places.Problem($"{path}.{field.Name}", $"The key '{field.Name}' is missing.", $"{field.Description}"));
            }
        }
    }

    private static void Value(
        FieldSpec field,
        JsonNode value,
        string path,
        ReferenceScope scope,
        PlaceIndex places,
        ICollection<DocumentProblem> problems)
    {
        if (value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var text
            && text.Contains("${", StringComparison.Ordinal))
        {
            scope.CheckText(text, path, places, problems);
            return;
        }

        switch (field.Type)
        {
            case FieldType.Object when value is JsonObject map:
                Check(field.Fields, map, path, scope, places, problems);
                break;
            case FieldType.Map when value is JsonObject map:
                foreach (var (key, item) in map.Where(p => p.Value is not null))
                {
                    Value(field with { Type = FieldType.Text }, item!, $"{path}.{key}", scope, places, problems);
                }

                break;
            case FieldType.List when value is JsonArray list && field.Item is not null:
                for (var i = 0; i < list.Count; i++)
                {
                    Value(field.Item, list[i] ?? JsonValue.Create(string.Empty), $"{path}[{i}]", scope, places, problems);
                }

                break;
            default:
                if (Scalar(field, value) is { } wrong)
                {
                    problems.Add(places.Problem(path, $"{Show(value)} is not {wrong.What}.", wrong.Correction));
                }

                break;
        }
    }

    private static (string What, string Correction)? Scalar(FieldSpec field, JsonNode value)
    {
        var text = value is JsonValue ? value.ToString() : null;
        if (field.Allowed.Count > 0)
        {
            return text is not null && field.Allowed.Contains(text)
                ? null
                : ("allowed here", Suggestion.For(text ?? string.Empty, [.. field.Allowed]));
        }

        return field.Type switch
        {
            FieldType.Object => ("an object", "Write 'key: value' lines, indented."),
            FieldType.Map => ("a map", "Write 'key: value' lines, indented."),
            FieldType.List => ("a list", "Write lines that start with '- '."),
            FieldType.Integer => long.TryParse(text, out var n) && n >= (field.Minimum ?? long.MinValue)
                ? null
                : ("a whole number", $"Write a number of {field.Minimum ?? 0} or more."),
            FieldType.Boolean => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False
                ? null
                : ("true or false", "Write true or false without quotes."),
            FieldType.Duration => Durations.TryParse(text, out _)
                ? null
                : ("a duration", "Write a number with a unit: 30s, 15m, 1h30m."),
            FieldType.Site => SiteId.TryParse(text, out _) ? null : (SiteId.Shape, "Write the name of a joined site."),
            FieldType.Workload => WorkloadId.TryParse(text, out _) ? null : (WorkloadId.Shape, "Write the name of a workload."),
            FieldType.RecoveryPoint => text == "latest" || RecoveryPointId.TryParse(text, out _)
                ? null
                : (RecoveryPointId.Shape, "Write 'latest' or a recovery point id."),
            FieldType.Url => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? null
                : ("an absolute http or https URL", "Write it with its scheme and host."),
            FieldType.Text => value is JsonValue ? null : ("a text", "Write one value."),
            _ => null,
        };
    }

    private static string Show(JsonNode value)
    {
        var text = value.ToJsonString(Readable);
        return text.Length <= 60 ? text : text[..57] + "…";
    }
}
