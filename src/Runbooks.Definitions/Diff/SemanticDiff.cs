using System.Text;
using System.Text.Json.Nodes;

namespace Runbooks.Definitions.Diff;

/// <summary>Compares two runbooks by meaning: steps by id through blocks, fields by path. Pure.</summary>
/// <remarks>
/// Works on the canonical JSON, so that documents with problems can be compared as well: a
/// merge is needed exactly when somebody is in the middle of something. A step that left one
/// block and stands in another with the same id and kind has moved. Among siblings, those
/// outside the longest common order have moved: putting one step first moves one, not all.
/// </remarks>
public static class SemanticDiff
{
    /// <summary>Compares.</summary>
    /// <param name="before">Canonical JSON of the older document.</param>
    /// <param name="after">Canonical JSON of the newer one.</param>
    public static RunbookDifference Of(JsonNode before, JsonNode after)
    {
        var (old, now) = (Flatten(before), Flatten(after));
        var movedFrom = MovesBetweenBlocks(old, now);
        var stayed = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var steps = new List<StepDifference>();
        foreach (var step in now.Values)
        {
            var origin = movedFrom.GetValueOrDefault(step.Path, step.Path);
            if (!old.TryGetValue(origin, out var was))
            {
                steps.Add(new StepDifference(step.Path, "added", step.Title, step.Kind, null, []));
                continue;
            }

            var fields = Fields(was.Own, step.Own);
            var from = origin != step.Path ? origin : MovedAmongSiblings(old, now, step, stayed)
                ? $"place {was.Index + 1}"
                : null;
            if (from is not null || fields.Count > 0)
            {
                steps.Add(new StepDifference(
                    step.Path, from is null ? "changed" : "moved", step.Title, step.Kind, from, fields));
            }
        }

        steps.AddRange(old.Values.Where(s => !now.ContainsKey(s.Path) && !movedFrom.ContainsValue(s.Path))
            .Select(s => new StepDifference(s.Path, "removed", s.Title, s.Kind, null, [])));
        var settings = Fields(WithoutSteps(before), WithoutSteps(after));
        return new RunbookDifference(steps.Count == 0 && settings.Count == 0, steps, settings, Text(steps, settings));
    }

    private static Dictionary<string, string> MovesBetweenBlocks(
        Dictionary<string, FlatStep> old, Dictionary<string, FlatStep> now)
    {
        var gone = old.Values.Where(s => !now.ContainsKey(s.Path)).ToList();
        var moves = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var step in now.Values.Where(s => !old.ContainsKey(s.Path)))
        {
            var origin = gone.Find(g => g.Id == step.Id && g.Kind == step.Kind);
            if (origin is not null)
            {
                moves[step.Path] = origin.Path;
                gone.Remove(origin);
            }
        }

