using System.Text.Json.Nodes;

namespace Runbooks.Cli.Output;

/// <summary>One column of a table: a title, where the value is, and how it is written.</summary>
internal sealed record Column(string Title, string Path, Func<JsonNode?, string> Write)
{
    public string Of(JsonNode? item) => Write(Find(item, Path));

    /// <summary>The value at a dotted path; null when any part of it is absent.</summary>
    public static JsonNode? Find(JsonNode? item, string path)
    {
        foreach (var part in path.Split('.'))
        {
            item = (item as JsonObject)?[part];
        }

        return item;
    }
}

/// <summary>How things of one noun are shown: their columns, and which value is their name.</summary>
/// <param name="Name">Dotted path of the name that <c>-o name</c> prints.</param>
internal sealed record View(string Name, params Column[] Columns)
{
    /// <summary>For answers without columns of their own: every member on a line.</summary>
    public static readonly View Plain = new("id");
}
