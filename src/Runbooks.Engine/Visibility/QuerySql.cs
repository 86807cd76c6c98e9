using System.Globalization;
using Runbooks.Engine.Namespaces;
using Runbooks.Engine.Schedules;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Engine.Visibility;

/// <summary>A condition ready for the database: text with $1, $2, … and the values behind them.</summary>
public sealed record SqlCondition(string Text, IReadOnlyList<object> Parameters);

/// <summary>
/// Turns a query into SQL over <c>engine.executions</c>. Every value and every attribute's name travels as a parameter;
/// the text is made only of our own words.
/// </summary>
public sealed class QuerySql
{
    private readonly Func<string, IndexedValueType?> _custom;
    private readonly List<object> _parameters;
    private readonly IReadOnlyDictionary<string, string> _facts;

    private QuerySql(
        Func<string, IndexedValueType?> custom, List<object> parameters, IReadOnlyDictionary<string, string>? facts = null)
    {
        _custom = custom;
        _parameters = parameters;
        _facts = facts ?? QueryColumns.Facts;
    }

    /// <param name="filter">The filter; null matches everything.</param>
    /// <param name="custom">Type of a predefined or custom attribute; null when there is none of that name.</param>
    /// <param name="given">Parameters that come before ours.</param>
    /// <param name="facts">Columns by the names queries use; null for those of a run.</param>
    public static SqlCondition Condition(
        QueryNode? filter, Func<string, IndexedValueType?> custom, IEnumerable<object> given,
        IReadOnlyDictionary<string, string>? facts = null)
    {
        var sql = new QuerySql(custom, given.ToList(), facts);
        var text = filter is null ? "true" : sql.Node(filter);
        return new SqlCondition(text, sql._parameters);
    }

    /// <summary>An ORDER BY list; ties end at the run id so that pages never overlap.</summary>
    public static SqlCondition Order(
        IReadOnlyList<QueryOrder> order, Func<string, IndexedValueType?> custom, IEnumerable<object> given)
    {
        var sql = new QuerySql(custom, given.ToList());
        var parts = order.Select(part => sql.Column(part.Key).Text + (part.Descending ? " desc" : " asc")).ToList();
        return new SqlCondition(string.Join(", ", [.. parts, "run_id"]), sql._parameters);
    }

    private string Node(QueryNode node) => node switch
    {
        QueryNode.And and => $"({Node(and.Left)} and {Node(and.Right)})",
        QueryNode.Or or => $"({Node(or.Left)} or {Node(or.Right)})",
        QueryNode.Not not => $"not coalesce({Node(not.Inner)}, false)",
        QueryNode.IsNull isNull => $"({Column(isNull.Key).Text} is null)",
        QueryNode.Compare compare => Compare(compare),
        QueryNode.In among => "(" + string.Join(
            " or ", among.Values.Select(value => Compare(new QueryNode.Compare(among.Key, "=", value)))) + ")",
        QueryNode.Between between => Between(between),
        QueryNode.StartsWith prefix => StartsWith(prefix),
        _ => throw new InvalidOperationException($"Unknown query node {node}."),
    };

    private string Compare(QueryNode.Compare compare)
    {
        var (column, type) = Column(compare.Key);
        var value = Parameter(Value(compare.Key, type, compare.Value));
        var equality = compare.Operator is "=" or "!=";
        var not = compare.Operator == "!=" ? "not " : "";
        return type switch
        {
            IndexedValueType.KeywordList when equality => $"({not}jsonb_exists({column}, {value}))",
            IndexedValueType.Text when equality =>
                $"({not}to_tsvector('simple', {column}) @@ plainto_tsquery('simple', {value}))",
            IndexedValueType.KeywordList or IndexedValueType.Text or IndexedValueType.Bool when !equality =>
                throw Unsupported(compare.Operator, compare.Key, type),
            _ when compare.Key == "ExecutionStatus" && !equality => throw Unsupported(compare.Operator, compare.Key, type),
            _ => $"({column} {compare.Operator} {value})",
        };
    }

