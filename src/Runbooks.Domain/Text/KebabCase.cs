namespace Runbooks.Domain.Text;

/// <summary>
/// Turns C# enum names into the kebab-case words that every file, API, metric and log line uses, and back.
/// </summary>
/// <remarks><b>Shape</b>: <c>CatchingUp</c> ↔ <c>catching-up</c>. Parsing is exact: an unknown word is an error of
/// the caller's input.</remarks>
public static class KebabCase
{
    /// <summary>The kebab-case word of an enum value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => FromPascal(Enum.GetName(value) ?? value.ToString());

    /// <summary>Reads a kebab-case word; false when no value of <typeparamref name="T"/> has it.</summary>
    public static bool TryParse<T>(string? text, out T value)
        where T : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            if (string.Equals(Of(candidate), text, StringComparison.Ordinal))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>All words of an enum, in declaration order: for error messages and schemas.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(Of)];

    /// <summary><c>CatchingUp</c> → <c>catching-up</c>.</summary>
    public static string FromPascal(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var text = new System.Text.StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }
}
