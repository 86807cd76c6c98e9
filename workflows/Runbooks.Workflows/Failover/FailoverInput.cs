using Runbooks.Definitions.Documents;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;

namespace Runbooks.Workflows.Failover;

/// <summary>Moves a group to another site.</summary>
/// <param name="Run">The run.</param>
/// <param name="Kind"><see cref="RunKind.FailoverPlanned"/> or <see cref="RunKind.FailoverUnplanned"/>.</param>
/// <param name="Group">The group as it was when the run started.</param>
/// <param name="To">The new primary.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="Reason">Why.</param>
public sealed record FailoverInput(string Run, RunKind Kind, GroupPicture Group, SiteId To, string RequestedBy, string Reason)
{
    /// <summary>State to take; null takes the latest.</summary>
    public RecoveryPointId? Point { get; init; }

    /// <summary>What an incomplete standby means.</summary>
    public OnIncomplete OnIncomplete { get; init; } = OnIncomplete.Ask;

    /// <summary>How many observers must say that the source is down; 0 when a step before has confirmed it.</summary>
    public int Observers { get; init; } = 1;

    /// <summary>How long each observer tries.</summary>
    public double ObserveSeconds { get; init; } = 5;

    /// <summary>How many ranges of 1 MiB a planned switch compares per protection; 0 compares everything, -1 nothing.</summary>
    public int CompareRanges { get; init; } = 64;

    /// <summary>Whether this procedure stops and starts the machines; false when the runbook's own steps do.</summary>
    public bool Machines { get; init; } = true;

    /// <summary>How long a question waits.</summary>
    public double QuestionSeconds { get; init; } = 1800;
}

/// <summary>A group at its new site.</summary>
/// <param name="Members">One per protection.</param>
/// <param name="LossBytes">What was accepted as lost: 0 when every standby was proven complete, null when the amount is unknown.</param>
/// <param name="PauseMilliseconds">Longest pause of writes in a planned switch; 0 in an unplanned one.</param>
/// <param name="RestoredAt">When service was declared restored.</param>
public sealed record FailoverResult(
    IReadOnlyList<MovedMember> Members,
    long? LossBytes,
    double PauseMilliseconds,
    DateTime RestoredAt);

/// <summary>One protection at its new site.</summary>
/// <param name="Protection">Which protection.</param>
/// <param name="Workload">Its workload.</param>
/// <param name="Generation">The new generation.</param>
/// <param name="Exports">Export name by disk name.</param>
/// <param name="NbdAddress">Where guests connect.</param>
/// <param name="RecoveryPoint">The point made before promotion.</param>
public sealed record MovedMember(
    ProtectionId Protection,
    WorkloadId Workload,
    Generation Generation,
    IReadOnlyDictionary<string, string> Exports,
    string NbdAddress,
    RecoveryPointId RecoveryPoint);
