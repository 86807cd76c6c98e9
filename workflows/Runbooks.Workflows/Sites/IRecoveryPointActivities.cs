using Runbooks.Domain.Ids;
using Runbooks.Domain.States;

namespace Runbooks.Workflows.Sites;

/// <summary>Recovery points and the writable clones that drills make of them. Run on <c>site/{id}</c>.</summary>
public interface IRecoveryPointActivities
{
    /// <summary>Makes a crash-consistent point over all volumes of a protection at one instant.</summary>
    [Activity]
    Task<RecoveryPointResult> CreateRecoveryPointAsync(CreateRecoveryPointRequest request);

    /// <summary>Reads a point whole and compares it with its digests. Refuses a point that does not match.</summary>
    [Activity]
    Task<RecoveryPointResult> VerifyRecoveryPointAsync(RecoveryPointRequest request);

    /// <summary>Drops a point. Safe when it is gone.</summary>
    [Activity]
    Task DropRecoveryPointAsync(RecoveryPointRequest request);

    /// <summary>Drops every point of a protection that the run made. Safe when there is none.</summary>
    [Activity]
    Task DropRecoveryPointsOfAsync(RunPointsRequest request);

    /// <summary>Makes writable overlays over a point, exported under names of their own. Replication goes on.</summary>
    [Activity]
    Task<CloneResult> CreateCloneAsync(CreateCloneRequest request);

    /// <summary>Removes every clone, export and machine that belongs to the run. Safe to repeat and when nothing is there.</summary>
    [Activity]
    Task<TearDownResult> TearDownAsync(TearDownRequest request);
}

/// <summary>Makes a point.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Reason">Why.</param>
public sealed record CreateRecoveryPointRequest(StepKey Key, ProtectionId Protection, RecoveryPointReason Reason);

/// <summary>Names a point.</summary>
/// <param name="Key">Idempotency key.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Point">Which point.</param>
public sealed record RecoveryPointRequest(StepKey Key, ProtectionId Protection, RecoveryPointId Point);

/// <summary>Names the points that a run made.</summary>
/// <param name="Key">Idempotency key; its run made them.</param>
/// <param name="Protection">Which protection.</param>
public sealed record RunPointsRequest(StepKey Key, ProtectionId Protection);

/// <summary>A point.</summary>
/// <param name="Point">Its id.</param>
/// <param name="At">The instant it shows, by the site's clock.</param>
/// <param name="Digest">Root of the digests over its volumes, in hexadecimal; empty until computed.</param>
/// <param name="PauseMilliseconds">How long writes waited for the barrier.</param>
public sealed record RecoveryPointResult(RecoveryPointId Point, DateTimeOffset At, string Digest, double PauseMilliseconds);

/// <summary>Makes a clone.</summary>
/// <param name="Key">Idempotency key; its run owns the clone.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Point">Over which point.</param>
public sealed record CreateCloneRequest(StepKey Key, ProtectionId Protection, RecoveryPointId Point);

/// <summary>A clone.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Exports">Export name by disk name.</param>
/// <param name="NbdAddress">Where to connect.</param>
public sealed record CloneResult(CloneId Id, IReadOnlyDictionary<string, string> Exports, string NbdAddress);

/// <summary>Removes what a run made.</summary>
/// <param name="Key">Idempotency key; its run is torn down.</param>
public sealed record TearDownRequest(StepKey Key);

/// <summary>What was removed.</summary>
/// <param name="Removed">Kind and name of each.</param>
public sealed record TearDownResult(IReadOnlyList<string> Removed);