        return moves;
    }

    private static bool MovedAmongSiblings(
        Dictionary<string, FlatStep> old, Dictionary<string, FlatStep> now, FlatStep step,
        Dictionary<string, HashSet<string>> stayed)
    {
        if (!stayed.TryGetValue(step.Scope, out var still))
        {
            var before = old.Values.Where(s => s.Scope == step.Scope && now.ContainsKey(s.Path)).Select(s => s.Id)
                .ToList();
            var after = now.Values.Where(s => s.Scope == step.Scope && old.ContainsKey(s.Path)).Select(s => s.Id)
                .ToList();
            stayed[step.Scope] = still = before.SequenceEqual(after) ? [.. after] : LongestCommon(before, after);
        }

        return !still.Contains(step.Id);
    }

    /// <summary>The members of a longest common subsequence; at most 2,000 steps, so the table is 4 million
    /// cells.</summary>
    private static HashSet<string> LongestCommon(List<string> left, List<string> right)
    {
        var length = new int[left.Count + 1, right.Count + 1];
        for (var i = left.Count - 1; i >= 0; i--)
        {
            for (var j = right.Count - 1; j >= 0; j--)
            {
                length[i, j] = left[i] == right[j]
                    ? length[i + 1, j + 1] + 1
                    : Math.Max(length[i + 1, j], length[i, j + 1]);
            }
        }

        var kept = new HashSet<string>(StringComparer.Ordinal);
        for (var (i, j) = (0, 0); i < left.Count && j < right.Count;)
        {
            if (left[i] == right[j])
            {
                kept.Add(left[i]);
                (i, j) = (i + 1, j + 1);
            }
            else if (length[i + 1, j] >= length[i, j + 1])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return kept;
    }

    private static List<FieldDifference> Fields(JsonNode? before, JsonNode? after)
    {
        var found = new List<FieldDifference>();
        Compare(before, after, string.Empty, found);
        return found;
    }

    private static void Compare(JsonNode? before, JsonNode? after, string path, List<FieldDifference> found)
    {
        if (JsonNode.DeepEquals(before, after))
        {
            return;
        }

        if (before is JsonObject left && after is JsonObject right)
        {
            foreach (var key in left.Select(m => m.Key).Union(right.Select(m => m.Key)).Order(StringComparer.Ordinal))
            {
                Compare(left[key], right[key], path.Length == 0 ? key : $"{path}.{key}", found);
            }
        }
        else if (Named(before) is { } olds && Named(after) is { } news)
        {
            foreach (var name in olds.Keys.Union(news.Keys))
            {
                Compare(olds.GetValueOrDefault(name), news.GetValueOrDefault(name), $"{path}[{name}]", found);
            }
        }
        else
        {
            found.Add(new FieldDifference(path, before?.ToJsonString(), after?.ToJsonString()));
        }
    }

    // Lists whose items have a name of their own, such as inputs, are compared by it.
    private static Dictionary<string, JsonNode?>? Named(JsonNode? node)
    {
        if (node is not JsonArray { Count: > 0 } list)
        {
            return null;
        }

        var named = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        return list.All(i => i is JsonObject o && o["name"] is JsonValue name && named.TryAdd(name.ToString(), o))
            ? named
            : null;
    }

    private static JsonNode? WithoutSteps(JsonNode document)
    {
        var copy = document.DeepClone();
        (copy["spec"] as JsonObject)?.Remove("steps");
        return copy;
    }

    private static Dictionary<string, FlatStep> Flatten(JsonNode document)
    {
        var found = new Dictionary<string, FlatStep>(StringComparer.Ordinal);
        Walk((document as JsonObject)?["spec"]?["steps"] as JsonArray, string.Empty);
        return found;

        void Walk(JsonArray? steps, string scope)
        {
            for (var i = 0; i < (steps?.Count ?? 0); i++)
            {
                if (steps![i] is not JsonObject step)
                {
                    continue;
                }

                var id = step["id"]?.ToString() ?? $"{i + 1}";
                var path = scope.Length == 0 ? id : $"{scope}.{id}";
                var own = (JsonObject)step.DeepClone();
                own.Remove("steps");
                own.Remove("id");

                // Two siblings of one id are a problem of the document; the later one is compared under its place.
                var key = found.ContainsKey(path) ? $"{path}#{i + 1}" : path;
                found[key] = new FlatStep(
                    key, scope, id, i, step["title"]?.ToString() ?? id, step["uses"]?.ToString(), own);
                Walk(step["steps"] as JsonArray, path);
            }
        }
    }

    private static string Text(List<StepDifference> steps, List<FieldDifference> settings)
    {
        var text = new StringBuilder();
        foreach (var field in settings)
        {
            text.Append("~ ").Append(Line(field)).Append('\n');
        }

        foreach (var step in steps)
        {
            var kind = step.Kind is null ? "block" : step.Kind;
            text.Append(step.Change switch
            {
                "added" => $"+ step {step.Path} ({kind})",
                "removed" => $"- step {step.Path} ({kind})",
                "moved" => $"> step {step.Path} moved from {step.MovedFrom}",
                _ => $"~ step {step.Path}",
            }).Append('\n');
            foreach (var field in step.Fields)
            {
                text.Append("    ").Append(Line(field)).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Line(FieldDifference field) => (field.Before, field.After) switch
    {
        (null, var after) => $"{field.Field}: added {after}",
        (var before, null) => $"{field.Field}: removed, was {before}",
        var (before, after) => $"{field.Field}: {before} -> {after}",
    };

    private sealed record FlatStep(
        string Path, string Scope, string Id, int Index, string Title, string? Kind, JsonObject Own);
}
