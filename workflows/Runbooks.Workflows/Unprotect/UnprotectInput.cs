using Runbooks.Domain.Ids;
using Runbooks.Domain.Workloads;

namespace Runbooks.Workflows.Unprotect;

/// <summary>Gives a protection up.</summary>
/// <param name="Run">The run.</param>
/// <param name="Policy">The protection.</param>
/// <param name="Primary">The site that serves it, and goes on serving it.</param>
public sealed record UnprotectInput(string Run, ProtectionPolicy Policy, SiteId Primary)
{
    /// <summary>
    /// True keeps the standbys' copies with their recovery points, fenced for good; false deletes both.
    /// </summary>
    public bool KeepCopies { get; init; } = true;

    /// <summary>True for a protection that was removed before: only the copies that were kept are dealt with.</summary>
    public bool OnlyCopies { get; init; }

    /// <summary>
    /// True when the primary's agent is gone for good: nothing is asked of it, and what stays there is said.
    /// </summary>
    public bool IsForced { get; init; }
}

/// <summary>A protection that was given up.</summary>
/// <param name="Primary">The site that serves the workload, unprotected.</param>
/// <param name="Kept">Sites that keep a fenced copy.</param>
/// <param name="Deleted">Sites whose copy was deleted.</param>
/// <param name="Left">What could not be reached, in words; it is dealt with by removing the protection again.</param>
public sealed record UnprotectResult(
    SiteId Primary, IReadOnlyList<SiteId> Kept, IReadOnlyList<SiteId> Deleted, IReadOnlyList<string> Left);
