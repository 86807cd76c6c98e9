using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Runbooks.Definitions.Yaml;

/// <summary>
/// Reads YAML text into nodes with places, under limits: a document is input from people and may be hostile.
/// </summary>
/// <remarks>
/// Limits: 1 MiB of text, depth 32, 100 aliases, and 200,000 nodes in all after aliases are followed, so that a small
/// text cannot unfold
/// into a large tree. Tags are refused: a runbook has no types beyond YAML's own.
/// </remarks>
public static class YamlReader
{
    /// <summary>Longest text, in UTF-16 characters: 1 MiB.</summary>
    public const int TextLengthMax = 1 << 20;

    /// <summary>Deepest nesting.</summary>
    public const int DepthMax = 32;

    /// <summary>Most aliases.</summary>
    public const int AliasesMax = 100;

    /// <summary>Most nodes after aliases are followed.</summary>
    public const int NodesMax = 200_000;

    /// <summary>Reads one document; null with at least one problem when it cannot be read.</summary>
    public static DocumentNode? Read(string text, ICollection<DocumentProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(problems);
        if (text.Length > TextLengthMax)
        {
            problems.Add(new DocumentProblem(
                string.Empty, 1, 1, $"The document has {text.Length} characters; the limit is {TextLengthMax}.", "Split the runbook."));
            return null;
        }

        try
        {
            using var reader = new StringReader(text);
            return new Walk(new Parser(reader), problems).Document();
        }
        catch (YamlException e)
        {
            problems.Add(new DocumentProblem(
                string.Empty, (int)e.Start.Line, (int)e.Start.Column, $"This is not YAML: {Reason(e)}.", "Correct the text at this place."));
            return null;
        }
        catch (LimitException e)
        {
            problems.Add(new DocumentProblem(string.Empty, e.Line, e.Column, e.Message, e.Correction));
            return null;
        }
    }

    private static string Reason(YamlException e)
    {
        var innermost = e.InnerException?.Message ?? e.Message;
        return innermost.TrimEnd('.', ' ');
    }

    private sealed class LimitException(Mark at, string message, string correction) : Exception(message)
    {
        public int Line { get; } = (int)at.Line;

        public int Column { get; } = (int)at.Column;

        public string Correction { get; } = correction;
    }

    private sealed class Walk(IParser parser, ICollection<DocumentProblem> problems)
    {
        private readonly Dictionary<string, DocumentNode> anchors = [];
        private int aliases;
        private int nodes;

        public DocumentNode? Document()
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                problems.Add(new DocumentProblem(string.Empty, 1, 1, "The document is empty.", "Start with 'apiVersion: runbooks/v1'."));
                return null;
            }

            parser.Consume<DocumentStart>();
            var root = Node(0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _) && parser.Current is { } more)
            {
                problems.Add(new DocumentProblem(
                    string.Empty, (int)more.Start.Line, (int)more.Start.Column, "There is a second document.", "Keep one runbook per file."));
            }

            return root;
        }

        private DocumentNode Node(int depth)
        {
            var at = parser.Current!.Start;
            if (depth > DepthMax)
            {
                throw new LimitException(at, $"The nesting is deeper than {DepthMax}.", "Flatten the document.");
            }

            Count(at, 1);
            if (parser.TryConsume<AnchorAlias>(out var alias))
            {
                return Alias(alias);
            }

            var node = parser.Current as NodeEvent ?? throw new YamlException(at, at, "a value is missing");
            if (!node.Tag.IsEmpty && node.Tag.Value != "!")
            {
                throw new LimitException(at, $"The tag {node.Tag.Value} is not allowed.", "Remove it: a runbook needs no tags.");
            }

            DocumentNode result = node switch
            {
                SequenceStart => Sequence(depth),
                MappingStart => Mapping(depth),
                _ => Scalar(),
            };
            if (!node.Anchor.IsEmpty)
            {
                anchors[node.Anchor.Value] = result;
            }

            return result;
        }

        private DocumentNode Alias(AnchorAlias alias)
        {
            if (++aliases > AliasesMax)
            {
                throw new LimitException(alias.Start, $"There are more than {AliasesMax} aliases.", "Write the values out.");
            }

            if (!anchors.TryGetValue(alias.Value.Value, out var target))
            {
                throw new LimitException(alias.Start, $"The alias *{alias.Value.Value} has no anchor before it.", "Name an anchor.");
            }

            Count(alias.Start, Size(target));
            return target;
        }

        private void Count(Mark at, int more)
        {
            nodes += more;
            if (nodes > NodesMax)
            {
                throw new LimitException(at, $"The document unfolds to more than {NodesMax} values.", "Remove aliases or split the runbook.");
            }
        }

        private static int Size(DocumentNode node) => node switch
        {
            SequenceNode s => 1 + s.Items.Sum(Size),
            MappingNode m => 1 + m.Entries.Sum(e => 1 + Size(e.Value)),
            _ => 1,
        };

        private ScalarNode Scalar()
        {
            var scalar = parser.Consume<Scalar>();
            return new ScalarNode(
                (int)scalar.Start.Line, (int)scalar.Start.Column, scalar.Value, scalar.Style == ScalarStyle.Plain);
        }

        private SequenceNode Sequence(int depth)
        {
            var start = parser.Consume<SequenceStart>();
            var items = new List<DocumentNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Node(depth + 1));
            }

            return new SequenceNode((int)start.Start.Line, (int)start.Start.Column, items);
        }

        private MappingNode Mapping(int depth)
        {
            var start = parser.Consume<MappingStart>();
            var entries = new List<MappingEntry>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var at = parser.Current!.Start;
                if (Node(depth + 1) is not ScalarNode key)
                {
                    throw new LimitException(at, "A key must be a word.", "Write the key as plain text.");
                }

                var value = Node(depth + 1);
                if (seen.Add(key.Text))
                {
                    entries.Add(new MappingEntry(key, value));
                }
                else
                {
                    problems.Add(new DocumentProblem(
                        key.Text, key.Line, key.Column, $"The key '{key.Text}' stands here twice.", "Keep one of them."));
                }
            }

            return new MappingNode((int)start.Start.Line, (int)start.Start.Column, entries);
        }
    }
}
