using Runbooks.Domain.Ids;

namespace Runbooks.Workflows.CatchUp;

/// <summary>Brings one standby of a protection in sync.</summary>
/// <param name="Run">The run it belongs to.</param>
/// <param name="Protection">Which protection.</param>
/// <param name="Primary">Who sends.</param>
/// <param name="Standby">Who receives.</param>
public sealed record CatchUpInput(string Run, ProtectionId Protection, SiteId Primary, SiteId Standby);
