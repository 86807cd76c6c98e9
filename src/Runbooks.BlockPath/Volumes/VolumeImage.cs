using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.RecoveryPoints;
using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Targets;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Volumes;

/// <summary>The image of a volume: changes, holes, allocation, digests, durability.</summary>
internal sealed class VolumeImage(PreservingFile file, IExecutor executor) : IDisposable
{
    private const int ZeroChunkBytes = 1 << 20;
    private static readonly byte[] Zeroes = new byte[ZeroChunkBytes];

    public IBlockFile File => file;

    /// <summary>The barrier in front of the image.</summary>
    public PreservingFile Preserving => file;

    /// <summary>Recovery points of the image.</summary>
    public RecoveryPointSet Points => file.Points;

    public GroupCommit Commits { get; } = new(file, executor);

    /// <summary>Applies one change.</summary>
    /// <remarks>
    /// Zero and Discard end in the same bytes at every site whatever its file system can do: a discard that cannot free writes
    /// zeroes, because "undefined afterwards" would be two different images.
    /// </remarks>
    public void Apply(ChangeKind change, ChangeFlags flags, ByteRange range, ReadOnlySpan<byte> payload)
    {
        var keep = (flags & ChangeFlags.KeepAllocated) != 0;
        if (change == ChangeKind.Write)
        {
            file.Write(range.Offset, payload);
        }
        else if (keep
            ? !file.TryZeroRange(range.Offset, range.Length)
            : !file.TryPunchHole(range.Offset, range.Length) && !file.TryZeroRange(range.Offset, range.Length))
        {
            for (var at = range.Offset; at < range.End; at += ZeroChunkBytes)
            {
                file.Write(at, Zeroes.AsSpan(0, (int)Math.Min(ZeroChunkBytes, range.End - at)));
            }
        }

        Commits.NoteWrite();
    }

    /// <summary>The first extent with data at or after a position; empty at the end.</summary>
    public ByteRange NextAllocated(long from, long size)
    {
        var extents = new List<BlockExtent>();
        while (from < size)
        {
            extents.Clear();
            file.MapExtents(from, size - from, 256, extents);
            var at = from;
            foreach (var extent in extents)
            {
                if ((extent.State & BlockExtentState.Zero) == 0)
                {
                    return new ByteRange(at, Math.Min(extent.Length, size - at));
                }

                at += extent.Length;
            }

            if (at <= from)
            {
                break;
            }

            from = at;
        }

        return new ByteRange(size, 0);
    }

    /// <summary>SHA-256 of a range.</summary>
    public byte[] Digest(ByteRange range)
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(
            System.Security.Cryptography.HashAlgorithmName.SHA256);
        var buffer = BlockBufferPool.Shared.Rent((int)Math.Min(range.Length, ZeroChunkBytes));
        try
        {
            for (var at = range.Offset; at < range.End;)
            {
                var part = buffer.Span[..(int)Math.Min(ZeroChunkBytes, range.End - at)];
                file.Read(at, part);
                hash.AppendData(part);
                at += part.Length;
            }
        }
        finally
        {
            buffer.Release();
        }

        return hash.GetHashAndReset();
    }

    public void Dispose() => file.Dispose();
}
