using System.Text.Json.Serialization;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;

namespace Runbooks.Domain.Arbiter;

/// <summary>A question to the arbiter. The answer is a decision or a refusal, always with the current row.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "request")]
[JsonDerivedType(typeof(GoAlone), "go-alone")]
[JsonDerivedType(typeof(MarkComplete), "mark-complete")]
[JsonDerivedType(typeof(Promote), "promote")]
[JsonDerivedType(typeof(Confirm), "confirm")]
[JsonDerivedType(typeof(ReadRow), "read")]
public abstract record ArbiterRequest
{
    /// <summary>Whose row.</summary>
    public required ProtectionId Protection { get; init; }

    /// <summary>Made by the asker; the same id again is the same request, not a second one.</summary>
    public required string RequestId { get; init; }

    /// <summary>Who asks: the site of the agent, or the site that a run acts for.</summary>
    public required SiteId Asker { get; init; }
}

/// <summary>
/// The primary asks to acknowledge writes without the lost sites. Only after the answer may it do so.
/// </summary>
/// <param name="Generation">The generation the primary serves.</param>
/// <param name="Version">The row's version it decided on.</param>
/// <param name="Lost">The silent or broken sites.</param>
/// <param name="ExposureBytes">Dirty bytes now, for the person who later decides.</param>
public sealed record GoAlone(Generation Generation, long Version, IReadOnlyList<SiteId> Lost,
    long ExposureBytes) : ArbiterRequest;

/// <summary>The primary says that a site has everything and that every acknowledgement already waits for it.</summary>
/// <param name="Generation">The generation the primary serves.</param>
/// <param name="Version">The row's version it decided on.</param>
/// <param name="Site">The site that became complete.</param>
public sealed record MarkComplete(Generation Generation, long Version, SiteId Site) : ArbiterRequest;

/// <summary>A failover asks that a site become primary. Granted, the old primary is refused for ever.</summary>
/// <param name="Generation">The generation the failover was decided on.</param>
/// <param name="Version">The row's version it was decided on.</param>
/// <param name="Site">The new primary.</param>
/// <param name="AcceptLoss">The person who accepted the loss that was shown, or null.</param>
/// <param name="Drained">The old primary's mark for a planned swap, or null.</param>
public sealed record Promote(Generation Generation, long Version, SiteId Site, LossAcceptance? AcceptLoss,
    DrainedMark? Drained)
    : ArbiterRequest;

/// <summary>
/// An agent asks, after any start, whether it is still primary. It is a write: older requests of the dead process die
/// by it.
/// </summary>
/// <param name="Generation">The generation it last served.</param>
public sealed record Confirm(Generation Generation) : ArbiterRequest;

/// <summary>Reads the row; changes nothing.</summary>
public sealed record ReadRow : ArbiterRequest;

/// <summary>A person's recorded acceptance of a loss.</summary>
/// <param name="By">Who.</param>
/// <param name="Reason">Why, in their words.</param>
/// <param name="ExposureBytes">What was shown to them; null for "unknown".</param>
/// <param name="Since">Since when the site was incomplete, as shown to them.</param>
public sealed record LossAcceptance(string By, string Reason, long? ExposureBytes, DateTimeOffset? Since);

/// <summary>The old primary's durable promise that it accepted no write after this under this generation.</summary>
/// <param name="Site">The old primary.</param>
/// <param name="Generation">The generation it drained.</param>
/// <param name="Position">The sequence number of its last write.</param>
public sealed record DrainedMark(SiteId Site, Generation Generation, long Position);
