using Runbooks.Domain.Ids;
using Runbooks.Workflows.Sites;

namespace Runbooks.Workflows.Control;

/// <summary>A point that was made.</summary>
/// <param name="Protection">Of which protection.</param>
/// <param name="Site">Where it is.</param>
/// <param name="Made">The point.</param>
public sealed record PointRecord(ProtectionId Protection, SiteId Site, RecoveryPointResult Made);
