namespace Runbooks.Definitions.Binding;

/// <summary>The nearest known word to a mistyped one: what a correction proposes.</summary>
public static class Suggestion
{
    /// <summary>"Did you mean 'x'?", or the list of what is allowed.</summary>
    public static string For(string word, IReadOnlyCollection<string> known)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(known);
        var nearest = known
            .Select(k => (Word: k, Distance: Distance(word, k)))
            .Where(k => k.Distance <= Math.Max(2, word.Length / 3))
            .OrderBy(k => k.Distance)
            .ThenBy(k => k.Word, StringComparer.Ordinal)
            .FirstOrDefault();
        return nearest.Word is not null
            ? $"Did you mean '{nearest.Word}'?"
            : $"Allowed here: {string.Join(", ", known.Order(StringComparer.Ordinal))}.";
    }

    // Edits between two words (insert, delete, replace), by the two-row table.
    internal static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[b.Length];
    }
}
