using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runbooks.Cli.Output;

/// <summary>Prints answers in the form that was asked for.</summary>
internal sealed class Printer(TextWriter output, OutputForm form, bool coloured)
{
    public static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        // The output is a terminal or a file, never a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public OutputForm Form => form;

    public TextWriter Output => output;

    public bool Coloured => coloured;

    /// <summary>Progress and advice: only for people, so that json stays json.</summary>
    public void Say(string text)
    {
        if (form == OutputForm.Table)
        {
            output.WriteLine(text);
        }
    }

    public void Print(JsonNode? answer, View view)
    {
        switch (form)
        {
            case OutputForm.Json:
                output.WriteLine(answer?.ToJsonString(Readable) ?? "{}");
                break;
            case OutputForm.Yaml:
                output.Write(Yaml.Of(answer ?? new JsonObject()));
                break;
            case OutputForm.Name:
                foreach (var name in Items(answer).Select(i => Column.Find(i, view.Name)).OfType<JsonNode>())
                {
                    output.WriteLine(name.ToString());
                }

                break;
            default:
                PrintTable(answer, view);
                break;
        }
    }

    /// <summary>Rows with these columns, or a sentence when there are none.</summary>
    public void Table(IEnumerable<JsonNode?> items, IReadOnlyList<Column> columns)
    {
        var rows = items.Select(i => (IReadOnlyList<string>)[.. columns.Select(c => c.Of(i))]).ToList();
        if (rows.Count == 0)
        {
            output.WriteLine("Nothing here yet.");
            return;
        }

        foreach (var line in TextTable.Lines([.. columns.Select(c => c.Title)], rows, coloured))
        {
            output.WriteLine(line);
        }
    }

    private void PrintTable(JsonNode? answer, View view)
    {
        if (answer is JsonObject page && page["items"] is JsonArray items)
        {
            Table(items, view.Columns.Length > 0 ? view.Columns : [new Column("ID", view.Name, Shape.Text)]);
        }
        else if (answer is JsonObject one)
        {
            Details(one, "", 0);
        }
    }

    // Members on lines, nested objects indented, lists of objects as tables of their plain members.
    private void Details(JsonObject one, string title, int depth)
    {
        if (title.Length > 0)
        {
            output.WriteLine($"{Indent(depth - 1)}{title}:");
        }

        var plain = one.Where(m => !IsNested(m.Value)).ToList();
        var width = plain.Count == 0 ? 0 : plain.Max(m => m.Key.Length) + 1;
        foreach (var (key, value) in plain)
        {
            var text = key.EndsWith("Bytes", StringComparison.Ordinal) ? Shape.Bytes(value) : Shape.Text(value);
            output.WriteLine($"{Indent(depth)}{(key + ":").PadRight(width)} "
                + $"{Ink.Paint(text.ReplaceLineEndings($"\n{Indent(depth + 1)}"), coloured)}");
        }

        foreach (var (key, value) in one.Where(m => IsNested(m.Value)))
        {
            if (value is JsonObject nested)
            {
                Details(nested, key, depth + 1);
            }
            else
            {
                output.WriteLine($"{Indent(depth)}{key}:");
                foreach (var item in value!.AsArray())
                {
                    output.WriteLine($"{Indent(depth + 1)}- {Summary(item)}");
                }
            }
        }
    }

    private static string Summary(JsonNode? item) => item is not JsonObject members
        ? Shape.Text(item)
        : string.Join(", ", members.Select(m =>
            $"{m.Key} {(m.Value is JsonArray list && m.Key == "links" ? Shape.Links(list) : Shape.Text(m.Value))}"));

    private static bool IsNested(JsonNode? value) => value is JsonObject { Count: > 0 }
        || (value is JsonArray list && list.Any(i => i is JsonObject));

    private static string Indent(int depth) => new(' ', depth * 2);

    private static IEnumerable<JsonNode?> Items(JsonNode? answer) =>
        answer is JsonObject page && page["items"] is JsonArray items ? items : answer is null ? [] : [answer];
}
