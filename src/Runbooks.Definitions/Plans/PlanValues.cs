using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runbooks.Definitions.Documents;
using Runbooks.Definitions.References;
using Runbooks.Domain.Errors;

namespace Runbooks.Definitions.Plans;

/// <summary>Gives references their values when a step becomes ready, and decides conditions. Pure.</summary>
public static class PlanValues
{
    /// <summary>
    /// The settings of a step with every reference replaced, or the refusal that names the one without a value.
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="facts">An object with <c>inputs</c>, <c>group</c> and <c>run</c>.</param>
    /// <param name="outputs">Outputs of a step by its path; null when it has none.</param>
    public static Outcome<JsonObject> Settings(PlanStep step, JsonObject facts, Func<string, JsonObject?> outputs) =>
        Settings(step, step.With, facts, outputs);

    /// <summary>The same for other settings of the step, such as its compensation's.</summary>
    public static Outcome<JsonObject> Settings(PlanStep step, JsonObject with, JsonObject facts, Func<string, JsonObject?> outputs)
    {
        try
        {
            return (JsonObject)Replace(with, step, facts, outputs)!;
        }
        catch (RefusalException e)
        {
            return e.Refusal;
        }
    }

    /// <summary>Whether a condition holds; a reference without a value counts as empty text.</summary>
    public static bool Holds(Condition? condition, PlanStep step, JsonObject facts, Func<string, JsonObject?> outputs) => condition switch
    {
        null => true,
        AllOf all => all.Conditions.All(c => Holds(c, step, facts, outputs)),
        AnyOf any => any.Conditions.Any(c => Holds(c, step, facts, outputs)),
        Not not => !Holds(not.Inner, step, facts, outputs),
        Comparison c => Compare(Text(Resolve(c.Value, step, facts, outputs)), c.Operator, c.Operand),
        _ => false,
    };

    internal static JsonNode? Resolve(string text, PlanStep step, JsonObject facts, Func<string, JsonObject?> outputs)
    {
        var parsed = ReferenceText.Parse(text, out _);
        if (parsed is null)
        {
            return JsonValue.Create(text);
        }

        if (parsed.IsSingleReference)
        {
            return Find(parsed.References.Single(), step, facts, outputs)?.DeepClone();
        }

        return JsonValue.Create(string.Concat(parsed.Parts.Select(
            p => p.Reference is null ? p.Literal : Text(Find(p.Reference, step, facts, outputs)))));
    }

    private static JsonNode? Replace(JsonNode? node, PlanStep step, JsonObject facts, Func<string, JsonObject?> outputs) => node switch
    {
        JsonObject map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, Replace(p.Value, step, facts, outputs)))),
        JsonArray list => new JsonArray([.. list.Select(i => Replace(i, step, facts, outputs))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Required(value.GetValue<string>(), step, facts, outputs),
        _ => node?.DeepClone(),
    };

    private static JsonNode? Required(string text, PlanStep step, JsonObject facts, Func<string, JsonObject?> outputs)
    {
        foreach (var reference in ReferenceText.Parse(text, out _)?.References ?? [])
        {
            // Secrets stay by name: their value is fetched where it is used and never enters history.
            if (reference.Root != "secrets" && Find(reference, step, facts, outputs) is null)
            {
                throw new RefusalException(Refusals.UnknownReference(step.Path, reference.ToString()));
            }
        }

        return Resolve(text, step, facts, outputs);
    }

    private static JsonNode? Find(Reference reference, PlanStep step, JsonObject facts, Func<string, JsonObject?> outputs)
    {
        if (reference.Root == "secrets")
        {
            return JsonValue.Create($"${{{reference}}}");
        }

        if (step.Items.TryGetValue(reference.Root, out var item))
        {
            return Walk(item, reference.Segments.Skip(1));
        }

        if (facts.TryGetPropertyValue(reference.Root, out var fact))
        {
            return Walk(Filter(fact, reference.Segments[0]), reference.Segments.Skip(1));
        }

        return Output(reference, step, outputs);
    }

    // id[.child…].outputs.field: looked up beside the step first, then beside each block around it.
    private static JsonNode? Output(Reference reference, PlanStep step, Func<string, JsonObject?> outputs)
    {
        var at = reference.Segments.ToList().FindIndex(s => s.Name == "outputs");
        if (at <= 0)
        {
            return null;
        }

        var relative = string.Join('.', reference.Segments.Take(at));
        for (var scope = step.Scope; ; scope = Parent(scope))
        {
            if (outputs(scope.Length == 0 ? relative : $"{scope}.{relative}") is { } found)
            {
                return Walk(found, reference.Segments.Skip(at + 1));
            }

            if (scope.Length == 0)
            {
                return null;
            }
        }
    }

    private static string Parent(string scope)
    {
        var dot = scope.LastIndexOf('.');
        return dot < 0 ? string.Empty : scope[..dot];
    }

    private static JsonNode? Walk(JsonNode? node, IEnumerable<ReferenceSegment> segments)
    {
        foreach (var segment in segments)
        {
            node = Filter((node as JsonObject)?[segment.Name], segment);
        }

        return node;
    }

    private static JsonNode? Filter(JsonNode? node, ReferenceSegment segment)
    {
        if (segment.FilterKey is null || node is not JsonArray list)
        {
            return node;
        }

        if (segment.FilterKey.Length == 0)
        {
            return list.FirstOrDefault(i => i?["id"]?.ToString() == segment.FilterValue);
        }

        return new JsonArray(
            [.. list.Where(i => i?[segment.FilterKey]?.ToString() == segment.FilterValue).Select(i => i?.DeepClone())]);
    }

    private static string Text(JsonNode? node) => node switch
    {
        null => string.Empty,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => node.ToJsonString(),
    };

    private static bool Compare(string left, ConditionOperator op, JsonNode? operand) => op switch
    {
        ConditionOperator.Is => left == Text(operand),
        ConditionOperator.IsNot => left != Text(operand),
        ConditionOperator.In => operand is JsonArray list && list.Any(i => Text(i) == left),
        ConditionOperator.GreaterThan => Number(left) > Number(Text(operand)),
        ConditionOperator.LessThan => Number(left) < Number(Text(operand)),
        _ => false,
    };

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
}
