using Runbooks.Domain.Ids;
using Runbooks.Workflows.Control;

namespace Runbooks.Workflows.Drill;

/// <summary>An isolated rehearsal at a standby.</summary>
/// <param name="Run">The run; owns everything the drill makes.</param>
/// <param name="Group">The group as it was when the run started.</param>
/// <param name="Site">Where it is rehearsed: a site that holds copies.</param>
public sealed record DrillInput(string Run, GroupPicture Group, SiteId Site)
{
    /// <summary>State to take; null makes a new point.</summary>
    public RecoveryPointId? Point { get; init; }

    /// <summary>Whether to start the machines.</summary>
    public bool Machines { get; init; } = true;

    /// <summary>How long people may look before the tear-down.</summary>
    public double HoldSeconds { get; init; }

    /// <summary>Recovery time objective; null promises nothing.</summary>
    public double? RtoSeconds { get; init; }

    /// <summary>Recovery point objective; null promises nothing.</summary>
    public double? RpoSeconds { get; init; }
}

/// <summary>What a drill measured.</summary>
/// <param name="RecoverySeconds">From the start of step 2 until the last machine was healthy, by history time.</param>
/// <param name="PointSeconds">Age of the state that was taken, at the start.</param>
/// <param name="Residue">What was left behind at the sites that answered; empty when clean.</param>
/// <param name="Removed">What the tear-down removed.</param>
/// <param name="Passed">Whether objectives were met and nothing was left.</param>
/// <param name="Findings">What was not as it should be.</param>
public sealed record DrillResult(
    double RecoverySeconds,
    double PointSeconds,
    IReadOnlyList<string> Residue,
    IReadOnlyList<string> Removed,
    bool Passed,
    IReadOnlyList<string> Findings)
{
    /// <summary>
    /// What a disaster at the start of step 2 would have lost, in seconds, as this drill recovered:
    /// 0 when the arbiter's row has the site complete and the newest state was taken, the age of an
    /// older point, or the time since the site was last complete. Null when nobody knows.
    /// </summary>
    public double? LossSeconds { get; init; }

    /// <summary>How each machine was kept from production's network, as its driver proves it.</summary>
    public IReadOnlyList<string> Isolation { get; init; } = [];

    /// <summary>Sites of the group that could not be looked at before or after, and why: of them nothing is proven.</summary>
    public IReadOnlyList<string> Unseen { get; init; } = [];
}
