namespace Runbooks.Domain.Text;

/// <summary>The two shapes of words that name things: slugs people choose, and prefixed ids we make.</summary>
public static class WordRules
{
    /// <summary>Longest slug: 63, so that a name fits a DNS label, an NBD export and a task queue segment.</summary>
    public const int SlugLengthMax = 63;

    /// <summary>True for 1 to 63 characters of a-z, 0-9 and inner hyphens, starting with a letter or digit.</summary>
    public static bool IsSlug(string? text) =>
        text is { Length: > 0 and <= SlugLengthMax }
        && char.IsAsciiLetterOrDigit(text[0])
        && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>True for <paramref name="prefix"/> and 6 to 40 characters of a-z and 0-9.</summary>
    public static bool IsPrefixed(string? text, string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (text is null || !text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text.AsSpan(prefix.Length);
        if (rest.Length is < 6 or > 40)
        {
            return false;
        }

        foreach (var c in rest)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The id text for a GUID made by the caller (ids are made outside this pure room): prefix and 32 hex digits.
    /// </summary>
    public static string FromGuid(string prefix, Guid guid) => prefix + guid.ToString("n");
}
