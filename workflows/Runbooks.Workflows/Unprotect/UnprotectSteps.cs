using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Unprotect;

/// <summary>The steps of a removal: the procedure journals them, and a run shows those to come as its plan.</summary>
public static class UnprotectSteps
{
    /// <summary>No other run may have the group.</summary>
    public static readonly ProcedureStep Hold = new("1", "Hold the group");

    /// <summary>Recorded, so that nobody is alarmed.</summary>
    public static readonly ProcedureStep Say = new("2", "Say so");

    /// <summary>At the primary, one standby after the other.</summary>
    public static readonly ProcedureStep Stop = new("3", "Stop replication");

    /// <summary>The point of no return.</summary>
    public static readonly ProcedureStep Close = new("4", "Close the arbiter's row");

    /// <summary>Of each standby, as a step below it that names the site and what becomes of the copy.</summary>
    public static readonly ProcedureStep Release = new("5", "Release the copies");

    /// <summary>A workload without protection.</summary>
    public static readonly ProcedureStep Record = new("6", "Record");

    /// <summary>All, in order.</summary>
    public static IReadOnlyList<ProcedureStep> All { get; } = [Hold, Say, Stop, Close, Release, Record];

    /// <summary>Those of a removal of kept copies: there is nothing to stop any more and no row to close.</summary>
    public static IReadOnlyList<ProcedureStep> OfCopies { get; } = [Hold, Release, Record];
}
