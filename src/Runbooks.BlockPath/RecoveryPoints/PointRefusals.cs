using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>What recovery points refuse.</summary>
internal static class PointRefusals
{
    public static Refusal Exists(RecoveryPointId id) => new(
        RefusalCodes.PointExists,
        $"Recovery point {id} exists already.",
        "A point with this id was made before.",
        "Use the existing point, or ask for one with a new id.");

    public static Refusal Unknown(RecoveryPointId id) => new(
        RefusalCodes.PointUnknown,
        $"There is no whole recovery point {id} here.",
        "It was never made, was dropped, or was withdrawn.",
        "List the points and choose one that is whole.");

    public static Refusal InUse(RecoveryPointId id) => new(
        RefusalCodes.PointInUse,
        $"Recovery point {id} is in use.",
        "A reader or a clone still reads through it.",
        "Tear down the clones and close the exports of the point, then drop it.");

    public static Refusal Lost(RecoveryPointId id) => new(
        RefusalCodes.PointLost,
        $"Recovery point {id} was withdrawn before it was complete.",
        "A changed block could not be kept; the site's events say why.",
        "Free space on the volume's disk, then make a new point.");

    public static Refusal Busy(RecoveryPointId id) => new(
        RefusalCodes.PointBusy,
        $"Recovery point {id} cannot be made now.",
        "Another point of this volume is prepared and has not reached its instant.",
        "Try again when that point is made.");
}
