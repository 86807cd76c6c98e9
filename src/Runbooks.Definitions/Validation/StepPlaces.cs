using Runbooks.Definitions.Yaml;

namespace Runbooks.Definitions.Validation;

/// <summary>Says of which step a path of the model speaks, by the ids that people see instead of positions.</summary>
internal static class StepPlaces
{
    private const string Root = "spec.steps";

    /// <summary>The problem with its step and field named; unchanged when it is not about a step.</summary>
    public static DocumentProblem WithStep(DocumentProblem problem, DocumentNode root)
    {
        if (!problem.Path.StartsWith(Root + "[", StringComparison.Ordinal)
            || (root as MappingNode)?.Find("spec") is not MappingNode spec)
        {
            return problem;
        }

        var (step, rest, list) = (string.Empty, problem.Path[Root.Length..], spec.Find("steps"));
        while (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is > 0 and var close
            && int.TryParse(rest[1..close], out var index) && list is SequenceNode items && index < items.Items.Count)
        {
            var map = items.Items[index] as MappingNode;
            var id = (map?.Find("id") as ScalarNode)?.Text ?? $"{index + 1}";
            step = step.Length == 0 ? id : $"{step}.{id}";
            rest = rest[(close + 1)..];
            list = map?.Find("steps");
            if (!rest.StartsWith(".steps[", StringComparison.Ordinal))
            {
                break;
            }

            rest = rest[".steps".Length..];
        }

        return step.Length == 0 ? problem : problem with { Step = step, Field = rest.TrimStart('.') };
    }
}
