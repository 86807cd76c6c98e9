using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;

namespace Runbooks.Workflows;

/// <summary>What a procedure says about a row that is not as it needs it.</summary>
internal static class ArbiterRows
{
    public static Refusal Unknown(ProtectionId protection) => new(
        RefusalCodes.ArbiterUnknownProtection,
        "The arbiter knows no such protection.",
        $"There is no row for {protection}.",
        "Protect the workload first.");

    public static Refusal LostAgain(ArbiterRow row, SiteId site) => new(
        RefusalCodes.ArbiterIncomplete,
        $"{site} is not complete any more.",
        $"The link was lost again: the row has {string.Join(", ", row.Complete)} complete at version {row.Version}.",
        "Wait for the link and catch up again.");
}
