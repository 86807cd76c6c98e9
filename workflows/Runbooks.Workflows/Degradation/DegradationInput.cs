using Runbooks.Domain.Status;
using Runbooks.Domain.Workloads;

namespace Runbooks.Workflows.Degradation;

/// <summary>What the long-lived procedure of one protection knows; carried over each continue-as-new.</summary>
/// <param name="Policy">The protection.</param>
/// <param name="Incident">The open incident; null when all is well.</param>
/// <param name="Flaps">Degradations since the link was last stable for long: doubles the hold-down.</param>
/// <param name="Closed">Incidents closed so far, over all runs of this procedure.</param>
public sealed record DegradationInput(ProtectionPolicy Policy, Incident? Incident, int Flaps, int Closed);

/// <summary>One loss of a link, from its first event to the proof that the standby is complete again.</summary>
/// <param name="Began">The event that began it.</param>
/// <param name="ExposureBytesMax">Most that was missing.</param>
/// <param name="LinkBackAt">When the link came back, or null.</param>
public sealed record Incident(SiteEvent Began, long ExposureBytesMax, DateTimeOffset? LinkBackAt)
{
    /// <summary>The standbys that are not complete; the incident ends when the last of them is.</summary>
    public IReadOnlyList<Domain.Ids.SiteId> Lost { get; init; } = [];
}
