using Runbooks.Domain.Ids;
using Runbooks.Workflows.RecoveryPoint;

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
    Task<IReadOnlyList<PlacedPoint>> ExpirePointsAsync(ProtectionId protection);

    /// <summary>Records that copies are gone. The same record again changes nothing.</summary>
    [Activity]
    Task RecordDroppedAsync(DroppedPoints dropped);
}
