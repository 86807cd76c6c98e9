namespace Runbooks.Replication;

/// <summary>Names one request and its pinned payload in the executor. The core never sees the bytes.</summary>
/// <remarks>
/// <b>Shape</b>: positive numbers chosen by the executor name guest requests and peer frames; negative numbers chosen by the core name
/// its own work (catch-up copies, flushes, region marks, metadata, orders). A ticket is never used twice within one life of the core.
/// </remarks>
/// <param name="Value">The number; 0 names nothing.</param>
public readonly record struct Ticket(long Value)
{
    /// <summary>Names nothing.</summary>
    public static readonly Ticket None;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
