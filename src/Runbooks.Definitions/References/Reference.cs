namespace Runbooks.Definitions.References;

/// <summary>
/// One <c>${…}</c>: a path and nothing else, so that a designer can show it and a validator can check it.
/// </summary>
/// <param name="Segments">At least one.</param>
public sealed record Reference(IReadOnlyList<ReferenceSegment> Segments)
{
    /// <summary>
    /// The first word: <c>inputs</c>, <c>group</c>, <c>run</c>, <c>secrets</c>, an item's name or a step's id.
    /// </summary>
    public string Root => Segments[0].Name;

    /// <summary>As written, without <c>${</c> and <c>}</c>.</summary>
    public override string ToString() => string.Join('.', Segments);

    /// <summary>Reads a path; false when it has any other character than words, dots, one filter and hyphens.</summary>
    public static bool TryParse(string text, out Reference? reference)
    {
        ArgumentNullException.ThrowIfNull(text);
        reference = null;
        var segments = new List<ReferenceSegment>();
        foreach (var part in SplitOutsideBrackets(text))
        {
            if (!ReferenceSegment.TryParse(part, out var segment))
            {
                return false;
            }

            segments.Add(segment!);
        }

        reference = new Reference(segments);
        return segments.Count > 0;
    }

    private static IEnumerable<string> SplitOutsideBrackets(string text)
    {
        var start = 0;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '[' => 1, ']' => -1, _ => 0 };
            if (text[i] == '.' && depth == 0)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }
}

/// <summary>
/// One word of a path, with an optional filter: <c>workloads[tier=database]</c> or a key: <c>databases[db-1]</c>.
/// </summary>
/// <param name="Name">The word.</param>
/// <param name="FilterKey">Field to filter by; null when there is no filter; empty for a bare key.</param>
/// <param name="FilterValue">Value it must have.</param>
public sealed record ReferenceSegment(string Name, string? FilterKey, string? FilterValue)
{
    /// <inheritdoc/>
    public override string ToString() => FilterKey switch
    {
        null => Name,
        "" => $"{Name}[{FilterValue}]",
        _ => $"{Name}[{FilterKey}={FilterValue}]",
    };

    internal static bool TryParse(string text, out ReferenceSegment? segment)
    {
        segment = null;
        var open = text.IndexOf('[', StringComparison.Ordinal);
        var name = open < 0 ? text : text[..open];
        if (!IsWord(name))
        {
            return false;
        }

        if (open < 0)
        {
            segment = new ReferenceSegment(name, null, null);
            return true;
        }

        if (!text.EndsWith(']'))
        {
            return false;
        }

        var inside = text[(open + 1)..^1];
        var equals = inside.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? string.Empty : inside[..equals];
        var value = inside[(equals + 1)..];
        segment = new ReferenceSegment(name, key, value);
        return (equals < 0 || IsWord(key)) && IsWord(value);
    }

    private static bool IsWord(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
