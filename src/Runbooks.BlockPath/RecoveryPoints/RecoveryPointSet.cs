using System.Collections.Immutable;
using System.Text.Json;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.BlockPath.RecoveryPoints;

/// <summary>
/// The recovery points of one raw image, by copy on write in grains of 64 KiB.
/// </summary>
/// <remarks>
/// Picture: each point has a layer, oldest to newest, and the live image is below all of them.
///
///   point 1:  layer 1, else layer 2, else layer 3, else image
///   point 2:           layer 2, else layer 3, else image
///   point 3:                    layer 3, else image
///
/// Before a grain of the image is overwritten for the first time since the newest point, it is copied to the newest
/// layer and made durable; older points find it there. So a write costs at most one copy, however many points there
/// are, and nothing at all once its grains are kept (or when there is no point): <see cref="MustPreserve"/> is a few
/// bit tests.
///
/// Making a point has three steps. <see cref="Prepare"/> makes its files, with writes going on. <see cref="Pin"/> is
/// the instant: a change in memory, called while no write of the image is running (all volumes of a workload
/// are pinned inside one barrier). <see cref="Complete"/>, with writes going on again, makes what was written before
/// the instant durable in the image and then lists the point as whole. A crash before that withdraws the point; its
/// layer stays until it is merged, because older points read through it.
///
/// Invariants:
///  1. a grain is overwritten in the image only when the newest layer holds it durably;
///  2. a point is listed as whole only when every write before its instant is durable;
///  3. if a grain cannot be kept (disk full, disk error), every point is withdrawn durably before the write goes on:
///     production first, and a point is never wrong;
///  4. a reader that found a grain in the image looks at the layers again afterwards: not kept then means not yet
///  overwritten.
///
/// Not done here: noticing that the image was changed behind our back while the agent was down.
///
/// Threading: any thread. Preserving is serial per image.
/// </remarks>
public sealed class RecoveryPointSet : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly IBlockFile _image;
    private readonly AtomicFile _list;
    private readonly Lock _gate = new();
    private readonly ReaderWriterLockSlim _layout = new();
    private readonly Dictionary<RecoveryPointId, int> _uses = [];
    private readonly PreserveQueue _queue;
    private ImmutableArray<PointLayer> _layers = [];
    private ImmutableArray<PointRecord> _withdrawn = [];
    private volatile LayerFile? _newest;
    private long _nextLayer = 1;

    private RecoveryPointSet(IFileSystem files, string folder, IBlockFile image, IExecutor executor)
    {
        _files = files;
        _folder = folder;
        _image = image;
        _list = AtomicFile.Open(files, PathOf("points"));
        _queue = new PreserveQueue(this, executor);
    }

    /// <summary>Called, on the thread that met the failure, when points were withdrawn. Must be quick.</summary>
    public Action<IReadOnlyList<PointRecord>, Fault>? Withdrawn { get; set; }

    /// <summary>Oldest first; withdrawn ones that nobody dropped yet come first of all.</summary>
    public IReadOnlyList<PointRecord> Points =>
        [.. _withdrawn, .. _layers.Where(layer => layer.IsPoint).Select(layer => layer.Record)];

    internal IBlockFile Image => _image;

    /// <summary>Opens the points of an image and recovers from whatever the last process left.</summary>
    /// <param name="files">File system.</param>
    /// <param name="folder">Folder of the points; made when missing. Nothing else may live in it.</param>
    /// <param name="image">The live image, not owned. Every later change of it must go through <see
    /// cref="Preserve"/>.</param>
    /// <param name="executor">Where <see cref="PreserveAsync"/> works.</param>
    public static RecoveryPointSet Open(IFileSystem files, string folder, IBlockFile image, IExecutor executor)
    {
        files.CreateDirectory(folder);
        files.FlushDirectory(Path.GetDirectoryName(folder)!);
        RecoveryPointSet set = new(files, folder, image, executor);
        try
        {
            set.Recover();
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>
    /// True when a change of the range must wait for <see cref="Preserve"/>. A few bit tests; any thread.
    /// </summary>
    public bool MustPreserve(long offset, long length)
    {
        LayerFile? newest = _newest;
        return newest is not null && length > 0 && !newest.Present.ContainsAll(
            offset / LayerFile.GrainBytes, (offset + length - 1) / LayerFile.GrainBytes);
    }

    /// <summary>
    /// Keeps what the range holds now; on return the range may be overwritten. Blocks for a copy and an fdatasync
    /// when grains are touched for the first time since the newest point.
    /// </summary>
    /// <remarks>Errors: <see cref="DiskFault"/> only when not even withdrawing the points could be made
    /// durable.</remarks>
    public void Preserve(long offset, long length)
    {
        if (MustPreserve(offset, length))
        {
            PreserveAll([new ByteRange(offset, length)]);
        }
    }

    /// <summary>
    /// As <see cref="Preserve"/>, off the caller's thread: one fdatasync covers
    /// everything asked since the last one started. Calls back with null when the
    /// range may be overwritten; at once, on this thread, when nothing has to be kept.
    /// </summary>
    public void PreserveAsync(long offset, long length, Action<DiskFault?> preserved)
    {
        if (MustPreserve(offset, length))
        {
            _queue.Add(new ByteRange(offset, length), preserved);
        }
        else
        {
            preserved(null);
        }
    }

    /// <summary>Step 1: makes the files of a point. Writes go on. Refused when the id exists.</summary>
    public Outcome<PendingPoint> Prepare(
        RecoveryPointId id, DateTimeOffset at, RecoveryPointReason reason, string metadata = "{}")
    {
        lock (_gate)
        {
            if (Points.Any(point => point.Id == id))
            {
                return PointRefusals.Exists(id);
            }

            if (_layers.Any(layer => !layer.IsPinned))
            {
                return PointRefusals.Busy(id);
            }

            PointRecord record = new(id, at, reason, PointState.Pending) { Metadata = metadata, Layer = _nextLayer++ };
            LayerFile file = LayerFile.Create(_files, LayerPath(record.Layer), _image.Length);
            PointLayer layer = new(record, file);
            _layers = _layers.Add(layer);
            Store();
            return new PendingPoint(this, layer);
        }
    }

    /// <summary>
    /// Ranges of the image that may differ from the point: what a
    /// revert must write back, what an increment must carry.
    /// </summary>
    public Outcome<IReadOnlyList<ByteRange>> ChangedSince(RecoveryPointId id)
    {
        ImmutableArray<PointLayer> layers = LayersFrom(id);
        if (layers.IsEmpty)
        {
            return PointRefusals.Unknown(id);
        }

        SortedSet<long> grains = [];
        foreach (PointLayer layer in layers)
        {
            grains.UnionWith(layer.File.Written.All());
        }

        List<ByteRange> ranges = [];
        foreach (long grain in grains)
        {
            long start = grain * LayerFile.GrainBytes;
            long length = layers[0].File.LengthOf(grain);
            if (ranges.Count > 0 && ranges[^1].End == start)
            {
                ranges[^1] = new ByteRange(ranges[^1].Offset, ranges[^1].Length + length);
            }
            else
            {
                ranges.Add(new ByteRange(start, length));
            }
        }

        return ranges;
    }

    /// <summary>A reader of a whole point. While it is open the point cannot be dropped.</summary>
    public Outcome<PointReader> OpenReader(RecoveryPointId id)
    {
        lock (_gate)
        {
            if (LayersFrom(id) is not [{ IsPoint: true, Record.State: PointState.Whole }, ..])
            {
                return PointRefusals.Unknown(id);
            }

            _uses[id] = _uses.GetValueOrDefault(id) + 1;
            return new PointReader(this, id);
        }
    }

    /// <summary>Stores the point's digest, computed by <see cref="PointDigest"/>.</summary>
    public void SetDigest(RecoveryPointId id, string digest)
    {
        lock (_gate)
        {
            Replace(id, record => record with { Digest = digest });
            Store();
        }
    }

    /// <summary>
    /// Drops a point. What older points read through it is merged into the next older layer first, with writes going
    /// on; a crash in the middle leaves every other point whole. Refused while it is in use. Dropping an unknown
    /// point is done already.
    /// </summary>
    public Refusal? Drop(RecoveryPointId id)
    {
        lock (_gate)
        {
            if (_uses.GetValueOrDefault(id) > 0)
            {
                return PointRefusals.InUse(id);
            }

            if (_withdrawn.Any(point => point.Id == id))
            {
                _withdrawn = _withdrawn.RemoveAll(point => point.Id == id);
                Store();
                return null;
            }
        }

        PointLayer? layer = _layers.FirstOrDefault(each => each.Record.Id == id);
        if (layer is not null)
        {
            RemoveLayer(layer);
        }

        return null;
    }

    public void Dispose()
    {
        foreach (PointLayer layer in _layers)
        {
            layer.File.Dispose();
        }

        _list.Dispose();
        _layout.Dispose();
    }

    /// <summary>Step 2, inside the barrier: from here on changes are kept for the new point. Memory only.</summary>
    internal void Pin(PointLayer layer)
    {
        lock (_gate)
        {
            layer.IsPinned = true;
            _newest = layer.File;
        }
    }

    /// <summary>
    /// Step 3: the point is whole and durable on return. The image's
    /// earlier writes have been made durable by the caller.
    /// </summary>
    internal Outcome<PointRecord> Complete(PointLayer layer)
    {
        lock (_gate)
        {
            if (!_layers.Contains(layer))
            {
                return PointRefusals.Lost(layer.Record.Id);
            }

            Replace(layer.Record.Id, record => record with { State = PointState.Whole });
            Store();
            return layer.Record;
        }
    }

    internal void Abandon(PointLayer layer) => RemoveLayer(layer);

    internal void Release(RecoveryPointId id)
    {
        lock (_gate)
        {
            _uses[id]--;
        }
    }

    /// <summary>Reads as of the point. The caller has checked the range.</summary>
    internal void Read(RecoveryPointId id, long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            long grain = offset / LayerFile.GrainBytes;
            int start = (int)(offset % LayerFile.GrainBytes);
            int length = Math.Min(destination.Length, LayerFile.GrainBytes - start);
            ReadGrain(id, grain, start, destination[..length]);
            destination = destination[length..];
            offset += length;
        }
    }

    /// <summary>
    /// True when the grain reads as zeroes without reading it: kept as zeroes, or a hole of the image.
    /// </summary>
    internal bool IsHole(RecoveryPointId id, long grain, Func<bool> isHoleOfImage)
    {
        _layout.EnterReadLock();
        try
        {
            LayerFile? holder = HolderOf(id, grain);
            if (holder is not null)
            {
                return holder.IsZero(grain);
            }

            // As in ReadGrain: believed only if the grain was not kept meanwhile.
            return isHoleOfImage() && HolderOf(id, grain) is null;
        }
        finally
        {
            _layout.ExitReadLock();
        }
    }

    internal void PreserveAll(IReadOnlyList<ByteRange> ranges)
    {
        lock (_gate)
        {
            LayerFile? newest = _newest;
            if (newest is null)
            {
                return;
            }

            try
            {
                byte[] data = new byte[LayerFile.GrainBytes];
                foreach (ByteRange range in ranges)
                {
                    KeepGrains(newest, range, data);
                }

                newest.Commit();
            }
            catch (DiskFault fault)
            {
                WithdrawAll(fault);
            }
        }
    }

    private void KeepGrains(LayerFile newest, ByteRange range, byte[] data)
    {
        for (long grain = range.Offset / LayerFile.GrainBytes; grain * LayerFile.GrainBytes < range.End; grain++)
        {
            if (!newest.Written.Contains(grain))
            {
                Span<byte> bytes = data.AsSpan(0, newest.LengthOf(grain));
                _image.Read(grain * LayerFile.GrainBytes, bytes);
                newest.Append(grain, bytes);
            }
        }
    }

    private void ReadGrain(RecoveryPointId id, long grain, int start, Span<byte> destination)
    {
        _layout.EnterReadLock();
        try
        {
            if (HolderOf(id, grain) is { } holder)
            {
                holder.Read(grain, start, destination);
                return;
            }

            _image.Read((grain * LayerFile.GrainBytes) + start, destination);
            // Invariant 4: if the grain was kept while we read the image, what we read may be newer than the point.
            HolderOf(id, grain)?.Read(grain, start, destination);
        }
        finally
        {
            _layout.ExitReadLock();
        }
    }

    private LayerFile? HolderOf(RecoveryPointId id, long grain)
    {
        ImmutableArray<PointLayer> layers = LayersFrom(id);
        if (layers.IsEmpty)
        {
            throw new DiskFault("read", PathOf("points"), Errno.InputOutput);
        }

        foreach (PointLayer layer in layers)
        {
            if (layer.File.Present.Contains(grain))
            {
                return layer.File;
            }
        }

        return null;
    }

    private ImmutableArray<PointLayer> LayersFrom(RecoveryPointId id)
    {
        ImmutableArray<PointLayer> layers = _layers;
        for (int i = 0; i < layers.Length; i++)
        {
            if (layers[i].Record.Id == id)
            {
                return layers[i..];
            }
        }

        return [];
    }

    /// <summary>Removes a layer after giving the next older one what it lacks.</summary>
    private void RemoveLayer(PointLayer layer)
    {
        int index = _layers.IndexOf(layer);
        if (index < 0)
        {
            return;
        }

        PointLayer? older = index > 0 ? _layers[index - 1] : null;
        if (older is not null)
        {
            // The bulk, a grain at a time, so that writes waiting for the gate wait for one grain only.
            foreach (long grain in layer.File.Present.All())
            {
                lock (_gate)
                {
                    MergeGrain(layer.File, older.File, grain);
                }
            }
        }

        _layout.EnterWriteLock();
        try
        {
            lock (_gate)
            {
                if (!_layers.Contains(layer))
                {
                    return;
                }

                if (older is not null)
                {
                    foreach (long grain in layer.File.Present.All())
                    {
                        MergeGrain(layer.File, older.File, grain);
                    }

                    older.File.Commit();
                }

                _layers = _layers.Remove(layer);
                if (_newest == layer.File)
                {
                    _newest = _layers.LastOrDefault(each => each.IsPinned)?.File;
                }

                Store();
            }
        }
        finally
        {
            _layout.ExitWriteLock();
        }

        layer.File.Dispose();
        _files.Delete(LayerPath(layer.Record.Layer));
    }

    private static void MergeGrain(LayerFile from, LayerFile to, long grain)
    {
        if (!to.Written.Contains(grain))
        {
            Span<byte> data = new byte[from.LengthOf(grain)];
            from.Read(grain, 0, data);
            to.Append(grain, data);
        }
    }

    /// <summary>Invariant 3. Under the gate.</summary>
    private void WithdrawAll(DiskFault fault)
    {
        List<PointRecord> lost = [];
        foreach (PointLayer layer in _layers.Where(layer => layer.IsPoint))
        {
            lost.Add(layer.Record with { State = PointState.Withdrawn, WithdrawnBecause = fault.Message });
        }

        _withdrawn = _withdrawn.AddRange(lost);
        _layers = [];
        _newest = null;
        // The layer files stay open for readers that are inside; they are deleted when the set is opened next.
        Store();
        Withdrawn?.Invoke(lost, fault);
    }

    private void Replace(RecoveryPointId id, Func<PointRecord, PointRecord> change)
    {
        foreach (PointLayer layer in _layers.Where(layer => layer.Record.Id == id))
        {
            layer.Record = change(layer.Record);
        }
    }

    private void Store() => _list.Write(JsonSerializer.SerializeToUtf8Bytes(
        new Document(_nextLayer, [.. _withdrawn, .. _layers.Select(layer => layer.Record)]), Json));

    private void Recover()
    {
        Document document = _list.Content is { } content
            ? JsonSerializer.Deserialize<Document>(content.Span, Json)!
            : new Document(1, []);
        _nextLayer = document.NextLayer;
        _withdrawn = [.. document.Points.Where(point => point.State == PointState.Withdrawn)];
        List<PointLayer> layers = [];
        foreach (PointRecord point in document.Points.Where(point => point.State != PointState.Withdrawn))
        {
            try
            {
                layers.Add(new PointLayer(point,
                    LayerFile.Open(_files, LayerPath(point.Layer), _image.Length)) { IsPinned = true });
            }
            catch (DiskFault damage)
            {
                // Older points read through this one: they are lost with it, newer ones are not.
                foreach (PointRecord lost in layers.Where(layer => layer.IsPoint).Select(layer => layer.Record)
                    .Append(point))
                {
                    _withdrawn = _withdrawn.Add(
                        lost with { State = PointState.Withdrawn, WithdrawnBecause = damage.Message });
                }

                layers.ForEach(layer => layer.File.Dispose());
                layers.Clear();
            }
        }

        _layers = [.. layers];
        _newest = _layers.LastOrDefault()?.File;
        Store();
        foreach (PointLayer pending in _layers.Where(layer => layer.Record.State == PointState.Pending))
        {
            RemoveLayer(pending);
        }

        HashSet<string> known = [.. _layers.Select(layer => Path.GetFileName(LayerPath(layer.Record.Layer)))];
        foreach (string name in _files.List(_folder))
        {
            if (name.EndsWith(".layer", StringComparison.Ordinal) && !known.Contains(name))
            {
                _files.Delete(PathOf(name));
            }
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private string LayerPath(long number) => PathOf($"{number:d10}.layer");

    private sealed record Document(long NextLayer, IReadOnlyList<PointRecord> Points);
}
