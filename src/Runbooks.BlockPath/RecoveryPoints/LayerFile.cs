using System.Buffers.Binary;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;
using Runbooks.Wire;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>
/// Grains of an image in a sparse file of their own, with the index of which are there.
/// </summary>
/// <remarks>
/// Shape, big endian:
///
///   0              header, 4 KiB: magic "RBLAYER1", image length u64, CRC32C of those 16 bytes
///   4 KiB          slots of 16 bytes, appended: grain+1 u32 (0 is empty, 0xffffffff void), CRC32C of the grain u32
///                  (0 for a grain of zeroes, which stores no data), epoch u32, CRC32C of the first 12 bytes u32
///   data start     grain g at data start + g * 64 KiB
///
/// Cost: 16 bytes of index and 64 KiB of data per grain kept; room for the slots of every grain twice is reserved in
/// the sparse file (2 TiB: 1 GiB of address space, no blocks).
///
/// Durability: Append writes data and slot; <see cref="Commit"/> makes them durable with one fdatasync and only then
/// shows them as present. A crash can tear only slots and data that no finished commit covered. Epoch is the number of
/// commits finished when the slot was written, so those slots carry the two highest epochs: when the file is opened,
/// their data is checked against its checksum, and what fails becomes void. That is safe, because a grain is
/// overwritten in the image only after its commit. A bad slot among older ones is damage, and is reported.
///
/// Threading: one appender at a time (the owner's lock); readers at any time.
/// </remarks>
internal sealed class LayerFile : IDisposable
{
    public const int GrainBytes = Grain.RegionBytes;
    private const int HeaderBytes = 4096;
    private const int SlotBytes = 16;
    private const uint VoidSlot = uint.MaxValue;
    private const int ScanBytes = 1 << 20;

    private readonly GrainSet _written;
    private readonly GrainSet _present;
    private readonly GrainSet _zero;
    private readonly List<long> _uncommitted = [];
    private readonly long _dataStart;
    private readonly long _slotsMax;
    private long _slots;
    private uint _epoch;

    private LayerFile(IBlockFile file, long imageLength)
    {
        File = file;
        ImageLength = imageLength;
        GrainCount = (imageLength + GrainBytes - 1) / GrainBytes;
        Invariant.Require(GrainCount < VoidSlot - 1, "An image has fewer grains than a slot can name");
        _written = new GrainSet(GrainCount);
        _present = new GrainSet(GrainCount);
        _zero = new GrainSet(GrainCount);
        _slotsMax = (2 * GrainCount) + 4096;
        _dataStart = (HeaderBytes + (_slotsMax * SlotBytes) + GrainBytes - 1) / GrainBytes * GrainBytes;
    }

    public IBlockFile File { get; }

    public long ImageLength { get; }

    public long GrainCount { get; }

    /// <summary>Grains that are durable here.</summary>
    public GrainSet Present => _present;

    /// <summary>Grains that are here, durable or about to be.</summary>
    public GrainSet Written => _written;

    public static LayerFile Create(IFileSystem files, string path, long imageLength)
    {
        IBlockFile file = files.Open(path, OpenMode.New);
        LayerFile layer = new(file, imageLength);
        Span<byte> header = stackalloc byte[20];
        WriteHeader(header, imageLength);
        file.Write(0, header);
        file.Flush();
        files.FlushDirectory(Path.GetDirectoryName(path)!);
        return layer;
    }

