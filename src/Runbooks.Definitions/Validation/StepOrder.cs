using Runbooks.Definitions.Binding;
using Runbooks.Definitions.Documents;

namespace Runbooks.Definitions.Validation;

/// <summary>Order among siblings: needs name siblings, and no step needs itself in the end.</summary>
internal static class StepOrder
{
    /// <summary>
    /// The ids a step waits for: its needs, else the sibling before it, else (in a parallel block) nobody.
    /// </summary>
    public static IReadOnlyList<string> NeedsOf(IReadOnlyList<StepDefinition> siblings, int index, bool parallel) =>
        siblings[index].Needs ?? (parallel || index == 0 ? [] : [siblings[index - 1].Id]);

    public static void Validate(
        IReadOnlyList<StepDefinition> siblings,
        string path,
        bool parallel,
        PlaceIndex places,
        ICollection<DocumentProblem> problems)
    {
        var ids = siblings.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < siblings.Count; i++)
        {
            foreach (var need in siblings[i].Needs ?? [])
            {
                if (!ids.Contains(need))
                {
                    problems.Add(places.Problem(
                        $"{path}[{i}].needs", $"There is no step '{need}' beside '{siblings[i].Id}'.", Suggestion.For(need, ids)));
                }
            }
        }

        if (Cycle(siblings, parallel) is { } cycle)
        {
            var first = siblings.Select((s, i) => (s, i)).First(p => p.s.Id == cycle[0]).i;
            problems.Add(places.Problem(
                $"{path}[{first}].needs", $"These steps wait for each other: {string.Join(" → ", cycle)}.", "Remove one of the needs."));
        }
    }

    private static List<string>? Cycle(IReadOnlyList<StepDefinition> siblings, bool parallel)
    {
        var needs = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        for (var i = 0; i < siblings.Count; i++)
        {
            needs[siblings[i].Id] = NeedsOf(siblings, i, parallel);
        }

        var done = new HashSet<string>(StringComparer.Ordinal);
        var trail = new List<string>();
        foreach (var id in needs.Keys)
        {
            if (Visit(id) is { } found)
            {
                return found;
            }
        }

        return null;

        List<string>? Visit(string id)
        {
            var at = trail.IndexOf(id);
            if (at >= 0)
            {
                return [.. trail[at..], id];
            }

            if (!needs.TryGetValue(id, out var next) || done.Contains(id))
            {
                return null;
            }

            trail.Add(id);
            var found = next.Select(Visit).FirstOrDefault(c => c is not null);
            trail.RemoveAt(trail.Count - 1);
            done.Add(id);
            return found;
        }
    }
}
