using Runbooks.Domain.Ids;
using Runbooks.Domain.States;

namespace Runbooks.Workflows.Runbook;

/// <summary>One run of a runbook document. The document is pinned: the run never looks at a later version.</summary>
/// <param name="Run">The run.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Group">The group it holds.</param>
/// <param name="Document">Canonical text of the pinned version.</param>
/// <param name="Hash">Its content hash.</param>
/// <param name="Inputs">Values by input name; defaults already filled in.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="Reason">Why.</param>
public sealed record RunInput(
    RunId Run,
    RunKind Kind,
    GroupId Group,
    string Document,
    string Hash,
    IReadOnlyDictionary<string, string> Inputs,
    string RequestedBy,
    string Reason)
{
    /// <summary>True when the run touches no production.</summary>
    public bool IsDrill => Kind is RunKind.DrillIsolated or RunKind.DrillRealistic;
}

/// <summary>How a run ended.</summary>
/// <param name="State">Succeeded, failed or aborted.</param>
/// <param name="Cause">Why it failed or was aborted; empty when it succeeded.</param>
/// <param name="RecoverySeconds">From its start to the end of its last step, by history time.</param>
/// <param name="HumanSeconds">What of it was waiting for people.</param>
/// <param name="Compensated">Steps that were undone, in that order.</param>
/// <param name="NotCompensated">Steps that acted and stay done, because nothing undoes them.</param>
/// <param name="Outputs">Outputs of the steps, as JSON text by path.</param>
public sealed record RunResult(
    RunState State,
    string Cause,
    double RecoverySeconds,
    double HumanSeconds,
    IReadOnlyList<string> Compensated,
    IReadOnlyList<string> NotCompensated,
    IReadOnlyDictionary<string, string> Outputs);
