using System.Text.Json;
using System.Text.Json.Nodes;
using Runbooks.Definitions.Layout;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Elsa;

/// <summary>Reads flowcharts and their activities into steps, collecting what does not fit.</summary>
internal sealed class ElsaFlowcharts(ICollection<DocumentProblem> problems)
{
    private const int ActivitiesMax = 2_000;
    private const int ConnectionsMax = 8_000;
    private const int BlocksDeepMax = 14;
    private const int ProblemsMax = 100;
    private readonly Dictionary<string, StepPosition> _places = new(StringComparer.Ordinal);
    private int _activities;
    private int _connections;
    private int _depth;

    public IReadOnlyDictionary<string, StepPosition> Places => _places;

    public JsonArray Steps(JsonObject flowchart, string at, string scope, bool parallel)
    {
        var activities = (flowchart["activities"] as JsonArray ?? []).ToList();
        if ((_activities += activities.Count) > ActivitiesMax)
        {
            Say(at, $"There are more than {ActivitiesMax} activities.", "Split the workflow.");
            return [];
        }

        var names = Names(activities, at);
        var inbound = Connections(flowchart["connections"] as JsonArray ?? [], at, names);
        NameCycle(names.Values, inbound, at);
        var steps = new JsonArray();
        string? previous = null;
        for (var i = 0; i < activities.Count; i++)
        {
            if (activities[i] is not JsonObject activity || !names.TryGetValue(IdOf(activity), out var id))
            {
                continue;
            }

            var path = scope.Length == 0 ? id : $"{scope}.{id}";
            var step = Step(activity, $"{at}.activities[{i}]", id, path);
            Order(step, inbound.GetValueOrDefault(id) ?? [], parallel || previous is null ? null : previous);
            Place(activity, path);
            steps.Add(step);
            previous = id;
        }

        return steps;
    }

    private JsonObject Step(JsonObject activity, string at, string id, string path)
    {
        var own = (activity["customProperties"] as JsonObject)?[ElsaWords.Own] as JsonObject;
        var step = own is null ? [] : (JsonObject)own.DeepClone();
        step.Remove("steps");
        step["id"] = id;
        var drawn = ElsaImport.TextOf((activity["metadata"] as JsonObject)?["displayText"]);
        if (drawn is { Length: > 0 } && drawn != (ElsaImport.TextOf(step["title"]) ?? id))
        {
            step["title"] = drawn;
        }

        var type = ElsaImport.TypeOf(activity);
        if (type == ElsaWords.Block)
        {
            step.Remove("uses");
            step["steps"] = Body(activity, at, path, step["parallel"]?.ToString() == "true");
            return step;
        }

        if (type is null || ElsaWords.KindOf(type) is not { } kind)
        {
            Say($"{at}.type", $"Activity {id} is of the unknown type '{type}'.",
                $"Use the types of this product: {string.Join(", ", ElsaWords.Types.Take(8))} and so on.");
            return step;
        }

        step["uses"] = kind;
        var with = new JsonObject();
        foreach (var (name, value) in activity.Where(m => !ElsaWords.IsMember(m.Key)))
        {
            with[ElsaWords.SettingOf(name)] = Input(value, $"{at}.{name}");
        }

        if (with.Count > 0)
        {
            step["with"] = with;
        }

        return step;
    }

    private JsonArray Body(JsonObject activity, string at, string path, bool parallel)
    {
        if (activity["body"] is not JsonObject body || ElsaImport.TypeOf(body) != ElsaWords.Flowchart)
        {
            Say($"{at}.body", "A block has no flowchart as its body.", "Draw its steps inside of it.");
            return [];
        }

        if (++_depth > BlocksDeepMax)
        {
            Say(at, $"Blocks are nested deeper than {BlocksDeepMax}.", "Flatten the workflow.");
            return [];
        }

        var steps = Steps(body, $"{at}.body", path, parallel);
        _depth--;
        return steps;
    }

    private JsonNode? Input(JsonNode? input, string at)
    {
        if (input is not JsonObject { } map || map["expression"] is not JsonObject expression)
        {
            Say(at, "An input is expected here: typeName and expression.", "Set the value in the designer again.");
            return null;
        }

        var (type, value) = (ElsaImport.TextOf(expression["type"]), expression["value"]);
        switch (type)
        {
            case "Literal":
                return value?.DeepClone();
            case "Object" when ElsaImport.TextOf(value) is { } text:
                try
                {
                    return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 32 });
                }
                catch (JsonException)
                {
                    Say(at, "Its value is not JSON.", "Write a JSON object or list.");
                    return null;
                }

