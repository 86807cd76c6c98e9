using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Sites;

namespace Runbooks.Workflows.Control;

/// <summary>The list of periodic recovery points, for workflows. Run on <c>control</c>.</summary>
public interface IPointActivities
{
    /// <summary>
    /// Where a periodic point of a protection is made now; nowhere, with the reason, while no standby is complete.
    /// </summary>
    [Activity]
    Task<PointPlan> PlanPointsAsync(ProtectionId protection);

    /// <summary>Lists a point that was made. The same point again changes nothing.</summary>
    [Activity]
    Task RecordPointAsync(PointRecord record);

    /// <summary>
    /// Takes the oldest periodic points above the policy's count off the list, those that somebody keeps excepted.
    /// Answers with all that are still to be dropped at their sites, also from an earlier time.
    /// </summary>
    [Activity]
    Task<IReadOnlyList<PointCopy>> ExpirePointsAsync(ProtectionId protection);

    /// <summary>Records that copies are gone. The same record again changes nothing.</summary>
    [Activity]
    Task RecordDroppedAsync(DroppedPoints dropped);
}

/// <summary>Where points are made.</summary>
/// <param name="Sites">The complete standbys, sorted; empty when there is none.</param>
/// <param name="Generation">The generation they are made under.</param>
/// <param name="Reason">Why nowhere, in words; empty otherwise.</param>
public sealed record PointPlan(IReadOnlyList<SiteId> Sites, Generation Generation, string Reason);

/// <summary>A point that was made.</summary>
/// <param name="Protection">Of which protection.</param>
/// <param name="Site">Where it is.</param>
/// <param name="Made">The point.</param>
public sealed record PointRecord(ProtectionId Protection, SiteId Site, RecoveryPointResult Made);

/// <summary>A point's copy at a site.</summary>
/// <param name="Site">Where.</param>
/// <param name="Point">Which.</param>
public sealed record PointCopy(SiteId Site, RecoveryPointId Point);

/// <summary>Copies that are gone.</summary>
/// <param name="Protection">Of which protection.</param>
/// <param name="Copies">Which.</param>
public sealed record DroppedPoints(ProtectionId Protection, IReadOnlyList<PointCopy> Copies);
