using System.Text.Json.Nodes;

namespace Runbooks.ControlPlane.Runs;

/// <summary>One changed place: a step by its path, or a setting outside the steps.</summary>
/// <param name="Change">added, removed, moved or changed.</param>
public sealed record DiffItem(string Change, string Path, string? Before, string? After);

/// <summary>What two runbooks differ in, by meaning: steps are compared by id, not by line.</summary>
public sealed record RunbookDiff(bool Same, IReadOnlyList<DiffItem> Items)
{
    public static RunbookDiff Of(JsonNode before, JsonNode after)
    {
        var items = new List<DiffItem>();
        Compare(before, after, "", items);
        return new RunbookDiff(items.Count == 0, items);
    }

    private static void Compare(JsonNode? before, JsonNode? after, string path, List<DiffItem> items)
    {
        if (JsonNode.DeepEquals(before, after))
        {
            return;
        }

        if (before is JsonObject left && after is JsonObject right)
        {
            foreach (var key in left.Select(m => m.Key).Union(right.Select(m => m.Key)).Order(StringComparer.Ordinal))
            {
                Compare(left[key], right[key], path.Length == 0 ? key : $"{path}.{key}", items);
            }
        }
        else if (before is JsonArray steps && after is JsonArray others && IsKeyed(steps) && IsKeyed(others))
        {
            CompareKeyed(steps, others, path, items);
        }
        else
        {
            items.Add(new DiffItem(
                before is null ? "added" : after is null ? "removed" : "changed", path, before?.ToJsonString(), after?.ToJsonString()));
        }
    }

    private static void CompareKeyed(JsonArray before, JsonArray after, string path, List<DiffItem> items)
    {
        var (left, right) = (Keys(before), Keys(after));
        var common = left.Where(right.Contains).ToList();
        var reordered = right.Where(left.Contains).ToList();
        foreach (var key in left.Union(right))
        {
            var place = $"{path}[{key}]";
            var (was, now) = (Find(before, key), Find(after, key));
            if (was is not null && now is not null && common.IndexOf(key) != reordered.IndexOf(key))
            {
                items.Add(new DiffItem("moved", place, $"{left.IndexOf(key) + 1}", $"{right.IndexOf(key) + 1}"));
            }

            Compare(was, now, place, items);
        }
    }

    private static bool IsKeyed(JsonArray array) =>
        array.Count > 0 && array.All(n => n is JsonObject o && (o.ContainsKey("id") || o.ContainsKey("name")));

    private static List<string> Keys(JsonArray array) => [.. array.Select(KeyOf)];

    private static JsonNode? Find(JsonArray array, string key) => array.FirstOrDefault(n => KeyOf(n) == key);

    private static string KeyOf(JsonNode? node) => ((node as JsonObject)?["id"] ?? (node as JsonObject)?["name"])?.ToString() ?? "";
}
