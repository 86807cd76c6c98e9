using Runbooks.Domain.Ids;
using Runbooks.Domain.States;

namespace Runbooks.Workflows.RecoveryPoint;

/// <summary>Makes and drops recovery points of one protection.</summary>
/// <param name="Run">The run.</param>
/// <param name="Protection">Whose points.</param>
/// <param name="Reason">Why points are made.</param>
/// <param name="Sites">Where one is made; empty makes none.</param>
/// <param name="Drop">Which ones are dropped.</param>
public sealed record RecoveryPointInput(
    string Run,
    ProtectionId Protection,
    RecoveryPointReason Reason,
    IReadOnlyList<SiteId> Sites,
    IReadOnlyList<PlacedPoint> Drop);

/// <summary>A point at a site.</summary>
/// <param name="Site">Where.</param>
/// <param name="Point">Which.</param>
public sealed record PlacedPoint(SiteId Site, RecoveryPointId Point);

/// <summary>What was made and dropped.</summary>
/// <param name="Made">The new points.</param>
/// <param name="Dropped">The points that are gone.</param>
/// <param name="Left">What could not be done, in words.</param>
public sealed record RecoveryPointRunResult(
    IReadOnlyList<PlacedPoint> Made, IReadOnlyList<PlacedPoint> Dropped, IReadOnlyList<string> Left);
