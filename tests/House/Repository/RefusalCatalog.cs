using System.Text.RegularExpressions;

namespace Runbooks.Tests.House.Repository;

/// <summary>
/// One refusal code as the code speaks it; texts are empty where the source does not write them as literals.
/// </summary>
internal sealed record RefusalUse(string Code, string Constant, string Path, string Meaning, string Correction);

/// <summary>
/// Every refusal code of the product, found in its sources: constants, and literals in place. Texts come from the
/// arguments that follow a code (message, cause, correction); what is interpolated becomes an ellipsis.
/// </summary>
internal static partial class RefusalCatalog
{
    public static IReadOnlyList<RefusalUse> Uses { get; } = [.. Read()];

    public static IEnumerable<string> Codes => Uses.Select(u => u.Code).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<RefusalUse> Read()
    {
        var files = Source.Product.Select(f => (f.Path, f.Text)).ToList();
        var constants = files.SelectMany(f => Constant().Matches(f.Text)
                .Select(m =>
                    (f.Path, Summary: m.Groups[1].Value.Trim(), Name: m.Groups[2].Value, Code: m.Groups[3].Value)))
            .ToList();
        foreach (var (path, summary, name, code) in constants)
        {
            var speaks = new Regex($@"\b{name},\s");
            var spoken = files
                .SelectMany(f => speaks.Matches(f.Text).Select(m => Arguments(f.Text, m.Index + m.Length - 1)))
                .Where(a => a.Count >= 3 && a[0].Length > 0).OrderByDescending(a => a[2].Length).FirstOrDefault();
            yield return new RefusalUse(code, name, path, summary.Length > 0 ? summary : spoken?[0] ?? string.Empty,
                spoken?[2] ?? string.Empty);
        }
        foreach (var (path, text) in files)
        {
            foreach (Match literal in Literal().Matches(text))
            {
                if (Constant().Matches(text).Any(m => m.Index <= literal.Index && literal.Index < m.Index + m.Length))
                {
                    continue;
                }
                var spoken = Arguments(text, literal.Index + literal.Length);
                yield return new RefusalUse(literal.Groups[1].Value, string.Empty, path,
                    spoken.Count > 0 ? spoken[0] : string.Empty, spoken.Count > 2 ? spoken[2] : string.Empty);
            }
        }
    }

    /// <summary>
    /// The text arguments after a comma, up to the closing bracket; an argument without literals is empty.
    /// </summary>
    private static List<string> Arguments(string text, int from)
    {
        var (arguments, depth, at) = (new List<string>(), 0, from);
        var current = string.Empty;
        for (; at < text.Length && at < from + 1500; at++)
        {
            switch (text[at])
            {
                case '"':
                    var end = EndOfString(text, at);
                    current += Hole().Replace(text[(at + 1)..end].Replace("\\\"", "\""), "…");
                    at = end;
                    break;
                case '(' or '[' or '{': depth++; break;
                case ')' or ']' or '}' when --depth < 0: arguments.Add(current); return [.. arguments.Skip(1)];
                case ';': arguments.Add(current); return [.. arguments.Skip(1)];
                case ',' when depth == 0: arguments.Add(current); current = string.Empty; break;
            }
        }
        return arguments;
    }

    private static int EndOfString(string text, int open)
    {
        var holes = 0;
        for (var at = open + 1; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\': at++; break;
                case '{': holes++; break;
                case '}': holes--; break;
                case '"' when holes <= 0: return at;
            }
        }
        return text.Length - 1;
    }

    [GeneratedRegex(
        @"(?:/// <summary>([^\n]*)</summary>\s*)?(?:public|internal|private) const string (\w+) = ""(RB-[A-Z]+-\d{3})"";")]
    private static partial Regex Constant();

    [GeneratedRegex(@"""(RB-[A-Z]+-\d{3})[:""]")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{(?:[^{}]|\{[^{}]*\})*\}")]
    private static partial Regex Hole();
}
