using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Targets;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>
/// An image whose changes are kept for its recovery points: put it where the image's file was and every write, hole and
/// zero goes through <see cref="RecoveryPointSet.Preserve"/> first.
/// </summary>
/// <remarks>
/// <see cref="HoldWrites"/> is the barrier: it waits for the changes that are running and holds new ones, for as long
/// as the caller pins its points. Disposing disposes the points and the image.
/// </remarks>
public sealed class PreservingFile : IBlockFile
{
    private readonly IBlockFile _image;
    private readonly ReaderWriterLockSlim _barrier = new(LockRecursionPolicy.NoRecursion);

    public PreservingFile(IBlockFile image, RecoveryPointSet points)
    {
        _image = image;
        Points = points;
    }

    public RecoveryPointSet Points { get; }

    public string Path => _image.Path;

    public long Length => _image.Length;

    public bool IsPoisoned => _image.IsPoisoned;

    /// <summary>No change of the image runs between this and the disposal of the answer, on the same thread.</summary>
    public IDisposable HoldWrites()
    {
        _barrier.EnterWriteLock();
        return new Held(_barrier);
    }

    public void Read(long offset, Span<byte> destination) => _image.Read(offset, destination);

    public bool TryReadCached(long offset, Span<byte> destination) => _image.TryReadCached(offset, destination);

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        _barrier.EnterReadLock();
        try
        {
            Points.Preserve(offset, source.Length);
            _image.Write(offset, source);
        }
        finally
        {
            _barrier.ExitReadLock();
        }
    }

    public bool TryPunchHole(long offset, long length)
    {
        _barrier.EnterReadLock();
        try
        {
            Points.Preserve(offset, length);
            return _image.TryPunchHole(offset, length);
        }
        finally
        {
            _barrier.ExitReadLock();
        }
    }

    public bool TryZeroRange(long offset, long length)
    {
        _barrier.EnterReadLock();
        try
        {
            Points.Preserve(offset, length);
            return _image.TryZeroRange(offset, length);
        }
        finally
        {
            _barrier.ExitReadLock();
        }
    }

    public void MapExtents(long offset, long length, int extentsMax, List<BlockExtent> extents) =>
        _image.MapExtents(offset, length, extentsMax, extents);

    public void Prefetch(long offset, long length) => _image.Prefetch(offset, length);

    /// <summary>An image with recovery points keeps its size.</summary>
    public void SetLength(long length) =>
        throw new NotSupportedException("The size of an image with recovery points is fixed.");

    public void Flush() => _image.Flush();

    public void Dispose()
    {
        Points.Dispose();
        _image.Dispose();
        _barrier.Dispose();
    }

    private sealed class Held(ReaderWriterLockSlim barrier) : IDisposable
    {
        public void Dispose() => barrier.ExitWriteLock();
    }
}