            default:
                Say(at, $"Expressions of type '{type}' are code, and runbooks hold no code.",
                    "Use a literal; refer to other values by ${…}.");
                return null;
        }
    }

    private Dictionary<string, string> Names(List<JsonNode?> activities, string at)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < activities.Count; i++)
        {
            if (activities[i] is not JsonObject activity || IdOf(activity) is not { Length: > 0 } id)
            {
                Say($"{at}.activities[{i}]", "An activity with an id is expected here.",
                    "Remove it, or export the workflow again.");
                continue;
            }

            var wanted = ElsaImport.TextOf(activity["name"]) is { Length: > 0 } name && WordRules.IsSlug(name)
                ? name
                : ElsaImport.SlugOf(ElsaImport.TextOf(activity["name"]) ?? id);
            var word = wanted;
            for (var more = 2; !taken.Add(word); more++)
            {
                word = $"{wanted}-{more}";
            }

            if (!names.TryAdd(id, word))
            {
                Say($"{at}.activities[{i}].id", $"There are two activities of the id '{id}'.", "Remove one of them.");
            }
        }

        return names;
    }

    private Dictionary<string, List<string>> Connections(
        JsonArray connections, string at, Dictionary<string, string> names)
    {
        var inbound = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        if ((_connections += connections.Count) > ConnectionsMax)
        {
            Say(at, $"There are more than {ConnectionsMax} connections.", "Split the workflow.");
            return inbound;
        }

        for (var i = 0; i < connections.Count; i++)
        {
            var connection = connections[i] as JsonObject;
            var source = EndOf(connection, "source");
            var target = EndOf(connection, "target");
            if (source is null || target is null || !names.TryGetValue(source, out var from)
                || !names.TryGetValue(target, out var to))
            {
                Say($"{at}.connections[{i}]", $"It connects '{source}' with '{target}', which are not both here.",
                    "Remove it, or connect two activities of the same flowchart.");
                continue;
            }

            if (!inbound.TryGetValue(to, out var needs))
            {
                inbound[to] = needs = [];
            }

            if (!needs.Contains(from))
            {
                needs.Add(from);
            }
        }

        return inbound;
    }

    /// <summary>Takes away what needs nothing that is left, again and again; what remains goes round.</summary>
    private void NameCycle(IEnumerable<string> ids, Dictionary<string, List<string>> inbound, string at)
    {
        var left = ids.ToHashSet(StringComparer.Ordinal);
        while (left.RemoveWhere(id => !(inbound.GetValueOrDefault(id) ?? []).Exists(left.Contains)) > 0)
        {
        }

        if (left.Count == 0)
        {
            return;
        }

        var way = new List<string>();
        for (var id = left.Order(StringComparer.Ordinal).First(); !way.Contains(id);
            id = inbound[id].First(left.Contains))
        {
            way.Add(id);
        }

        var ring = way.SkipWhile(w => w != inbound[way[^1]].First(left.Contains)).Reverse().ToList();
        Say($"{at}.connections", $"They go round in a circle: {string.Join(" → ", ring.Append(ring[0]))}.",
            "Remove one of these connections.");
    }

    // What was drawn wins; what our export remembered only says how the same order was written.
    private static void Order(JsonObject step, List<string> drawn, string? previous)
    {
        string[] unsaid = previous is null ? [] : [previous];
        var written = (step["needs"] as JsonArray)?.Select(n => n?.ToString() ?? string.Empty).ToList();
        step.Remove("needs");
        if (written is not null && written.ToHashSet().SetEquals(drawn))
        {
            step["needs"] = new JsonArray([.. written.Select(n => (JsonNode)n)]);
        }
        else if (!unsaid.ToHashSet().SetEquals(drawn))
        {
            step["needs"] = new JsonArray([.. drawn.Select(n => (JsonNode)n)]);
        }
    }

    private void Place(JsonObject activity, string path)
    {
        var position = ((activity["metadata"] as JsonObject)?["designer"] as JsonObject)?["position"] as JsonObject;
        if (position?["x"] is JsonValue x && position["y"] is JsonValue y
            && x.TryGetValue<double>(out var left) && y.TryGetValue<double>(out var top))
        {
            _places[path] = new StepPosition(left, top);
        }
    }

    private static string IdOf(JsonObject activity) => ElsaImport.TextOf(activity["id"]) ?? string.Empty;

    private static string? EndOf(JsonObject? connection, string end) =>
        ElsaImport.TextOf((connection?[end] as JsonObject)?["activity"]);

    private void Say(string path, string message, string correction)
    {
        if (problems.Count < ProblemsMax)
        {
            problems.Add(new DocumentProblem(path, 0, 0, message, correction));
        }
    }
}
