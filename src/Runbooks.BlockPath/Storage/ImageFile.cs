using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Runbooks.BlockPath.Targets;

namespace Runbooks.BlockPath.Storage;

/// <summary>
/// A raw sparse file through the page cache. Byte n of the disk is byte n of the file and there is nothing else in
/// it, so
/// <c>qemu-img</c>, <c>losetup</c> and <c>dd</c> open it and a volume can be given back.
/// </summary>
/// <remarks>
/// Page cache and not O_DIRECT: guests write in any size at any offset, a cached 4 KiB write is one short copy, and
/// durability comes from <see cref="Flush"/>, which many writers share (<see cref="GroupCommit"/>).
/// </remarks>
public sealed unsafe class ImageFile : IBlockFile
{
    private readonly SafeFileHandle _handle;
    private long _length;
    private bool _readNoWaitUnsupported;
    private volatile PoisonedFileFault? _poison;

    internal ImageFile(string path, SafeFileHandle handle, long length)
    {
        Path = path;
        _handle = handle;
        _length = length;
    }

    public string Path { get; }

    public long Length => Interlocked.Read(ref _length);

    public bool IsPoisoned => _poison is not null;

    internal SafeFileHandle Handle => _handle;

    public void Read(long offset, Span<byte> destination)
    {
        fixed (byte* start = destination)
        {
            nint done = 0;
            while (done < destination.Length)
            {
                nint got = Libc.PRead(_handle, start + done, destination.Length - done, offset + done);
                if (got > 0)
                {
                    done += got;
                }
                else if (got == 0)
                {
                    destination[(int)done..].Clear();
                    return;
                }
                else
                {
                    ThrowUnlessInterrupted("read");
                }
            }
        }
    }

    public bool TryReadCached(long offset, Span<byte> destination)
    {
        if (_readNoWaitUnsupported)
        {
            return false;
        }

        fixed (byte* start = destination)
        {
            IoVector vector = new() { Start = start, Length = destination.Length };
            nint got = Libc.PReadV2(_handle, &vector, 1, offset, Libc.ReadNoWait);
            if (got == destination.Length)
            {
                return true;
            }

            if (got < 0 && Marshal.GetLastPInvokeError() is Errno.NotSupported or Errno.NotImplemented or Errno.Invalid)
            {
                _readNoWaitUnsupported = true;
            }

            return false;
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        ThrowIfPoisoned();
        fixed (byte* start = source)
        {
            nint done = 0;
            while (done < source.Length)
            {
                // A short write is how the kernel reports a disk that fills up mid-way: the next call brings the errno.
                nint put = Libc.PWrite(_handle, start + done, source.Length - done, offset + done);
                if (put >= 0)
                {
                    done += put;
                }
                else
                {
                    ThrowUnlessInterrupted("write");
                }
            }
        }

        GrowLength(offset + source.Length);
    }

    public bool TryPunchHole(long offset, long length) =>
        TryAllocate(Libc.FallocatePunchHole | Libc.FallocateKeepSize, offset, length, "punch-hole");

    public bool TryZeroRange(long offset, long length) =>
        TryAllocate(Libc.FallocateZeroRange | Libc.FallocateKeepSize, offset, length, "zero-range");

    public void MapExtents(long offset, long length, int extentsMax, List<BlockExtent> extents)
    {
        long position = offset;
        long end = offset + length;
        int first = extents.Count;
        while (position < end && extents.Count - first < extentsMax)
        {
            long data = Seek(position, Libc.SeekData, end);
            if (data > position)
            {
                extents.Add(new BlockExtent(Math.Min(data, end) - position,
                    BlockExtentState.Hole | BlockExtentState.Zero));
                position = Math.Min(data, end);
                continue;
            }

            long hole = Math.Min(Seek(position, Libc.SeekHole, end), end);
            extents.Add(new BlockExtent(hole - position, BlockExtentState.Data));
            position = hole;
        }
    }

    public void Prefetch(long offset, long length) => _ = Libc.FAdvise(_handle, offset, length, Libc.AdviseWillNeed);

    public void SetLength(long length)
    {
        ThrowIfPoisoned();
        while (Libc.FTruncate(_handle, length) < 0)
        {
            ThrowUnlessInterrupted("set-length");
        }

        Interlocked.Exchange(ref _length, length);
    }

    public void Flush()
    {
        ThrowIfPoisoned();
        if (Libc.FDataSync(_handle) == 0)
        {
            return;
        }

        // Not repeated for EINTR either: whether pages were marked clean before the interruption is unknown.
        DiskFault fault = new("fdatasync", Path, Marshal.GetLastPInvokeError());
        _poison ??= new PoisonedFileFault(fault);
        throw fault;
    }

    public void Dispose() => _handle.Dispose();

    private bool TryAllocate(int mode, long offset, long length, string stage)
    {
        ThrowIfPoisoned();
        while (Libc.FAllocate(_handle, mode, offset, length) < 0)
        {
            if (Marshal.GetLastPInvokeError() is Errno.NotSupported or Errno.NotImplemented)
            {
                return false;
            }

            ThrowUnlessInterrupted(stage);
        }

        return true;
    }

    /// <summary>
    /// First data or hole at or after the position; <paramref name="end"/> when there is none or no support.
    /// </summary>
    private long Seek(long position, int whence, long end)
    {
        long found = Libc.LSeek(_handle, position, whence);
        if (found >= 0)
        {
            return found;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno switch
        {
            Errno.NoDeviceOrAddress => end,
            // No extent map here: call everything data, which is always true enough.
            Errno.Invalid or Errno.NotSupported => whence == Libc.SeekData ? position : end,
            _ => throw new DiskFault("seek", Path, errno),
        };
    }

    private void GrowLength(long end)
    {
        long known = Interlocked.Read(ref _length);
        while (end > known)
        {
            long seen = Interlocked.CompareExchange(ref _length, end, known);
            if (seen == known)
            {
                return;
            }

            known = seen;
        }
    }

    private void ThrowIfPoisoned()
    {
        if (_poison is { } poison)
        {
            throw poison;
        }
    }

    private void ThrowUnlessInterrupted(string stage)
    {
        int errno = Marshal.GetLastPInvokeError();
        if (errno != Errno.Interrupted)
        {
            throw new DiskFault(stage, Path, errno);
        }
    }
}
