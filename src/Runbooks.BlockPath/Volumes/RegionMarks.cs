using System.Buffers.Binary;
using System.Numerics;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Volumes;

/// <summary>
/// The durable dirty map: one bit per 64 KiB region and peer. A set bit says "this region may differ at that peer".
/// </summary>
/// <remarks>
/// <para>
/// File: a header of 4 KiB (magic, version, volume size, peers, checksum), then one bitmap per peer, each rounded up to 4 KiB.
/// A 2 TiB volume has 2^41 / 2^16 = 2^25 regions: 4 MiB in memory and on disk per peer.
/// </para>
/// <para>
/// A bit is durable before the first write to its region reaches any copy (<see cref="Persist"/> calls back after fdatasync; many
/// requests share one). A warm region costs nothing: the core does not ask again. Clearing writes without a flush: a
/// clear that a crash undoes only costs a comparison. A torn page is harmless for the same reason: each 512-byte sector holds
/// the old or the new bits, and either is a superset of what a flushed mark promised.
/// </para>
/// <para>The bitmap in memory is the truth and pages are always written from it under one lock, so a mark is never overtaken
/// by an older clear.</para>
/// </remarks>
internal sealed class RegionMarks : IDisposable
{
    private const int PageBytes = 4096;
    private const int RegionShift = 16;
    private static readonly byte[] Magic = "RBMARKS1"u8.ToArray();

    private readonly Lock gate = new();
    private readonly IBlockFile file;
    private readonly GroupCommit commits;
    private readonly ulong[][] bitmaps;
    private readonly HashSet<(int Peer, int Page)> stale = [];
    private readonly int bitmapBytes;

    private RegionMarks(IBlockFile file, IExecutor executor, long size, int peers)
    {
        this.file = file;
        commits = new GroupCommit(file, executor);
        var regions = (size + Grain.RegionBytes - 1) >> RegionShift;
        bitmapBytes = (int)((regions + 8 * PageBytes - 1) / (8 * PageBytes)) * PageBytes;
        bitmaps = new ulong[peers][];
        for (var peer = 0; peer < peers; peer++)
        {
            bitmaps[peer] = new ulong[bitmapBytes / sizeof(ulong)];
        }
    }

    /// <summary>Opens or makes the file. Marks of a damaged file count as all set: then everything is compared.</summary>
    public static RegionMarks Open(IFileSystem files, string path, IExecutor executor, long size, int peers)
    {
        var isNew = !files.Exists(path);
        var file = files.Open(path, OpenMode.ExistingOrNew);
        var marks = new RegionMarks(file, executor, size, peers);
        var header = new byte[PageBytes];
        if (isNew || file.Length == 0)
        {
            marks.Format(size, peers);
            files.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return marks;
        }

        file.Read(0, header);
        var known = header.AsSpan(0, 8).SequenceEqual(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(28)) == Wire.Crc32C.Compute(header.AsSpan(0, 28))
            && BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(8)) == size;
        var stored = known ? BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(16)) : 0;
        for (var peer = 0; peer < peers; peer++)
        {
            if (peer < stored)
            {
                marks.Load(peer);
            }
            else if (!known)
            {
                Array.Fill(marks.bitmaps[peer], ulong.MaxValue);
            }
        }

        if (!known || stored < peers)
        {
            marks.Format(size, peers);
        }

        return marks;
    }

    /// <summary>Marks the regions of a range and calls back when that is durable.</summary>
    public void Persist(ByteRange range, PeerMask peers, Action<DiskFault?> persisted)
    {
        try
        {
            Change(range, peers, set: true);
        }
        catch (DiskFault fault)
        {
            persisted(fault);
            return;
        }

        commits.Join(persisted);
    }

    /// <summary>Unmarks; reaches the disk with the next mark of the same page or by <see cref="WriteStale"/>.</summary>
    public void Clear(ByteRange range, PeerMask peers)
    {
        lock (gate)
        {
            foreach (var (peer, page) in Apply(range, peers, set: false))
            {
                stale.Add((peer, page));
            }
        }
    }

    /// <summary>Writes pages that only lost marks; called from time to time and at an orderly close.</summary>
    public void WriteStale()
    {
        lock (gate)
        {
            foreach (var (peer, page) in stale)
            {
                WritePage(peer, page);
            }

            stale.Clear();
        }
    }

    /// <summary>Marked ranges of a peer, neighbours joined.</summary>
    public IReadOnlyList<ByteRange> Marked(int peer, long size)
    {
        var ranges = new List<ByteRange>();
        lock (gate)
        {
            long from = -1;
            var regions = (size + Grain.RegionBytes - 1) >> RegionShift;
            for (long region = 0; region <= regions; region++)
            {
                var set = region < regions && (bitmaps[peer][region >> 6] & (1ul << (int)(region & 63))) != 0;
                if (set && from < 0)
                {
                    from = region;
                }
                else if (!set && from >= 0)
                {
                    var offset = from << RegionShift;
                    ranges.Add(new ByteRange(offset, Math.Min(size, region << RegionShift) - offset));
                    from = -1;
                }

                // Empty words are the rule in a large volume.
                if (!set && (region & 63) == 0 && region + 64 <= regions && bitmaps[peer][region >> 6] == 0)
                {
                    region += 63;
                }
            }
        }

        return ranges;
    }

    public long MarkedRegions(int peer)
    {
        lock (gate)
        {
            return bitmaps[peer].Sum(word => (long)BitOperations.PopCount(word));
        }
    }

    public void Dispose() => file.Dispose();

    private void Change(ByteRange range, PeerMask peers, bool set)
    {
        lock (gate)
        {
            foreach (var (peer, page) in Apply(range, peers, set))
            {
                WritePage(peer, page);
                stale.Remove((peer, page));
            }
        }

        commits.NoteWrite();
    }

    private List<(int Peer, int Page)> Apply(ByteRange range, PeerMask peers, bool set)
    {
        var pages = new List<(int, int)>();
        var first = range.Offset >> RegionShift;
        var last = (range.End - 1) >> RegionShift;
        for (var peer = 0; peer < bitmaps.Length; peer++)
        {
            if (!peers.Has(new PeerSlot((byte)peer)))
            {
                continue;
            }

            for (var region = first; region <= last; region++)
            {
                var bit = 1ul << (int)(region & 63);
                ref var word = ref bitmaps[peer][region >> 6];
                word = set ? word | bit : word & ~bit;
            }

            for (var page = (int)(first / (8 * PageBytes)); page <= (int)(last / (8 * PageBytes)); page++)
            {
                pages.Add((peer, page));
            }
        }

        return pages;
    }

    private void WritePage(int peer, int page)
    {
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(bitmaps[peer].AsSpan());
        file.Write(PageBytes + (long)peer * bitmapBytes + (long)page * PageBytes, bytes.Slice(page * PageBytes, PageBytes));
    }

    private void Load(int peer) => file.Read(
        PageBytes + (long)peer * bitmapBytes,
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(bitmaps[peer].AsSpan()));

    private void Format(long size, int peers)
    {
        for (var peer = 0; peer < peers; peer++)
        {
            file.Write(
                PageBytes + (long)peer * bitmapBytes,
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(bitmaps[peer].AsSpan()));
        }

        var header = new byte[PageBytes];
        Magic.CopyTo(header, 0);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), size);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), peers);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(28), Wire.Crc32C.Compute(header.AsSpan(0, 28)));
        file.Write(0, header);
        file.Flush();
    }
}
