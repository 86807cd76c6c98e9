using Runbooks.Domain.Ids;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>
/// Reads an image as of a recovery point. Any thread. The point cannot be dropped before this is disposed.
/// </summary>
/// <remarks>Errors: <see cref="Storage.DiskFault"/>, also when the point was withdrawn meanwhile.</remarks>
public sealed class PointReader : IDisposable
{
    private readonly RecoveryPointSet _set;
    private int _disposed;

    internal PointReader(RecoveryPointSet set, RecoveryPointId id)
    {
        _set = set;
        Id = id;
    }

    public RecoveryPointId Id { get; }

    public long Length => _set.Image.Length;

    public void Read(long offset, Span<byte> destination) => _set.Read(Id, offset, destination);

    /// <summary>True when the grain (64 KiB) certainly reads as zeroes and nothing is stored for it.</summary>
    public bool IsHole(long grain) => _set.IsHole(Id, grain, () => IsHoleOfImage(grain));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _set.Release(Id);
        }
    }

    private bool IsHoleOfImage(long grain)
    {
        long start = grain * LayerFile.GrainBytes;
        long length = Math.Min(LayerFile.GrainBytes, Length - start);
        List<Targets.BlockExtent> extents = new(1);
        _set.Image.MapExtents(start, length, 1, extents);
        return extents.Count == 1 && extents[0].Length == length
            && (extents[0].State & Targets.BlockExtentState.Zero) != 0;
    }
}
