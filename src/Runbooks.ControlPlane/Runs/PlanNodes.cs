using System.Text.Json.Nodes;
using Runbooks.Definitions.Kinds;
using Runbooks.Definitions.Plans;
using Runbooks.Domain.Text;

namespace Runbooks.ControlPlane.Runs;

/// <summary>A compiled plan as the graph that people see. Pure.</summary>
internal static class PlanNodes
{
    public static IReadOnlyList<RunPlanNode> Of(Plan plan, JsonObject facts) =>
        [.. plan.Steps.Select(s => Node(s, facts))];

    private static RunPlanNode Node(PlanStep step, JsonObject facts)
    {
        var kind = StepLibrary.Find(step.Kind);
        var site = kind is null ? null : SiteOf(step, kind, facts);
        return new RunPlanNode(
            step.Path, step.Kind, step.Title, step.Scope, step.Needs,
            step.Kind switch { PlanStep.BlockBegin => "begin", PlanStep.BlockEnd => "end", _ => null },
            KebabCase.Of(kind?.Place ?? StepPlace.Workflow), site, DoesOf(kind, site), step.Acts, step.Irreversible,
            step.Compensate?.Uses, step.Timeout.TotalSeconds, step.Delay.TotalSeconds, KebabCase.Of(step.OnFailure),
            (JsonObject)step.With.DeepClone());
    }

    // Settings of earlier steps' outputs have no value yet: then the run decides, and nothing is guessed.
    private static string? SiteOf(PlanStep step, StepKind kind, JsonObject facts)
    {
        var field = kind.With.FirstOrDefault(f => f.Type == FieldType.Site);
        if (field is null || step.With[field.Name] is not { } value)
        {
            return null;
        }

        var only = new JsonObject { [field.Name] = value.DeepClone() };
        var resolved = PlanValues.Settings(step, only, facts, static _ => null);
        return resolved.IsOk ? resolved.Value[field.Name]?.ToString() : null;
    }

    private static string DoesOf(StepKind? kind, string? site) => kind switch
    {
        null => "",
        { Place: StepPlace.Site } =>
            $"{kind.Description} Where: {(site is null ? "the site the run decides" : $"site {site}")}.",
        { Place: StepPlace.Control } => $"{kind.Description} Where: the control plane.",
        _ => kind.Description,
    };
}
