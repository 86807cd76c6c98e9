using Runbooks.Domain.Ids;

namespace Runbooks.Workflows.Control;

/// <summary>Copies that are gone.</summary>
/// <param name="Protection">Of which protection.</param>
/// <param name="Copies">Which.</param>
public sealed record DroppedPoints(ProtectionId Protection, IReadOnlyList<PointCopy> Copies);
