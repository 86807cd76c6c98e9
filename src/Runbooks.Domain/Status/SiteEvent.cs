using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;

namespace Runbooks.Domain.Status;

/// <summary>
/// One thing that happened in a site's data path. Sequence numbers have no gaps within one agent's life and folder.
/// </summary>
/// <param name="Sequence">1 and up per site, durable.</param>
/// <param name="At">The agent's clock.</param>
/// <param name="Kind">Past participle, kebab-case: <c>link-degraded</c>, <c>link-in-sync</c>, <c>exports-fenced</c>,
/// <c>promoted</c>.</param>
/// <param name="Volume">Which volume; none for the site itself.</param>
/// <param name="Protection">Which protection; none likewise.</param>
/// <param name="Generation">Generation at that moment.</param>
/// <param name="Cause">Why, in words.</param>
/// <param name="ExposureBytes">What a standby lacks, at that moment.</param>
public sealed record SiteEvent(
    long Sequence,
    DateTimeOffset At,
    string Kind,
    VolumeId Volume,
    ProtectionId Protection,
    Generation Generation,
    string Cause,
    long ExposureBytes)
{
    /// <summary>The peer it concerns; none when it concerns no link.</summary>
    public SiteId Peer { get; init; }
}
