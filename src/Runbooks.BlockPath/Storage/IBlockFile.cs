using Runbooks.BlockPath.Targets;

namespace Runbooks.BlockPath.Storage;

/// <summary>
/// A file used as a block medium. The real one is <see cref="ImageFile"/>; a simulator supplies one that forgets,
/// tears and fails.
/// </summary>
/// <remarks>
/// All calls block and are whole: a read fills its span (zeroes beyond the end of the file), a write stores all of it
/// or throws.
/// Errors: <see cref="DiskFault"/> with the errno. After a failed <see cref="Flush"/> every write and flush throws
/// <see cref="PoisonedFileFault"/>; reads go on.
/// Durability: nothing is on stable storage before <see cref="Flush"/> returns.
/// Threading: any thread, concurrent calls allowed.
/// </remarks>
public interface IBlockFile : IDisposable
{
    string Path { get; }

    long Length { get; }

    /// <summary>A flush has failed; the file takes no more writes.</summary>
    bool IsPoisoned { get; }

    void Read(long offset, Span<byte> destination);

    /// <summary>Reads only if no disk access is needed; false (and undefined contents) otherwise.</summary>
    bool TryReadCached(long offset, Span<byte> destination);

    void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Deallocates; the range then reads as zeroes. False when the file system cannot.</summary>
    bool TryPunchHole(long offset, long length);

    /// <summary>
    /// Zeroes and keeps the range allocated. False when the file system cannot do it faster than writing.
    /// </summary>
    bool TryZeroRange(long offset, long length);

    /// <summary>Appends the data and hole runs of the range, in order, at most <paramref name="extentsMax"/>.</summary>
    void MapExtents(long offset, long length, int extentsMax, List<BlockExtent> extents);

    /// <summary>Hint that the range will be read soon.</summary>
    void Prefetch(long offset, long length);

    void SetLength(long length);

    /// <summary>
    /// fdatasync: every completed write, and the length needed to read it back, is on stable storage on return.
    /// </summary>
    void Flush();
}
