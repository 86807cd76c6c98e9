using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;

namespace Runbooks.Workflows.Control;

/// <summary>The arbiter, for workflows. Run on <c>control</c>. Each grant writes its audit record in the same transaction.</summary>
public interface IArbiterActivities
{
    /// <summary>Makes the row of a new protection; the same row again is not an error.</summary>
    [Activity]
    Task<ArbiterRow> BeginArbiterRowAsync(BeginArbiterRowRequest request);

    /// <summary>The current row; null when the protection has none.</summary>
    [Activity]
    Task<ArbiterRow?> ReadArbiterRowAsync(ProtectionId protection);

    /// <summary>Asks for a promotion. A refusal is a value: the workflow decides what it means.</summary>
    [Activity]
    Task<ArbiterAnswer> PromoteInArbiterAsync(Promote request);

    /// <summary>Removes the row of a protection that was given up. Safe when it is gone.</summary>
    [Activity]
    Task EndArbiterRowAsync(ProtectionId protection);
}

/// <summary>Makes a row.</summary>
/// <param name="Protection">Which protection.</param>
/// <param name="Primary">Its first primary.</param>
/// <param name="Sites">Every site that holds a copy.</param>
public sealed record BeginArbiterRowRequest(ProtectionId Protection, SiteId Primary, IReadOnlyList<SiteId> Sites);
