using Runbooks.Domain.Ids;
using Runbooks.Domain.States;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>What is kept about one recovery point of one volume.</summary>
/// <param name="Id">Its id; the same at all volumes of the workload.</param>
/// <param name="At">The instant, by the clock of whoever made it.</param>
/// <param name="Reason">Why it was made.</param>
/// <param name="State">See <see cref="PointState"/>.</param>
public sealed record PointRecord(RecoveryPointId Id, DateTimeOffset At, RecoveryPointReason Reason, PointState State)
{
    /// <summary>Document of the caller (the workload's metadata), as JSON text.</summary>
    public string Metadata { get; init; } = "{}";

    /// <summary>Why it was withdrawn.</summary>
    public string? WithdrawnBecause { get; init; }

    /// <summary>Merkle root over the SHA-256 of every MiB, lower-case hex; null until computed.</summary>
    public string? Digest { get; init; }

    /// <summary>Number of its layer file.</summary>
    public long Layer { get; init; }
}
