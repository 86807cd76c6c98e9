using System.Globalization;
using System.Text.Json.Nodes;
using Runbooks.Definitions;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Runbook;

/// <summary>Typed reading of a step's settings after references were replaced: a reference may have brought a value of the wrong type.</summary>
internal sealed class StepSettings(string path, JsonObject values)
{
    public string? Text(string name)
    {
        var value = values[name];
        return value is null ? null : value is JsonValue v ? v.ToString() : value.ToJsonString();
    }

    public string Text(string name, string fallback) => Text(name) is { Length: > 0 } text ? text : fallback;

    public SiteId Site(string name) => SiteId.TryParse(Text(name), out var site) ? site : throw Wrong(name, SiteId.Shape);

    public SiteId? SiteOrNone(string name) => string.IsNullOrEmpty(Text(name)) ? null : Site(name);

    public int Integer(string name, int fallback) => Text(name) switch
    {
        null => fallback,
        var text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw Wrong(name, "a whole number"),
    };

    public bool Flag(string name, bool fallback) => Text(name) switch
    {
        null => fallback,
        "true" or "True" => true,
        "false" or "False" => false,
        _ => throw Wrong(name, "true or false"),
    };

    public TimeSpan Duration(string name, TimeSpan fallback) => Text(name) switch
    {
        null => fallback,
        var text when Durations.TryParse(text, out var value) => value,
        _ => throw Wrong(name, "a duration"),
    };

    public RecoveryPointId? Point(string name) => Text(name, "latest") switch
    {
        "latest" => null,
        var text when RecoveryPointId.TryParse(text, out var point) => point,
        _ => throw Wrong(name, RecoveryPointId.Shape),
    };

    public IReadOnlyDictionary<string, string> Map(string name) =>
        values[name] is JsonObject map ? map.ToDictionary(p => p.Key, p => p.Value?.ToString() ?? string.Empty) : new Dictionary<string, string>();

    public StepSettings? Object(string name) => values[name] is JsonObject map ? new StepSettings($"{path}.{name}", map) : null;

    private ApplicationFailureException Wrong(string name, string shape) => StepFailure.Refuse(new Refusal(
        RefusalCodes.PlanUnknownReference,
        $"Setting {name} of step {path} has a value that does not fit.",
        $"'{Text(name)}' is not {shape}.",
        "Correct the input or the reference it comes from.")
    {
        Field = $"{path}.with.{name}",
    });
}
