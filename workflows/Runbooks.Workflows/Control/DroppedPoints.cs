using Runbooks.Domain.Ids;
using Runbooks.Workflows.RecoveryPoint;

namespace Runbooks.Workflows.Control;

/// <summary>Copies that are gone.</summary>
/// <param name="Protection">Of which protection.</param>
/// <param name="Copies">Which.</param>
public sealed record DroppedPoints(ProtectionId Protection, IReadOnlyList<PlacedPoint> Copies);