    /// <summary>Opens and recovers. Errors: <see cref="DamagedFileFault"/>.</summary>
    public static LayerFile Open(IFileSystem files, string path, long imageLength)
    {
        IBlockFile file = files.Open(path, OpenMode.Existing);
        try
        {
            Span<byte> expected = stackalloc byte[20];
            WriteHeader(expected, imageLength);
            Span<byte> header = stackalloc byte[20];
            file.Read(0, header);
            if (!header.SequenceEqual(expected))
            {
                throw new DamagedFileFault(path, "not a layer of this image");
            }

            LayerFile layer = new(file, imageLength);
            layer.Recover();
            return layer;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public int LengthOf(long grain) => (int)Math.Min(GrainBytes, ImageLength - (grain * GrainBytes));

    /// <summary>Adds a grain that is not written yet; present after the next <see cref="Commit"/>.</summary>
    public void Append(long grain, ReadOnlySpan<byte> data)
    {
        Invariant.Require(_slots < _slotsMax, "A layer has a slot for every grain");
        bool isZero = data.IndexOfAnyExcept((byte)0) < 0;
        if (!isZero)
        {
            File.Write(_dataStart + (grain * GrainBytes), data);
        }

        Span<byte> slot = stackalloc byte[SlotBytes];
        // A checksum that happens to be 0 is stored as 1, since 0 says "zeroes, no data".
        WriteSlot(slot, (uint)grain + 1, isZero ? 0 : Math.Max(1, Crc32C.Compute(data)), _epoch);
        File.Write(HeaderBytes + (_slots * SlotBytes), slot);
        _slots++;
        if (isZero)
        {
            _zero.Add(grain);
        }

        _written.Add(grain);
        _uncommitted.Add(grain);
    }

    /// <summary>Makes everything appended durable and shows it.</summary>
    public void Commit()
    {
        if (_uncommitted.Count == 0)
        {
            return;
        }

        File.Flush();
        _epoch++;
        foreach (long grain in _uncommitted)
        {
            _present.Add(grain);
        }

        _uncommitted.Clear();
    }

    /// <summary>Reads part of a present grain.</summary>
    public void Read(long grain, int start, Span<byte> destination)
    {
        if (_zero.Contains(grain))
        {
            destination.Clear();
        }
        else
        {
            File.Read(_dataStart + (grain * GrainBytes) + start, destination);
        }
    }

    public bool IsZero(long grain) => _zero.Contains(grain);

    public void Dispose() => File.Dispose();

    private static void WriteHeader(Span<byte> header, long imageLength)
    {
        "RBLAYER1"u8.CopyTo(header);
        BinaryPrimitives.WriteInt64BigEndian(header[8..], imageLength);
        BinaryPrimitives.WriteUInt32BigEndian(header[16..], Crc32C.Compute(header[..16]));
    }

    private static void WriteSlot(Span<byte> slot, uint name, uint checksum, uint epoch)
    {
        BinaryPrimitives.WriteUInt32BigEndian(slot, name);
        BinaryPrimitives.WriteUInt32BigEndian(slot[4..], checksum);
        BinaryPrimitives.WriteUInt32BigEndian(slot[8..], epoch);
        BinaryPrimitives.WriteUInt32BigEndian(slot[12..], Crc32C.Compute(slot[..12]));
    }

    private void Recover()
    {
        List<Slot> slots = ReadSlots();
        uint epochMax = slots.Where(slot => slot.IsValid).Select(slot => slot.Epoch).DefaultIfEmpty(0u).Max();
        uint inDoubtFrom = epochMax == 0 ? 0 : epochMax - 1;
        int lastCertain = slots.FindLastIndex(slot => slot.IsValid && slot.Epoch < inDoubtFrom);
        byte[] data = new byte[GrainBytes];
        byte[] erased = new byte[SlotBytes];
        WriteSlot(erased, VoidSlot, 0, epochMax);
        bool anyVoid = false;
        for (int i = 0; i < slots.Count; i++)
        {
            Slot slot = slots[i];
            bool inDoubt = i > lastCertain;
            if (!slot.IsValid && !inDoubt)
            {
                throw new DamagedFileFault(File.Path, $"slot {i} of the index");
            }

            if (slot is { IsValid: true, Name: VoidSlot })
            {
                continue;
            }

            if (!slot.IsValid || (inDoubt && !HasItsData(slot, data)))
            {
                File.Write(HeaderBytes + ((long)i * SlotBytes), erased);
                anyVoid = true;
                continue;
            }

            Adopt(slot);
        }

        _slots = slots.Count;
        // What was found in doubt and good may be in memory only: it must be durable before anything relies on it.
        if (slots.Count > 0 || anyVoid)
        {
            File.Flush();
        }

        _epoch = epochMax + 2;
    }

    private void Adopt(Slot slot)
    {
        if (slot.Checksum == 0)
        {
            _zero.Add(slot.Name - 1);
        }

        _written.Add(slot.Name - 1);
        _present.Add(slot.Name - 1);
    }

    private bool HasItsData(Slot slot, byte[] data)
    {
        if (slot.Checksum == 0)
        {
            return true;
        }

        long grain = slot.Name - 1;
        Span<byte> bytes = data.AsSpan(0, LengthOf(grain));
        File.Read(_dataStart + (grain * GrainBytes), bytes);
        return Math.Max(1, Crc32C.Compute(bytes)) == slot.Checksum;
    }

    /// <summary>All slots up to the last that is not empty.</summary>
    private List<Slot> ReadSlots()
    {
        List<Slot> slots = [];
        int used = 0;
        byte[] buffer = new byte[ScanBytes];
        long end = Math.Min(_dataStart, File.Length);
        for (long at = HeaderBytes; at < end; at += buffer.Length)
        {
            File.Read(at, buffer);
            bool any = false;
            int length = (int)Math.Min(buffer.Length, _dataStart - at);
            for (int i = 0; i + SlotBytes <= length; i += SlotBytes)
            {
                Slot slot = Slot.Read(buffer.AsSpan(i, SlotBytes), GrainCount);
                slots.Add(slot);
                if (!slot.IsEmpty)
                {
                    used = slots.Count;
                    any = true;
                }
            }

            // Slots are appended and a torn tail is at most one commit: a whole empty MiB (65,536 slots) is the end.
            if (!any)
            {
                break;
            }
        }

        return slots[..used];
    }

    private readonly record struct Slot(uint Name, uint Checksum, uint Epoch, bool IsValid, bool IsEmpty)
    {
        public static Slot Read(ReadOnlySpan<byte> bytes, long grains)
        {
            uint name = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bool isEmpty = bytes.IndexOfAnyExcept((byte)0) < 0;
            bool isValid = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) == Crc32C.Compute(bytes[..12])
                && name != 0 && (name == VoidSlot || name <= grains);
            return new Slot(
                name,
                BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
                BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
                isValid,
                isEmpty);
        }
    }
}
