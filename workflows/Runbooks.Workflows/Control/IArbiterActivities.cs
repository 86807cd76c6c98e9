using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;

namespace Runbooks.Workflows.Control;

/// <summary>The arbiter, for workflows. Run on <c>control</c>. Each grant writes its audit record in the same transaction.</summary>
public interface IArbiterActivities
{
    /// <summary>
    /// Makes the row of a new protection, or adds sites to one that lives; the same again changes nothing.
    /// </summary>
    [Activity]
    Task<ArbiterRow> BeginArbiterRowAsync(BeginArbiterRowRequest request);

    /// <summary>The current row; null when the protection has none.</summary>
    [Activity]
    Task<ArbiterRow?> ReadArbiterRowAsync(ProtectionId protection);

    /// <summary>Asks for a promotion. A refusal is a value: the workflow decides what it means.</summary>
    [Activity]
    Task<ArbiterAnswer> PromoteInArbiterAsync(Promote request);

    /// <summary>
    /// Closes the row of a protection that is given up: it decides nothing any more but who serves. Closing it again
    /// changes nothing.
    /// </summary>
    /// <returns>The closed row; null when there is none.</returns>
    [Activity]
    Task<ArbiterRow?> CloseArbiterRowAsync(CloseArbiterRowRequest request);

    /// <summary>Removes the row of a protection whose set-up was undone. Safe when it is gone.</summary>
    [Activity]
    Task EndArbiterRowAsync(ProtectionId protection);
}

/// <summary>Makes a row.</summary>
/// <param name="Protection">Which protection.</param>
/// <param name="Primary">Its first primary.</param>
/// <param name="Sites">Every site that holds a copy.</param>
public sealed record BeginArbiterRowRequest(ProtectionId Protection, SiteId Primary, IReadOnlyList<SiteId> Sites);

/// <summary>Closes a row.</summary>
/// <param name="Protection">Which protection.</param>
/// <param name="Run">The run that gives it up.</param>
public sealed record CloseArbiterRowRequest(ProtectionId Protection, string Run);
