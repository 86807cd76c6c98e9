using Runbooks.BlockPath.Storage;
using Runbooks.BlockPath.Targets;

namespace Runbooks.Testing.Disks;

/// <summary>A file of a <see cref="RecordingFileSystem"/>.</summary>
public sealed class RecordingFile : IBlockFile
{
    private const int Sector = 512;
    private const int Page = 4096;

    private readonly RecordingFileSystem _files;
    private readonly List<Change> _unflushed = [];
    private readonly SortedSet<long> _allocated = [];
    private byte[] _content = [];
    private byte[] _durable = [];
    private PoisonedFileFault? _poison;

    internal RecordingFile(RecordingFileSystem files, string path)
    {
        _files = files;
        Path = path;
    }

    public string Path { get; internal set; }

    public long Length => _content.Length;

    public bool IsPoisoned => _poison is not null;

    /// <summary>Flushes that reached the disk.</summary>
    public int Flushes { get; private set; }

    public void Read(long offset, Span<byte> destination)
    {
        destination.Clear();
        if (offset < _content.Length)
        {
            int length = (int)Math.Min(destination.Length, _content.Length - offset);
            _content.AsSpan((int)offset, length).CopyTo(destination);
        }
    }

    public bool TryReadCached(long offset, Span<byte> destination)
    {
        Read(offset, destination);
        return true;
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        Begin();
        Apply(new Change(offset, source.ToArray(), -1));
        for (long page = offset / Page; page * Page < offset + source.Length; page++)
        {
            _allocated.Add(page);
        }
    }

    public bool TryPunchHole(long offset, long length)
    {
        Begin();
        length = Math.Clamp(_content.Length - offset, 0, length);
        Apply(new Change(offset, new byte[length], -1));
        for (long page = (offset + Page - 1) / Page; (page + 1) * Page <= offset + length; page++)
        {
            _allocated.Remove(page);
        }

        return true;
    }

    public bool TryZeroRange(long offset, long length)
    {
        Write(offset, new byte[length]);
        return true;
    }

    public void MapExtents(long offset, long length, int extentsMax, List<BlockExtent> extents)
    {
        long position = offset;
        while (position < offset + length && extents.Count < extentsMax)
        {
            bool isData = _allocated.Contains(position / Page);
            long end = position;
            while (end < offset + length && _allocated.Contains(end / Page) == isData)
            {
                end = Math.Min(((end / Page) + 1) * Page, offset + length);
            }

            extents.Add(new BlockExtent(end - position,
                isData ? BlockExtentState.Data : BlockExtentState.Hole | BlockExtentState.Zero));
            position = end;
        }
    }

    public void Prefetch(long offset, long length)
    {
    }

    public void SetLength(long length)
    {
        Begin();
        Apply(new Change(0, [], length));
    }

    public void Flush()
    {
        Begin();
        if (_files.FailFlush is { } fail && Path.EndsWith(fail.PathEnd, StringComparison.Ordinal))
        {
            DiskFault fault = new("fdatasync", Path, fail.Errno);
            _poison = new PoisonedFileFault(fault);
            throw fault;
        }

        Flushes++;
        foreach (Change change in _unflushed)
        {
            Overlay(ref _durable, change);
        }

        _unflushed.Clear();
    }

    public void Dispose()
    {
    }

    internal RecordingFile AfterCrash(RecordingFileSystem files, string path, Random? random)
    {
        RecordingFile after = new(files, path) { _content = [.. _durable] };
        foreach (Change change in _unflushed)
        {
            int fate = random?.Next(4) ?? 0;
            if (fate == 0)
            {
                continue;
            }

            byte[] bytes = change.Bytes;
            if (fate == 1 && bytes.Length > Sector)
            {
                bytes = bytes[..(random!.Next(bytes.Length / Sector) * Sector)];
            }

            Overlay(ref after._content, change with { Bytes = bytes });
        }

        after._durable = [.. after._content];
        for (int page = 0; page * Page < after._content.Length; page++)
        {
            int length = Math.Min(Page, after._content.Length - (page * Page));
            if (after._content.AsSpan(page * Page, length).IndexOfAnyExcept((byte)0) >= 0)
            {
                after._allocated.Add(page);
            }
        }

        return after;
    }

    private static void Overlay(ref byte[] content, Change change)
    {
        if (change.NewLength >= 0)
        {
            Array.Resize(ref content, (int)change.NewLength);
            return;
        }

        if (change.Bytes.Length == 0)
        {
            return;
        }

        if (change.Offset + change.Bytes.Length > content.Length)
        {
            Array.Resize(ref content, (int)change.Offset + change.Bytes.Length);
        }

        change.Bytes.CopyTo(content, (int)change.Offset);
    }

    private void Begin()
    {
        if (_poison is not null)
        {
            throw _poison;
        }

        _files.Step();
    }

    private void Apply(Change change)
    {
        _unflushed.Add(change);
        Overlay(ref _content, change);
    }

    private sealed record Change(long Offset, byte[] Bytes, long NewLength);
}
