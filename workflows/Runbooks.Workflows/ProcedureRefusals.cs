using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;

namespace Runbooks.Workflows;

/// <summary>What the procedures refuse, in words.</summary>
internal static class ProcedureRefusals
{
    public static Refusal CopiesDiffer(ProtectionId protection, IReadOnlyList<string> ranges) => new(
        RefusalCodes.ProcedureCopiesDiffer,
        "The copies differ.",
        $"For {protection}: {string.Join(", ", ranges.Take(5))}{(ranges.Count > 5 ? $" and {ranges.Count - 5} more" : string.Empty)}.",
        "Find out which side is right, then repair from it by order; do not switch before.");

    public static Refusal SourceNotDown(SiteId site, int agreed, int needed, string observations) => new(
        RefusalCodes.ProcedureSourceNotDown,
        $"Site {site} is not confirmed down.",
        $"{agreed} of {needed} needed observers say so: {observations}",
        "Plan the failover instead, or override with a reason if you know that the site is lost.");

    public static Refusal LossRefused(ArbiterRow row, SiteId site, string by) => new(
        RefusalCodes.ProcedureLossRefused,
        $"The loss at {site} was not accepted.",
        $"{site} is incomplete since {row.AloneSince:O}; "
            + (row.ExposureBytes is { } b ? $"{new ByteCount(b)} were missing at the last report" : "the amount is unknown") + $"; answered by {by}.",
        "Wait for the primary to return, choose a recovery point, or accept the loss.");

    public static Refusal GroupBusy(GroupId group, string holder) => new(
        RefusalCodes.ProcedureGroupBusy,
        $"Group {group} is held by another run.",
        $"The lease group/{group} is held by {holder}.",
        "Wait for that run, or abort it first.");

    public static Refusal Moved(ProtectionId protection, SiteId expected, ArbiterRow row) => new(
        RefusalCodes.ProcedureMoved,
        $"{protection} is not served by {expected} any more.",
        $"The arbiter's row names {row.Primary} since generation {row.Generation}, decided at {row.DecidedAt:O}.",
        "Look at the protection and ask again.");

    public static Refusal NotGone(ProtectionId protection, SiteId site) => new(
        RefusalCodes.ProcedureNotGone,
        $"{protection} is not removed by force.",
        $"The agent of {site} answers: it can stop replication in order.",
        "Remove the protection without force.");

    public static Refusal UnknownMember(string group, string name) => new(
        RefusalCodes.ProcedureUnknownMember,
        $"Group {group} has no workload {name}.",
        "The run was started for a name that the group does not have.",
        "List the group's workloads and start again.");

    public static Refusal NothingToDo(GroupId group, SiteId site) => new(
        RefusalCodes.ProcedureNothingToDo,
        $"Group {group} already lives at {site}.",
        "Every member's primary is that site.",
        "Choose another target.");

    public static Refusal Aborted(string by, string reason) => new(
        RefusalCodes.ProcedureAborted,
        $"The run was aborted by {by}.",
        reason,
        "Start it again when the reason is gone.");

    public static Refusal ConditionFalse(string path, string message) => new(
        RefusalCodes.ProcedureConditionFalse,
        $"Step {path} expected something else.",
        message,
        "Correct what the step checks, then retry it.")
    {
        Field = path,
    };

    public static Refusal NotApproved(string path, string by, string reason) => new(
        RefusalCodes.ProcedureNotApproved,
        $"Step {path} was not approved.",
        $"{by}: {reason}",
        "Settle the objection and start again.")
    {
        Field = path,
    };
}
