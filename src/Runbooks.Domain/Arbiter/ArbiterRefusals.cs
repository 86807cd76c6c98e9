using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;

namespace Runbooks.Domain.Arbiter;

/// <summary>The arbiter's words for no. Each names the row that the asker did not know.</summary>
internal static class ArbiterRefusals
{
    public static Refusal UnknownProtection(ArbiterRequest request) => new(
        RefusalCodes.ArbiterUnknownProtection,
        "The arbiter knows no such protection.",
        $"There is no row for {request.Protection}.",
        "Protect the workload first, or check that this control plane is the one it was protected on.");

    public static Refusal WrongGeneration(ArbiterRow row, Generation named) => new(
        RefusalCodes.ArbiterWrongGeneration,
        "The request was made under another generation.",
        $"It names generation {named}; the current one is {row.Generation}, decided at {row.DecidedAt:O} with {row.Primary} as primary.",
        "A site of a lower generation stays fenced and returns as a standby; a run starts again from the current state.")
    {
        Details = Facts(row),
    };

    public static Refusal NotPrimary(ArbiterRow row, SiteId asker) => new(
        RefusalCodes.ArbiterNotPrimary,
        $"Site {asker} is not the primary.",
        $"The primary of generation {row.Generation} is {row.Primary}.",
        "Fence the exports of this site and let it catch up as a standby.")
    {
        Details = Facts(row),
    };

    public static Refusal StaleVersion(ArbiterRow row, long named) => new(
        RefusalCodes.ArbiterStaleVersion,
        "The request was decided on an older state of the row.",
        $"It names version {named}; the current one is {row.Version}.",
        "Take over the row in this answer and decide again.")
    {
        Details = Facts(row),
    };

    public static Refusal Incomplete(ArbiterRow row, SiteId site) => new(
        RefusalCodes.ArbiterIncomplete,
        $"Site {site} does not hold every acknowledged write.",
        $"{row.Primary} was permitted to write alone since {row.AloneSince:O}; "
            + (row.ExposureBytes is { } bytes ? $"{new ByteCount(bytes)} were missing at its last report." : "the amount is not known."),
        "Wait for the primary to return and catch up, choose a recovery point, or have a person accept the loss shown here.")
    {
        Details = Facts(row),
    };

    public static Refusal NotDrained(ArbiterRow row, DrainedMark mark) => new(
        RefusalCodes.ArbiterNotDrained,
        "The drained mark is not the current primary's.",
        $"It is of {mark.Site} under generation {mark.Generation}; the row has {row.Primary} under {row.Generation}.",
        "Quiesce the current primary and ask again with its mark.")
    {
        Details = Facts(row),
    };

    public static Refusal Closed(ArbiterRow row) => new(
        RefusalCodes.ArbiterClosed,
        $"Protection {row.Protection} was given up.",
        $"It was removed at {row.ClosedAt:O}; {row.Primary} serves alone since, "
            + "and what other sites hold is as old as that.",
        "Protect the workload again; a copy that was kept is read at its site, never promoted.")
    {
        Details = Facts(row),
    };

    public static Refusal BadRequest(ArbiterRow row, string why) => new(
        RefusalCodes.ArbiterBadRequest,
        "The arbiter cannot take this request.",
        $"For {row.Protection}: {why}.",
        "Report it: an agent or a workflow made a request that its own state does not allow.");

    private static Dictionary<string, string> Facts(ArbiterRow row) => new()
    {
        ["generation"] = row.Generation.ToString(),
        ["version"] = row.Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["primary"] = row.Primary.ToString(),
        ["complete"] = string.Join(",", row.Complete),
    };
}
