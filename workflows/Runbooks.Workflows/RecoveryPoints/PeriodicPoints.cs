using Runbooks.Domain.Ids;

namespace Runbooks.Workflows.RecoveryPoints;

/// <summary>What one firing did.</summary>
/// <param name="Made">Sites that have a new point.</param>
/// <param name="Failed">Sites that have none, each with the reason.</param>
/// <param name="Dropped">Old copies that are gone.</param>
/// <param name="StillThere">Old copies that could not be dropped; the next firing tries again.</param>
/// <param name="Reason">Why no point was due anywhere; empty otherwise.</param>
public sealed record PeriodicPoints(
    IReadOnlyList<SiteId> Made, IReadOnlyList<string> Failed, int Dropped, int StillThere, string Reason);