    private string Between(QueryNode.Between between)
    {
        var (column, type) = Column(between.Key);
        if (type is IndexedValueType.KeywordList or IndexedValueType.Text or IndexedValueType.Bool)
        {
            throw Unsupported("BETWEEN", between.Key, type);
        }
        var low = Parameter(Value(between.Key, type, between.Low));
        var high = Parameter(Value(between.Key, type, between.High));
        return $"({column} between {low} and {high})";
    }

    private string StartsWith(QueryNode.StartsWith prefix)
    {
        var (column, type) = Column(prefix.Key);
        if (type != IndexedValueType.Keyword || prefix.Key == "ExecutionStatus")
        {
            throw Unsupported("STARTS_WITH", prefix.Key, type);
        }
        return $"starts_with({column}, {Parameter(prefix.Prefix.Text)})";
    }

    private (string Text, IndexedValueType Type) Column(string key)
    {
        if (_facts.TryGetValue(key, out var fact))
        {
            return (fact, KnownAttributes.Facts.GetValueOrDefault(key, IndexedValueType.Keyword));
        }
        if (_custom(key) is not { } type)
        {
            throw new QueryRefusedException($"invalid query: column name '{key}' is not defined");
        }
        var name = Parameter(key);
        return (type switch
        {
            IndexedValueType.Int => $"(search_attributes->>{name})::bigint",
            IndexedValueType.Double => $"(search_attributes->>{name})::double precision",
            IndexedValueType.Bool => $"(search_attributes->>{name})::boolean",
            IndexedValueType.Datetime => $"(search_attributes->>{name})::timestamptz",
            IndexedValueType.KeywordList => $"(search_attributes->{name})",
            _ => $"(search_attributes->>{name})",
        }, type);
    }

    private static object Value(string key, IndexedValueType type, QueryValue value) => (key, type) switch
    {
        ("ExecutionStatus", _) => QueryColumns.Status(value.Text),
        ("ExecutionDuration", _) => Nanoseconds(value),
        (_, IndexedValueType.Datetime) => Instant(key, value),
        (_, IndexedValueType.Int) => long.TryParse(value.Text, CultureInfo.InvariantCulture, out var whole)
            ? whole : throw Mismatch(key, type, value),
        (_, IndexedValueType.Double) => double.TryParse(value.Text, CultureInfo.InvariantCulture, out var number)
            ? number : throw Mismatch(key, type, value),
        (_, IndexedValueType.Bool) => bool.TryParse(value.Text, out var flag) ? flag : throw Mismatch(key, type, value),
        _ => value.Text,
    };

    /// <summary>RFC 3339, or the nanoseconds since 1970 that older tools send.</summary>
    private static object Instant(string key, QueryValue value)
    {
        if (long.TryParse(value.Text, CultureInfo.InvariantCulture, out var nanoseconds))
        {
            return DateTime.UnixEpoch.AddTicks(nanoseconds / 100);
        }
        return DateTimeOffset.TryParse(
            value.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.UtcDateTime
            : throw Mismatch(key, IndexedValueType.Datetime, value);
    }

    private static object Nanoseconds(QueryValue value)
    {
        if (long.TryParse(value.Text, CultureInfo.InvariantCulture, out var nanoseconds))
        {
            return nanoseconds;
        }
        if (TimeSpan.TryParse(value.Text, CultureInfo.InvariantCulture, out var span))
        {
            return span.Ticks * TimeSpan.NanosecondsPerTick;
        }
        try
        {
            return DurationText.Parse(value.Text).Ticks * TimeSpan.NanosecondsPerTick;
        }
        catch (SpecRefusedException refused)
        {
            throw new QueryRefusedException($"invalid query: ExecutionDuration: {refused.Message}");
        }
    }

    private string Parameter(object value)
    {
        _parameters.Add(value);
        return "$" + _parameters.Count.ToString(CultureInfo.InvariantCulture);
    }

    private static QueryRefusedException Mismatch(string key, IndexedValueType type, QueryValue value) =>
        new($"invalid query: '{value.Text}' is not a {type} value for {key}");

    private static QueryRefusedException Unsupported(string operation, string key, IndexedValueType type) =>
        new($"invalid query: operator {operation} is not supported for {key} of type {type}");
}
