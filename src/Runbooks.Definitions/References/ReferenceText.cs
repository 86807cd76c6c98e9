namespace Runbooks.Definitions.References;

/// <summary>Text with references in it, split into its parts.</summary>
/// <param name="Parts">Literal text and references, in order.</param>
public sealed record ReferenceText(IReadOnlyList<ReferencePart> Parts)
{
    /// <summary>True when the text is one reference and nothing else: then its value keeps its type.</summary>
    public bool IsSingleReference => Parts is [{ Reference: not null }];

    /// <summary>The references of the text.</summary>
    public IEnumerable<Reference> References => Parts.Where(p => p.Reference is not null).Select(p => p.Reference!);

    /// <summary>
    /// Reads a text. <paramref name="error"/> says what is wrong with
    /// a <c>${…}</c>; <c>$${</c> stands for a literal <c>${</c>.
    /// </summary>
    public static ReferenceText? Parse(string text, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        error = null;
        var parts = new List<ReferencePart>();
        var literal = new System.Text.StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text.AsSpan(i).StartsWith("$${"))
            {
                literal.Append("${");
                i += 2;
                continue;
            }

            if (!text.AsSpan(i).StartsWith("${"))
            {
                literal.Append(text[i]);
                continue;
            }

            var end = text.IndexOf('}', i);
            if (end < 0)
            {
                error = "A '${' has no '}'.";
                return null;
            }

            if (!Reference.TryParse(text[(i + 2)..end], out var reference))
            {
                error = $"'{text[i..(end + 1)]}' is not a reference: only words, dots and one filter in brackets are allowed.";
                return null;
            }

            Flush(parts, literal);
            parts.Add(new ReferencePart(string.Empty, reference));
            i = end;
        }

        Flush(parts, literal);
        return new ReferenceText(parts);
    }

    private static void Flush(List<ReferencePart> parts, System.Text.StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new ReferencePart(literal.ToString(), null));
            literal.Clear();
        }
    }
}

/// <summary>Literal text, or a reference.</summary>
public sealed record ReferencePart(string Literal, Reference? Reference);
