using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;

namespace Runbooks.Workflows.Control;

/// <summary>Where points are made.</summary>
/// <param name="Sites">The complete standbys, sorted; empty when there is none.</param>
/// <param name="Generation">The generation they are made under.</param>
/// <param name="Reason">Why nowhere, in words; empty otherwise.</param>
public sealed record PointPlan(IReadOnlyList<SiteId> Sites, Generation Generation, string Reason);
