using System.Text.Json.Serialization;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;

namespace Runbooks.Domain.Arbiter;

/// <summary>The one row per protection that says who may write alone and who may be promoted.</summary>
/// <remarks>
/// Changed only by compare-and-set in one synchronous commit through
/// <see cref="ArbiterRules.Decide"/>. Every change raises <see cref="Version"/>.
/// </remarks>
/// <param name="Protection">Whose row it is.</param>
/// <param name="Generation">The current generation.</param>
/// <param name="Version">Raised by every change; requests name the one they were decided on.</param>
/// <param name="Primary">The only site that may serve writes.</param>
/// <param name="Sites">Every site that holds a copy, the primary included, sorted.</param>
/// <param name="Complete">Sites that hold every acknowledged write, sorted; always contains the primary.</param>
/// <param name="AloneSince">Since when some site is not complete; null when all are.</param>
public sealed record ArbiterRow(
    ProtectionId Protection,
    Generation Generation,
    long Version,
    SiteId Primary,
    IReadOnlyList<SiteId> Sites,
    IReadOnlyList<SiteId> Complete,
    DateTimeOffset? AloneSince)
{
    /// <summary>
    /// Bytes that the incomplete sites lacked at the primary's last report; null when never reported.
    /// </summary>
    public long? ExposureBytes { get; init; }

    /// <summary>Who caused the last change: a site, or a run and the person behind it.</summary>
    public string DecidedBy { get; init; } = string.Empty;

    /// <summary>When the last change was made, by the database's clock.</summary>
    public DateTimeOffset DecidedAt { get; init; }

    /// <summary>Id of the request that made the last change: the same request again gets the same answer.</summary>
    public string LastRequestId { get; init; } = string.Empty;

    /// <summary>
    /// When the protection was given up; null while it lives. From then on nobody is promoted, completed or left alone
    /// by this row; only its primary is still confirmed as the one that serves.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>True when the site holds every acknowledged write.</summary>
    public bool IsComplete(SiteId site) => Complete.Contains(site);

    /// <summary>A protection's first row: the primary alone is complete until the others have caught up.</summary>
    public static ArbiterRow Begin(ProtectionId protection, SiteId primary, IEnumerable<SiteId> sites,
        DateTimeOffset now) =>
        new(protection, Generation.First, 1, primary, Sorted(sites.Append(primary)), [primary],
            now) { DecidedAt = now };

    /// <summary>The row with more sites that will hold copies; they are complete when they have caught up.</summary>
    /// <returns>The same row when it names them all already.</returns>
    public ArbiterRow With(IEnumerable<SiteId> sites, string requestId, DateTimeOffset now)
    {
        var all = Sorted(Sites.Concat(sites));
        return all.Count == Sites.Count || ClosedAt is not null ? this : this with
        {
            Sites = all, Version = Version + 1, AloneSince = AloneSince ?? now, LastRequestId = requestId,
                DecidedAt = now,
        };
    }

    /// <summary>The row of a protection that is given up: the primary alone, for good.</summary>
    /// <returns>The same row when it is closed already.</returns>
    public ArbiterRow Close(string requestId, string by, DateTimeOffset now) => ClosedAt is not null ? this : this with
    {
        Complete = [Primary], Version = Version + 1, ClosedAt = now, LastRequestId = requestId, DecidedBy = by,
        DecidedAt = now,
    };

    internal static IReadOnlyList<SiteId> Sorted(IEnumerable<SiteId> sites) =>
        [.. sites.Distinct().OrderBy(s => s.ToString(), StringComparer.Ordinal)];
}
