using Runbooks.BlockPath.Storage;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>
/// What a clone changed, by grain, in a sparse file of its own.
/// </summary>
/// <remarks>
/// Grain g lives at the same offset as in the image, so the file is the clone's disk with holes where the point
/// shows through. Which grains are here is the index in <c>.map</c>, one byte each (2 TiB: 32 MiB, sparse).
///
/// Durability: <see cref="Flush"/> makes the grains durable first and then marks new ones in the index, durably. A
/// crash in between loses only unflushed writes: a grain without its mark is the point's again, whole, never half a
/// grain of each.
///
/// Threading: any thread; changes are serial per clone.
/// </remarks>
public sealed class CloneOverlay : IDisposable
{
    private const int GrainBytes = LayerFile.GrainBytes;

    private readonly Lock _gate = new();
    private readonly IBlockFile _data;
    private readonly IBlockFile _map;
    private readonly GrainSet _held;
    private readonly long _length;
    private List<long> _unmarked = [];

    private CloneOverlay(IBlockFile data, IBlockFile map, long length)
    {
        _data = data;
        _map = map;
        _length = length;
        _held = new GrainSet((length + GrainBytes - 1) / GrainBytes);
    }

    /// <summary>Opens the overlay at <paramref name="path"/>, or makes an empty one.</summary>
    public static CloneOverlay Open(IFileSystem files, string path, long length)
    {
        bool isNew = !files.Exists(MapPath(path));
        IBlockFile data = files.Open(path, OpenMode.ExistingOrNew);
        IBlockFile map = files.Open(MapPath(path), OpenMode.ExistingOrNew);
        CloneOverlay overlay = new(data, map, length);
        if (isNew)
        {
            data.SetLength(length);
            data.Flush();
            files.FlushDirectory(Path.GetDirectoryName(path)!);
        }
        else
        {
            overlay.Load();
        }

        return overlay;
    }

    /// <summary>Removes the files of a clone; nothing is left of it. Safe to repeat.</summary>
    public static void Delete(IFileSystem files, string path)
    {
        files.Delete(MapPath(path));
        files.Delete(path);
        files.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    public void Flush()
    {
        lock (_gate)
        {
            _data.Flush();
            if (_unmarked.Count == 0)
            {
                return;
            }

            foreach (long grain in _unmarked)
            {
                _map.Write(grain, [1]);
            }

            _map.Flush();
            _unmarked = [];
        }
    }

    public void Dispose()
    {
        _data.Dispose();
        _map.Dispose();
    }

    internal bool Holds(long grain) => _held.Contains(grain);

    internal void Read(PointReader point, long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            long grain = offset / GrainBytes;
            int length = (int)Math.Min(destination.Length, ((grain + 1) * GrainBytes) - offset);
            if (_held.Contains(grain))
            {
                _data.Read(offset, destination[..length]);
            }
            else
            {
                point.Read(offset, destination[..length]);
            }

            destination = destination[length..];
            offset += length;
        }
    }

    internal void Write(PointReader point, long offset, ReadOnlySpan<byte> source)
    {
        lock (_gate)
        {
            while (!source.IsEmpty)
            {
                long grain = offset / GrainBytes;
                int length = (int)Math.Min(source.Length, ((grain + 1) * GrainBytes) - offset);
                TakeOver(point, grain, length);
                _data.Write(offset, source[..length]);
                Hold(grain);
                source = source[length..];
                offset += length;
            }
        }
    }

    internal void Zero(PointReader point, long offset, long length)
    {
        byte[] zeroes = new byte[(int)Math.Min(length, GrainBytes)];
        for (long done = 0; done < length; done += zeroes.Length)
        {
            Write(point, offset + done, zeroes.AsSpan(0, (int)Math.Min(zeroes.Length, length - done)));
        }
    }

    private static string MapPath(string path) => path + ".map";

    /// <summary>Copies the rest of a grain up from the point before a part of it changes.</summary>
    private void TakeOver(PointReader point, long grain, int changed)
    {
        int whole = (int)Math.Min(GrainBytes, _length - (grain * GrainBytes));
        if (_held.Contains(grain) || changed == whole)
        {
            return;
        }

        byte[] data = new byte[whole];
        point.Read(grain * GrainBytes, data);
        _data.Write(grain * GrainBytes, data);
    }

    private void Hold(long grain)
    {
        if (_held.Add(grain))
        {
            _unmarked.Add(grain);
        }
    }

    private void Load()
    {
        byte[] marks = new byte[1 << 20];
        long grains = (_length + GrainBytes - 1) / GrainBytes;
        for (long at = 0; at < grains; at += marks.Length)
        {
            _map.Read(at, marks);
            for (long i = 0; i < marks.Length && at + i < grains; i++)
            {
                if (marks[i] == 1)
                {
                    _held.Add(at + i);
                }
            }
        }
    }
}
