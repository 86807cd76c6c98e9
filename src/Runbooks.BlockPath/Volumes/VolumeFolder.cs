using System.Text.Json;
using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.RecoveryPoints;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Volumes;

/// <summary>
/// A volume on disk: <c>settings</c> (what is configured), <c>record</c> (role, generation,
/// links), <c>marks</c> (dirty map) and <c>image.raw</c>, or an adopted image anywhere else.
/// </summary>
/// <remarks>
/// The settings are written last when a volume is made and deleted first when it is
/// removed: a folder without settings is the rest of a crash and is cleared at the
/// next start. The image itself has nothing of ours inside: stock tools open it.
/// </remarks>
internal sealed class VolumeFolder(IFileSystem files, string root, string boot = "")
{
    private readonly Lock gate = new();
    private readonly Dictionary<VolumeId, VolumeSettings> known = [];

    public string Root => root;

    public IReadOnlyList<VolumeSettings> List()
    {
        var all = new List<VolumeSettings>();
        foreach (var name in files.List(root))
        {
            if (VolumeId.TryParse(name, out var id) && Read(id) is { } settings)
            {
                all.Add(settings);
            }
        }

        return all;
    }

    /// <summary>The settings of a volume; read from disk once, because every status asks for them.</summary>
    public VolumeSettings? Read(VolumeId id)
    {
        lock (gate)
        {
            if (known.TryGetValue(id, out var settings))
            {
                return settings;
            }

            var path = PathOf(id, "settings");
            if (!files.Exists(path))
            {
                return null;
            }

            using var file = AtomicFile.Open(files, path);
            return file.Content is { } content
                && JsonSerializer.Deserialize<VolumeSettings>(content.Span, VolumeRecord.Json) is { } stored
                    ? known[id] = stored
                    : null;
        }
    }

    public void Write(VolumeSettings settings)
    {
        lock (gate)
        {
            using var file = AtomicFile.Open(files, PathOf(settings.Volume, "settings"));
            file.Write(JsonSerializer.SerializeToUtf8Bytes(settings, VolumeRecord.Json));
            known[settings.Volume] = settings;
        }
    }

    /// <summary>Makes the folder, the image when it is ours, the record, and last the settings.</summary>
    public void Create(VolumeSettings settings, VolumeMetadata metadata)
    {
        files.CreateDirectory(root);
        files.CreateDirectory(Path.Combine(root, settings.Volume.ToString()));
        files.FlushDirectory(root);
        using (var image = files.Open(ImageOf(settings), OpenMode.ExistingOrNew))
        {
            if (image.Length < settings.SizeBytes)
            {
                image.SetLength(settings.SizeBytes);
            }

            image.Flush();
        }

        using (var record = new VolumeRecord(files, PathOf(settings.Volume, "record")))
        {
            record.Store(metadata);
        }

        Write(settings);
        files.FlushDirectory(Path.Combine(root, settings.Volume.ToString()));
    }

    public Volume Open(
        VolumeSettings settings, SiteId site, string incarnation, IExecutor executor, IVolumeSurroundings surroundings)
    {
        var raw = files.Open(ImageOf(settings), OpenMode.Existing);
        VolumeImage? image = null;
        try
        {
            if (raw.Length < settings.SizeBytes)
            {
                throw new DamagedFileFault(raw.Path, $"it has {raw.Length} bytes, and the volume {settings.SizeBytes}");
            }

            var points = RecoveryPointSet.Open(files, PathOf(settings.Volume, "points"), raw, executor);
            image = new VolumeImage(new PreservingFile(raw, points), executor);
            var loop = OpenLoop(settings, image, site, incarnation, executor, surroundings);
            var volume = new Volume(loop, image, executor);
            loop.Owner = volume;
            return volume;
        }
        catch
        {
            // Open files keep their locks: a later attempt would find the volume in use by ourselves.
            if (image is not null)
            {
                image.Dispose();
            }
            else
            {
                raw.Dispose();
            }

            throw;
        }
    }

    /// <summary>The stored record of a volume that is not open; null when there is none or it cannot be read.</summary>
    public VolumeMetadata? RecordOf(VolumeId id)
    {
        var path = PathOf(id, "record");
        if (!files.Exists(path))
        {
            return null;
        }

        try
        {
            using var record = new VolumeRecord(files, path);
            return record.Current;
        }
        catch (DiskFault)
        {
            return null;
        }
    }

    public VolumeLoop OpenLoop(
        VolumeSettings settings,
        VolumeImage image,
        SiteId site,
        string incarnation,
        IExecutor executor,
        IVolumeSurroundings surroundings)
    {
        var configuration = new VolumeConfiguration
        {
            Volume = settings.Volume,
            Protection = settings.Protection,
            Site = site,
            Peers = [.. settings.Peers.Select(peer => peer.Site)],
            Size = new ByteCount(settings.SizeBytes),
            Incarnation = incarnation,
            Boot = boot,
            OnLinkLoss = settings.OnLinkLoss,
            IfArbiterUnreachable = settings.IfArbiterUnreachable,
            PeerTimeout = TimeSpan.FromSeconds(settings.PeerTimeoutSeconds),
            HoldDown = TimeSpan.FromSeconds(settings.HoldDownSeconds),
            CatchUpRateMax = new ByteCount(settings.CatchUpBytesPerSecondMax),

            // 2 GiB of warm regions: a random writer over a common working set pays no mark after its first pass, and a crash
            // costs at most reading 2 GiB at each side before the volume opens again (about 2 s at 1 GB/s).
            ActiveRegionsMax = 32 * 1024,
        };
        var record = new VolumeRecord(files, PathOf(settings.Volume, "record"));
        try
        {
            if (record.Current is null)
            {
                throw new DamagedFileFault(PathOf(settings.Volume, "record"), "it is missing or empty");
            }

            var marks = RegionMarks.Open(
                files, PathOf(settings.Volume, "marks"), executor, settings.SizeBytes, configuration.Peers.Count);
            return new VolumeLoop(configuration, image, record, marks, executor, surroundings);
        }
        catch
        {
            record.Dispose();
            throw;
        }
    }

    /// <summary>Removes our files. The image stays when it was adopted or when it is to be kept; its path is the answer.</summary>
    public string Remove(VolumeSettings settings, bool keepImage)
    {
        var image = ImageOf(settings);
        lock (gate)
        {
            known.Remove(settings.Volume);
        }

        files.Delete(PathOf(settings.Volume, "settings"));
        files.FlushDirectory(Path.Combine(root, settings.Volume.ToString()));
        files.Delete(PathOf(settings.Volume, "record"));
        files.Delete(PathOf(settings.Volume, "marks"));
        var points = PathOf(settings.Volume, "points");
        foreach (var name in files.List(points))
        {
            files.Delete(Path.Combine(points, name));
        }
        if (!keepImage && !Path.IsPathRooted(settings.Image))
        {
            files.Delete(image);
            Directory.Delete(Path.Combine(root, settings.Volume.ToString()), recursive: true);
        }

        return image;
    }

    public string ImageOf(VolumeSettings settings) => Path.IsPathRooted(settings.Image)
        ? settings.Image
        : PathOf(settings.Volume, settings.Image);

    public string PathOf(VolumeId id, string file) => Path.Combine(root, id.ToString(), file);
}
