using Runbooks.Domain.Ids;

namespace Runbooks.Workflows.Control;

/// <summary>A point's copy at a site.</summary>
/// <param name="Site">Where.</param>
/// <param name="Point">Which.</param>
public sealed record PointCopy(SiteId Site, RecoveryPointId Point);
