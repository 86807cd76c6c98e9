using System.Buffers.Text;
using System.Text;

namespace Runbooks.ControlPlane.Api;

/// <summary>A part of a list. <c>Next</c> is the cursor of the following part; absent at the end.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    /// <summary>How many there are in all, where counting is cheap.</summary>
    public long? Total { get; init; }
}

/// <summary>Cursors: the sort key of the last item, opaque to clients.</summary>
internal static class Cursor
{
    public const int LimitDefault = 100;
    public const int LimitMax = 1000;

    public static int Limit(int? asked) => asked switch
    {
        null => LimitDefault,
        >= 1 and <= LimitMax => asked.Value,
        _ => throw ApiRefusals.Field(
            "limit", $"{asked} is not between 1 and {LimitMax}.", "Ask for fewer and follow next."),
    };

    public static string Of(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    public static string? Read(string? cursor)
    {
        if (cursor is null)
        {
            return null;
        }

        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (FormatException)
        {
            throw ApiRefusals.Field(
                "cursor", "It is not a cursor of this service.", "Use next of the previous page as it is.");
        }
    }

    /// <summary>The place in a list that is cut by offset.</summary>
    public static long Offset(string? cursor) => Read(cursor) is not { } key ? 0
        : long.TryParse(key, out var at) && at >= 0 ? at
        : throw ApiRefusals.Field("cursor", "It is not of this list.", "Use next as it is, with the same filters.");

    /// <summary>A page of a list that is cut by offset.</summary>
    public static Page<T> OfOffset<T>(IReadOnlyList<T> items, long offset, long total) =>
        new(items, offset + items.Count < total && items.Count > 0 ? Of($"{offset + items.Count}")
            : null) { Total = total };

    /// <summary>Cuts a list that was read with one item more than the limit.</summary>
    public static Page<T> Cut<T>(IReadOnlyList<T> read, int limit, Func<T, string> key) => read.Count <= limit
        ? new Page<T>(read, null)
        : new Page<T>([.. read.Take(limit)], Of(key(read[limit - 1])));
}
