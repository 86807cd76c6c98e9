using Runbooks.Definitions.Yaml;

namespace Runbooks.Definitions.Validation;

/// <summary>
/// Where each path of the model stands in the text; a path that has no
/// text of its own gives its nearest parent's place.
/// </summary>
internal sealed class PlaceIndex
{
    private readonly Dictionary<string, (int Line, int Column)> places = new(StringComparer.Ordinal);

    public PlaceIndex(DocumentNode root) => Walk(root, string.Empty);

    public DocumentProblem Problem(string path, string message, string correction)
    {
        var (line, column) = Find(path);
        return new DocumentProblem(path, line, column, message, correction);
    }

    private (int Line, int Column) Find(string path)
    {
        for (var p = path; ; p = p[..Math.Max(p.LastIndexOf('.'), p.LastIndexOf('['))])
        {
            if (places.TryGetValue(p, out var place))
            {
                return place;
            }

            if (p.LastIndexOf('.') <= 0 && p.LastIndexOf('[') <= 0)
            {
                return places.GetValueOrDefault(string.Empty, (1, 1));
            }
        }
    }

    private void Walk(DocumentNode node, string path)
    {
        places[path] = (node.Line, node.Column);
        switch (node)
        {
            case MappingNode map:
                foreach (var entry in map.Entries)
                {
                    Walk(entry.Value, path.Length == 0 ? entry.Key.Text : $"{path}.{entry.Key.Text}");
                }

                break;
            case SequenceNode list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Walk(list.Items[i], $"{path}[{i}]");
                }

                break;
            default:
                break;
        }
    }
}
