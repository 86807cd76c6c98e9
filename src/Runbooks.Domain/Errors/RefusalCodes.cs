namespace Runbooks.Domain.Errors;

/// <summary>
/// Every refusal of the product: what may fail by the domain's own
/// rule. Codes are stable; a retired one is never reused.
/// </summary>
/// <remarks>Each code has a row in <c>deploy/REFUSALS.md</c> and a test that provokes it; <c>tests/House</c> compares
/// the three lists.</remarks>
public static class RefusalCodes
{
    /// <summary>The request names an older version of the arbiter's row than the current one.</summary>
    public const string ArbiterStaleVersion = "RB-ARBITER-001";

    /// <summary>The request names another generation than the arbiter's row.</summary>
    public const string ArbiterWrongGeneration = "RB-ARBITER-002";

    /// <summary>The site that asks is not the primary of the row.</summary>
    public const string ArbiterNotPrimary = "RB-ARBITER-003";

    /// <summary>The site to promote is not complete and nobody accepted the loss.</summary>
    public const string ArbiterIncomplete = "RB-ARBITER-004";

    /// <summary>There is no row for the protection.</summary>
    public const string ArbiterUnknownProtection = "RB-ARBITER-005";

    /// <summary>A request is malformed: it loses or completes the primary itself, or an unknown site.</summary>
    public const string ArbiterBadRequest = "RB-ARBITER-006";

    /// <summary>The planned swap lacks the old primary's drained mark of this generation.</summary>
    public const string ArbiterNotDrained = "RB-ARBITER-007";

    /// <summary>The protection was given up: its row decides nothing any more.</summary>
    public const string ArbiterClosed = "RB-ARBITER-008";

    /// <summary>A for-each names something that is no list in this run.</summary>
    public const string PlanNotAList = "RB-PLAN-001";

    /// <summary>The unfolded plan is over its limit.</summary>
    public const string PlanTooManySteps = "RB-PLAN-002";

    /// <summary>A reference has no value in this run.</summary>
    public const string PlanUnknownReference = "RB-PLAN-003";

    /// <summary>Two copies differ where they must be equal.</summary>
    public const string ProcedureCopiesDiffer = "RB-COMPARE-001";

    /// <summary>Not enough observers say that the source is down.</summary>
    public const string ProcedureSourceNotDown = "RB-FAILOVER-001";

    /// <summary>The standby is incomplete and the loss was not accepted.</summary>
    public const string ProcedureLossRefused = "RB-FAILOVER-002";

    /// <summary>The group already lives at the target.</summary>
    public const string ProcedureNothingToDo = "RB-FAILOVER-003";

    /// <summary>Another run holds the group.</summary>
    public const string ProcedureGroupBusy = "RB-RUN-001";

    /// <summary>The group has no such workload.</summary>
    public const string ProcedureUnknownMember = "RB-RUN-012";

    /// <summary>A person ended the run.</summary>
    public const string ProcedureAborted = "RB-RUN-013";

    /// <summary>A condition step's expectation is false.</summary>
    public const string ProcedureConditionFalse = "RB-RUN-014";

    /// <summary>An approval or a manual task was answered with no.</summary>
    public const string ProcedureNotApproved = "RB-RUN-015";

    /// <summary>The protection moved to another site between the request and the run.</summary>
    public const string ProcedureMoved = "RB-RUN-016";

    /// <summary>A removal by force was asked for while the primary's agent answers.</summary>
    public const string ProcedureNotGone = "RB-PROTECT-005";

    /// <summary>The site has no such workload driver.</summary>
    public const string MachineUnknownDriver = "RB-MACHINE-001";

    /// <summary>The machine cannot start where its disks are not served.</summary>
    public const string MachineNotServed = "RB-MACHINE-002";

    /// <summary>A command that the driver needs is not set.</summary>
    public const string MachineCommandMissing = "RB-MACHINE-003";

    /// <summary>A recovery point with this id exists already.</summary>
    public const string PointExists = "RB-POINT-001";

    /// <summary>There is no whole recovery point with this id at this site.</summary>
    public const string PointUnknown = "RB-POINT-002";

    /// <summary>A reader or a clone still reads through the recovery point.</summary>
    public const string PointInUse = "RB-POINT-003";

    /// <summary>The recovery point was withdrawn before it was complete: a changed block could not be kept.</summary>
    public const string PointLost = "RB-POINT-004";

    /// <summary>Another recovery point of the same volume is being made.</summary>
    public const string PointBusy = "RB-POINT-005";
}
