using Runbooks.Definitions.Binding;
using Runbooks.Definitions.Documents;
using Runbooks.Definitions.Kinds;
using Runbooks.Domain.States;

namespace Runbooks.Definitions.Validation;

/// <summary>
/// What a bound document means: are its kinds, settings, order and references right? Reports everything it finds.
/// </summary>
internal static class DocumentValidator
{
    // A drill never means failover: these kinds change who serves production.
    private static readonly HashSet<string> ChangesProduction =
        new(StringComparer.Ordinal) { "group.failover", "group.switch", "group.fail-back", "group.stop", "workload.stop" };

    public static void Validate(RunbookDocument document, PlaceIndex places, ICollection<DocumentProblem> problems)
    {
        var scope = ReferenceScope.Root(document);
        Steps(document, document.Spec.Steps, "spec.steps", parallel: false, scope, places, problems);
    }

    private static void Steps(
        RunbookDocument document,
        IReadOnlyList<StepDefinition> steps,
        string path,
        bool parallel,
        ReferenceScope scope,
        PlaceIndex places,
        ICollection<DocumentProblem> problems)
    {
        StepOrder.Validate(steps, path, parallel, places, problems);
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            var at = $"{path}[{i}]";
            var inside = scope.Beside(steps, step);
            References(step, at, inside, places, problems);
            if (step.IsBlock)
            {
                var children = step.ForEach is null ? inside : inside.WithItem(step.As, step.ForEach);
                Steps(document, step.Steps, $"{at}.steps", step.Parallel, children, places, problems);
            }
            else
            {
                var settings = step.ForEach is null ? inside : inside.WithItem(step.As, step.ForEach);
                Kind(document, step, at, settings, places, problems);
            }
        }
    }

    private static void Kind(
        RunbookDocument document,
        StepDefinition step,
        string at,
        ReferenceScope scope,
        PlaceIndex places,
        ICollection<DocumentProblem> problems)
    {
        if (Known(step.Uses!, $"{at}.uses", places, problems) is not { } kind)
        {
            return;
        }

        FieldCheck.Check(kind.With, step.With, $"{at}.with", scope, places, problems);
        if (document.Spec.For == RunKind.DrillIsolated && ChangesProduction.Contains(kind.Name))
        {
            problems.Add(places.Problem(
                $"{at}.uses", $"'{kind.Name}' changes production; an isolated drill never does.",
                "Use 'drill.isolated', or make this a drill-realistic or failover runbook."));
        }

        if (step.OnIncomplete is not null && kind.Name != "group.failover")
        {
            problems.Add(places.Problem(
                $"{at}.onIncomplete", $"'{kind.Name}' never meets an incomplete standby.", "Remove it, or use 'group.failover'."));
        }

        if (step.Compensate is { } undo && Known(undo.Uses, $"{at}.compensate.uses", places, problems) is { } undoKind)
        {
            FieldCheck.Check(undoKind.With, undo.With, $"{at}.compensate.with", scope.WithOwnOutputs(step), places, problems);
        }
    }

    private static StepKind? Known(string name, string path, PlaceIndex places, ICollection<DocumentProblem> problems)
    {
        var kind = StepLibrary.Find(name);
        if (kind is null)
        {
            problems.Add(places.Problem(
                path, $"There is no step kind '{name}'.", Suggestion.For(name, [.. StepLibrary.All.Select(k => k.Name)])));
        }

        return kind;
    }

    private static void References(
        StepDefinition step,
        string at,
        ReferenceScope scope,
        PlaceIndex places,
        ICollection<DocumentProblem> problems)
    {
        if (step.ForEach is { } list)
        {
            var error = scope.CheckList(list);
            if (error is not null)
            {
                problems.Add(places.Problem(
                    $"{at}.forEach", error, "Name a list, as in '${group.workloads}' or '${group.workloads[tier=database]}'."));
            }
        }

        if (step.When is { } when)
        {
            Condition(when, $"{at}.when", scope, places, problems);
        }
    }

    private static void Condition(
        Condition condition,
        string path,
        ReferenceScope scope,
        PlaceIndex places,
        ICollection<DocumentProblem> problems)
    {
        switch (condition)
        {
            case AllOf all:
                Each(all.Conditions, "all");
                break;
            case AnyOf any:
                Each(any.Conditions, "any");
                break;
            case Not not:
                Condition(not.Inner, $"{path}.not", scope, places, problems);
                break;
            case Comparison comparison:
                scope.CheckText(comparison.Value, $"{path}.value", places, problems);
                break;
            default:
                break;
        }

        void Each(IReadOnlyList<Condition> list, string key)
        {
            for (var i = 0; i < list.Count; i++)
            {
                Condition(list[i], $"{path}.{key}[{i}]", scope, places, problems);
            }
        }
    }
}
