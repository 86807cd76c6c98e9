using System.Buffers.Binary;
using Runbooks.Wire;

namespace Runbooks.BlockPath.Storage;

/// <summary>
/// A small document that is either the old one or the new one after any crash, never a mixture and never gone.
/// </summary>
/// <remarks>
/// Shape: two slots of <see cref="SlotBytes"/> in one file, written by turn, so that the copy last known good is not
/// touched by the write that may tear. A slot is:
///
///   0  magic "RBATOMIC"   8 bytes
///   8  sequence           u64, big endian; the valid slot with the higher one counts
///  16  content length     u32
///  20  CRC32C             u32, over bytes 0..19 and the content
///  24  content
///
/// A slot whose checksum fails was torn by a crash and is ignored; both failing is damage that no crash of ours
/// explains, and is reported, not repaired.
/// Durability: on return from <see cref="Write"/> the content is on stable storage (fdatasync; the directory is
/// synced when the file is made). Limit: content up to <see cref="ContentBytesMax"/>.
/// Threading: one writer at a time, by lock.
/// </remarks>
public sealed class AtomicFile : IDisposable
{
    public const int SlotBytes = 1 << 20;
    public const int ContentBytesMax = SlotBytes - HeaderBytes;
    private const int HeaderBytes = 24;

    private readonly Lock _gate = new();
    private readonly IBlockFile _file;
    private ulong _sequence;
    private byte[]? _content;

    private AtomicFile(IBlockFile file) => _file = file;

    /// <summary>The content last written; null when nothing ever was.</summary>
    public ReadOnlyMemory<byte>? Content => _content is { } content ? content : default(ReadOnlyMemory<byte>?);

    /// <summary>
    /// Opens or makes the file and finds the newest whole content. Errors: <see cref="DiskFault"/>, <see
    /// cref="DamagedFileFault"/>.
    /// </summary>
    public static AtomicFile Open(IFileSystem files, string path)
    {
        bool isNew = !files.Exists(path);
        IBlockFile file = files.Open(path, OpenMode.ExistingOrNew);
        try
        {
            AtomicFile atomic = new(file);
            if (isNew)
            {
                files.FlushDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            }
            else
            {
                atomic.Load();
            }

            return atomic;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Write(ReadOnlySpan<byte> content)
    {
        if (content.Length > ContentBytesMax)
        {
            throw new ArgumentOutOfRangeException(nameof(content), $"At most {ContentBytesMax} bytes fit one slot.");
        }

        lock (_gate)
        {
            ulong sequence = _sequence + 1;
            byte[] slot = new byte[HeaderBytes + content.Length];
            "RBATOMIC"u8.CopyTo(slot);
            BinaryPrimitives.WriteUInt64BigEndian(slot.AsSpan(8), sequence);
            BinaryPrimitives.WriteUInt32BigEndian(slot.AsSpan(16), (uint)content.Length);
            content.CopyTo(slot.AsSpan(HeaderBytes));
            BinaryPrimitives.WriteUInt32BigEndian(slot.AsSpan(20), Checksum(slot, content.Length));
            _file.Write(SlotOffset(sequence), slot);
            _file.Flush();
            _sequence = sequence;
            _content = content.ToArray();
        }
    }

    public void Dispose() => _file.Dispose();

    private static long SlotOffset(ulong sequence) => (long)(sequence & 1) * SlotBytes;

    private static uint Checksum(ReadOnlySpan<byte> slot, int length) =>
        Crc32C.Append(Crc32C.Compute(slot[..20]), slot.Slice(HeaderBytes, length));

    private void Load()
    {
        bool anything = false;
        Span<byte> header = stackalloc byte[HeaderBytes];
        for (ulong turn = 0; turn < 2; turn++)
        {
            _file.Read(SlotOffset(turn), header);
            anything |= header.IndexOfAnyExcept((byte)0) >= 0;
            uint length = BinaryPrimitives.ReadUInt32BigEndian(header[16..]);
            ulong sequence = BinaryPrimitives.ReadUInt64BigEndian(header[8..]);
            if (!header.StartsWith("RBATOMIC"u8) || length > ContentBytesMax || sequence <= _sequence)
            {
                continue;
            }

            byte[] slot = new byte[HeaderBytes + length];
            _file.Read(SlotOffset(turn), slot);
            if (BinaryPrimitives.ReadUInt32BigEndian(slot.AsSpan(20)) == Checksum(slot, (int)length))
            {
                _sequence = sequence;
                _content = slot[HeaderBytes..];
            }
        }

        // A first write torn by a crash leaves one damaged slot and nothing in the other: that is "never written".
        if (_content is null && anything && _file.Length > SlotBytes + HeaderBytes && BothSlotsTouched())
        {
            throw new DamagedFileFault(_file.Path, "both copies fail their checksum");
        }
    }

    private bool BothSlotsTouched()
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        for (ulong turn = 0; turn < 2; turn++)
        {
            _file.Read(SlotOffset(turn), header);
            if (header.IndexOfAnyExcept((byte)0) < 0)
            {
                return false;
            }
        }

        return true;
    }
}
