namespace Runbooks.Engine.Visibility;

// Reads the list query language:
//
//   query     := [or] [ORDER BY key [ASC|DESC] {, ...}] [GROUP BY key]
//   or        := and {OR and}          and := not {AND not}          not := NOT not | '(' or ')' | condition
//   condition := key ( op value | [NOT] IN '(' value {, value} ')' | [NOT] BETWEEN value AND value
//                    | [NOT] STARTS_WITH value | IS [NOT] NULL )
//
// Keys are not checked here: which exist, and of what type, is the namespace's matter (QuerySql).
internal sealed class QueryParser
{
    private static readonly string[] Comparisons = ["=", "!=", "<", "<=", ">", ">="];
    private const int DepthMax = 100;

    private readonly List<QueryToken> _tokens;
    private int _at;
    private int _depth;

    private QueryParser(string query) => _tokens = QueryTokens.Split(query);

    public static VisibilityQuery Parse(string query)
    {
        var parser = new QueryParser(query);
        var filter = parser.Next.Kind == QueryTokenKind.End || parser.Next.Is("ORDER") || parser.Next.Is("GROUP")
            ? null
            : parser.Or();
        var order = parser.Order();
        var group = parser.Group();
        return parser.Next.Kind == QueryTokenKind.End
            ? new VisibilityQuery(filter, order, group)
            : throw parser.Unexpected("the end");
    }

    private QueryToken Next => _tokens[_at];

    private QueryNode Or()
    {
        if (++_depth > DepthMax)
        {
            throw new QueryRefusedException($"invalid query: nested deeper than {DepthMax}");
        }
        var node = And();
        while (Take("OR"))
        {
            node = new QueryNode.Or(node, And());
        }
        _depth--;
        return node;
    }

    private QueryNode And()
    {
        var node = Not();
        while (Take("AND"))
        {
            node = new QueryNode.And(node, Not());
        }
        return node;
    }

    private QueryNode Not()
    {
        var negations = 0;
        while (Take("NOT"))
        {
            negations++;
        }
        var inner = Primary();
        return negations % 2 == 1 ? new QueryNode.Not(inner) : inner;
    }

    private QueryNode Primary()
    {
        if (!Take("("))
        {
            return Condition();
        }
        var inner = Or();
        Expect(")");
        return inner;
    }

    private QueryNode Condition()
    {
        var key = Key();
        if (Comparisons.FirstOrDefault(Next.Is) is { } comparison)
        {
            _at++;
            return new QueryNode.Compare(key, comparison, Value());
        }
        if (Take("IS"))
        {
            var negated = Take("NOT");
            Expect("NULL");
            return Negated(negated, new QueryNode.IsNull(key));
        }
        return Negated(Take("NOT"), Membership(key));
    }

    private QueryNode Membership(string key)
    {
        if (Take("IN"))
        {
            Expect("(");
            var values = new List<QueryValue> { Value() };
            while (Take(","))
            {
                values.Add(Value());
            }
            Expect(")");
            return new QueryNode.In(key, values);
        }
        if (Take("BETWEEN"))
        {
            var low = Value();
            Expect("AND");
            return new QueryNode.Between(key, low, Value());
        }
        if (Take("STARTS_WITH"))
        {
            return new QueryNode.StartsWith(key, Value());
        }
        throw Unexpected("a comparison");
    }

    private List<QueryOrder> Order()
    {
        var order = new List<QueryOrder>();
        if (!Take("ORDER"))
        {
            return order;
        }
        Expect("BY");
        do
        {
            var key = Key();
            order.Add(new QueryOrder(key, !Take("ASC") && Take("DESC")));
        }
        while (Take(","));
        return order;
    }

    private string? Group()
    {
        if (!Take("GROUP"))
        {
            return null;
        }
        Expect("BY");
        return Key();
    }

    private string Key() => Next.Kind == QueryTokenKind.Word ? _tokens[_at++].Text : throw Unexpected("an attribute's name");

    private QueryValue Value()
    {
        var token = Next;
        if (token.Kind is QueryTokenKind.Text or QueryTokenKind.Number || token.Is("true") || token.Is("false"))
        {
            _at++;
            return new QueryValue(token.Text, token.Kind == QueryTokenKind.Text);
        }
        throw Unexpected("a value (texts are quoted)");
    }

    private bool Take(string keyword)
    {
        if (!Next.Is(keyword))
        {
            return false;
        }
        _at++;
        return true;
    }

    private void Expect(string keyword)
    {
        if (!Take(keyword))
        {
            throw Unexpected(keyword);
        }
    }

    private static QueryNode Negated(bool negated, QueryNode node) => negated ? new QueryNode.Not(node) : node;

    private QueryRefusedException Unexpected(string wanted) =>
        new($"invalid query: expected {wanted}, found \"{(Next.Kind == QueryTokenKind.End ? "the end" : Next.Text)}\"");
}
