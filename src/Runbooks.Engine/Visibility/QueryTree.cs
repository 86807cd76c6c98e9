namespace Runbooks.Engine.Visibility;

/// <summary>A list filter as read: conditions over attributes, combined.</summary>
public abstract record QueryNode
{
    public sealed record And(QueryNode Left, QueryNode Right) : QueryNode;

    public sealed record Or(QueryNode Left, QueryNode Right) : QueryNode;

    public sealed record Not(QueryNode Inner) : QueryNode;

    /// <summary><paramref name="Operator"/> is one of = != &lt; &lt;= &gt; &gt;=.</summary>
    public sealed record Compare(string Key, string Operator, QueryValue Value) : QueryNode;

    public sealed record In(string Key, IReadOnlyList<QueryValue> Values) : QueryNode;

    public sealed record Between(string Key, QueryValue Low, QueryValue High) : QueryNode;

    public sealed record StartsWith(string Key, QueryValue Prefix) : QueryNode;

    public sealed record IsNull(string Key) : QueryNode;
}

/// <summary>A literal as written: quoted text, a number's digits, or true/false.</summary>
public sealed record QueryValue(string Text, bool Quoted);

public sealed record QueryOrder(string Key, bool Descending);

/// <summary>A whole query: filter, order, and (count only) the attribute to group by.</summary>
public sealed record VisibilityQuery(QueryNode? Filter, IReadOnlyList<QueryOrder> Order, string? GroupBy);

/// <summary>A query that cannot be read or names what does not exist.</summary>
public sealed class QueryRefusedException(string message) : FormatException(message);
