using System.Text;

namespace Runbooks.Engine.Visibility;

internal enum QueryTokenKind
{
    Word,
    Text,
    Number,
    Symbol,
    End,
}

internal readonly record struct QueryToken(QueryTokenKind Kind, string Text)
{
    public bool Is(string keyword) =>
        Kind is QueryTokenKind.Word or QueryTokenKind.Symbol
        && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Splits a list query into words, quoted texts, numbers and symbols.</summary>
internal static class QueryTokens
{
    private static readonly string[] Symbols = ["<=", ">=", "!=", "<>", "=", "<", ">", "(", ")", ","];

    public static List<QueryToken> Split(string query)
    {
        var tokens = new List<QueryToken>();
        for (var at = 0; at < query.Length;)
        {
            var c = query[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (c is '\'' or '"')
            {
                tokens.Add(new QueryToken(QueryTokenKind.Text, Quoted(query, ref at)));
            }
            else if (c == '`')
            {
                tokens.Add(new QueryToken(QueryTokenKind.Word, Quoted(query, ref at)));
            }
            else if (char.IsAsciiDigit(c) || (c is '-' or '+' or '.' && at + 1 < query.Length && char.IsAsciiDigit(query[at + 1])))
            {
                tokens.Add(new QueryToken(QueryTokenKind.Number, While(query, ref at, IsNumberPart)));
            }
            else if (char.IsLetter(c) || c == '_')
            {
                tokens.Add(new QueryToken(QueryTokenKind.Word, While(query, ref at, IsWordPart)));
            }
            else
            {
                tokens.Add(Symbol(query, ref at));
            }
        }
        tokens.Add(new QueryToken(QueryTokenKind.End, ""));
        return tokens;
    }

    private static bool IsNumberPart(char c) => char.IsAsciiDigit(c) || c is '.' or '-' or '+' or 'e' or 'E';

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.';

    private static string While(string query, ref int at, Func<char, bool> part)
    {
        var start = at++;
        while (at < query.Length && part(query[at]))
        {
            at++;
        }
        return query[start..at];
    }

    /// <summary>A quote inside its own quotes is doubled or preceded by a backslash.</summary>
    private static string Quoted(string query, ref int at)
    {
        var quote = query[at];
        var text = new StringBuilder();
        for (at++; at < query.Length; at++)
        {
            if (query[at] == '\\' && at + 1 < query.Length)
            {
                text.Append(query[++at]);
            }
            else if (query[at] == quote)
            {
                at++;
                if (at >= query.Length || query[at] != quote)
                {
                    return text.ToString();
                }
                text.Append(quote);
            }
            else
            {
                text.Append(query[at]);
            }
        }
        throw new QueryRefusedException($"invalid query: a {quote} is not closed");
    }

    private static QueryToken Symbol(string query, ref int at)
    {
        var start = at;
        var symbol = Symbols.FirstOrDefault(s => query.AsSpan(start).StartsWith(s))
            ?? throw new QueryRefusedException($"invalid query: unexpected '{query[at]}' at position {at}");
        at += symbol.Length;
        return new QueryToken(QueryTokenKind.Symbol, symbol == "<>" ? "!=" : symbol);
    }
}
