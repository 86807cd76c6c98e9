using Runbooks.Definitions.Yaml;
using Runbooks.Domain.Text;

namespace Runbooks.Definitions.Binding;

/// <summary>
/// Reads one mapping field by field, collecting problems with their places; unknown keys are problems at the end.
/// </summary>
internal sealed class MappingReader
{
    private readonly MappingNode node;
    private readonly ICollection<DocumentProblem> problems;
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public MappingReader(DocumentNode node, string path, ICollection<DocumentProblem> problems)
    {
        this.problems = problems;
        Path = path;
        this.node = node as MappingNode ?? new MappingNode(node.Line, node.Column, []);
        if (node is not MappingNode && !IsNull(node))
        {
            Problem(node, string.Empty, "Keys and values are expected here.", "Write 'key: value' lines, indented.");
        }
    }

    public string Path { get; }

    public DocumentNode Node => node;

    public DocumentNode? Any(string key)
    {
        known.Add(key);
        var found = node.Find(key);
        return found is null || IsNull(found) ? null : found;
    }

    public string? Text(string key, bool required = false, string correction = "")
    {
        var found = Required(key, required, correction);
        if (found is null or ScalarNode)
        {
            return (found as ScalarNode)?.Text;
        }

        Problem(found, key, "A text is expected here.", "Write one value, in quotes if it has special characters.");
        return null;
    }

    public bool Flag(string key)
    {
        var found = Any(key);
        if (found is null)
        {
            return false;
        }

        if (found is ScalarNode { IsPlain: true } scalar && ScalarReader.ToJson(scalar) is { } json
            && json.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False)
        {
            return json.GetValue<bool>();
        }

        Problem(found, key, "true or false is expected here.", "Write true or false without quotes.");
        return false;
    }

    public int Integer(string key, int fallback, int minimum)
    {
        var found = Any(key);
        if (found is null)
        {
            return fallback;
        }

        if (found is ScalarNode { IsPlain: true } scalar && int.TryParse(scalar.Text, out var value) && value >= minimum)
        {
            return value;
        }

        Problem(found, key, "A whole number is expected here.", $"Write a number of {minimum} or more.");
        return fallback;
    }

    public double Number(string key, double fallback, double minimum)
    {
        var found = Any(key);
        if (found is null)
        {
            return fallback;
        }

        if (found is ScalarNode { IsPlain: true } scalar
            && double.TryParse(scalar.Text, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= minimum)
        {
            return value;
        }

        Problem(found, key, "A number is expected here.", $"Write a number of {minimum} or more.");
        return fallback;
    }

    public TimeSpan? Duration(string key)
    {
        var text = Text(key);
        if (text is null)
        {
            return null;
        }

        if (Durations.TryParse(text, out var value))
        {
            return value;
        }

        Problem(Any(key)!, key, $"'{text}' is not a duration.", "Write a number with a unit: 500ms, 30s, 15m, 1h30m, 2d.");
        return null;
    }

    public T? Word<T>(string key, bool required = false)
        where T : struct, Enum
    {
        var text = Text(key, required, $"Write one of: {string.Join(", ", KebabCase.All<T>())}.");
        if (text is null)
        {
            return null;
        }

        if (KebabCase.TryParse<T>(text, out var value))
        {
            return value;
        }

        Problem(Any(key)!, key, $"'{text}' is not known here.", Suggestion.For(text, [.. KebabCase.All<T>()]));
        return null;
    }

    public IReadOnlyList<DocumentNode> Items(string key, bool required = false)
    {
        var found = Required(key, required, "Write a list: lines that start with '- '.");
        if (found is null)
        {
            return [];
        }

        if (found is SequenceNode list)
        {
            return list.Items;
        }

        Problem(found, key, "A list is expected here.", "Write lines that start with '- '.");
        return [];
    }

    public IReadOnlyDictionary<string, string> Words(string key)
    {
        var found = Any(key);
        if (found is null)
        {
            return new Dictionary<string, string>();
        }

        var reader = new MappingReader(found, Join(key), problems);
        return reader.node.Entries
            .Select(e => (e.Key.Text, Value: reader.Text(e.Key.Text)))
            .Where(e => e.Value is not null)
            .ToDictionary(e => e.Text, e => e.Value!);
    }

    public void Problem(DocumentNode at, string key, string message, string correction) =>
        problems.Add(new DocumentProblem(Join(key), at.Line, at.Column, message, correction));

    /// <summary>Reports every key that no reader asked for.</summary>
    public void Finish()
    {
        foreach (var entry in node.Entries.Where(e => !known.Contains(e.Key.Text)))
        {
            Problem(entry.Key, entry.Key.Text, $"The key '{entry.Key.Text}' is unknown here.", Suggestion.For(entry.Key.Text, known));
        }
    }

    private DocumentNode? Required(string key, bool required, string correction)
    {
        var found = Any(key);
        if (found is null && required)
        {
            Problem(node, key, $"The key '{key}' is missing.", correction.Length > 0 ? correction : $"Add '{key}: …'.");
        }

        return found;
    }

    private string Join(string key) => key.Length == 0 ? Path : Path.Length == 0 ? key : $"{Path}.{key}";

    private static bool IsNull(DocumentNode node) => node is ScalarNode { IsPlain: true, Text: "" or "~" or "null" };
}
