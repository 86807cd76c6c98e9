using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.ReplicationSetup;

/// <summary>The steps of a set-up: the procedure journals them, and a run shows those to come as its plan.</summary>
public static class SetupSteps
{
    /// <summary>Both agents, their room and their clocks.</summary>
    public static readonly ProcedureStep Check = new("1", "Check both sites");

    /// <summary>The standby's volumes.</summary>
    public static readonly ProcedureStep Create = new("2", "Create the standby");

    /// <summary>The arbiter's row, the dirty map and the link.</summary>
    public static readonly ProcedureStep Track = new("3", "Begin tracking");

    /// <summary>Every volume once.</summary>
    public static readonly ProcedureStep Copy = new("4", "Full copy");

    /// <summary>What was written meanwhile.</summary>
    public static readonly ProcedureStep CatchUp = new("5", "Catch up");

    /// <summary>A point at the standby, and a comparison; further standbys are steps below it.</summary>
    public static readonly ProcedureStep Point = new("6", "First recovery point");

    /// <summary>Recorded for everyone to see.</summary>
    public static readonly ProcedureStep Protected = new("7", "Protected");

    /// <summary>All, in order.</summary>
    public static IReadOnlyList<ProcedureStep> All { get; } = [Check, Create, Track, Copy, CatchUp, Point, Protected];
}
