using Runbooks.BlockPath.RecoveryPoints;
using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Testing.Disks;

namespace Runbooks.Testing.Points;

/// <summary>An image of a few grains with recovery points, beside plain arrays of what each point must read.</summary>
public sealed class PointScenario : IDisposable
{
    public const int GrainBytes = 65536;
    public const int ImageBytes = (3 * GrainBytes) + 1000;
    private const string ImagePath = "/v/image.raw";

    private readonly PreservingFile _file;
    private readonly IBlockFile _image;

    public PointScenario(RecordingFileSystem files)
    {
        Files = files;
        bool isNew = !files.Exists(ImagePath);
        if (isNew)
        {
            files.CreateDirectory("/v");
        }

        _image = files.Open(ImagePath, OpenMode.ExistingOrNew);
        if (_image.Length < ImageBytes)
        {
            _image.SetLength(ImageBytes);
            _image.Flush();
            files.FlushDirectory("/v");
        }

        Points = RecoveryPointSet.Open(files, "/v/points", _image, new ManualExecutor());
        _file = new PreservingFile(_image, Points);
    }

    public RecordingFileSystem Files { get; }

    public RecoveryPointSet Points { get; }

    /// <summary>What each point must read, from before its completion was begun.</summary>
    public Dictionary<RecoveryPointId, byte[]> Expected { get; } = [];

    /// <summary>Points whose completion was answered.</summary>
    public HashSet<RecoveryPointId> Whole { get; } = [];

    public static RecoveryPointId Id(int number) => RecoveryPointId.Parse($"rp_point{number:d4}");

    public void Write(long offset, int length, byte value) =>
        _file.Write(offset, Enumerable.Repeat(value, length).ToArray());

    public void Flush() => _file.Flush();

    public void Dispose() => _file.Dispose();

    public byte[] ReadImage()
    {
        byte[] content = new byte[ImageBytes];
        _image.Read(0, content);
        return content;
    }

    public void Make(int number)
    {
        RecoveryPointId id = Id(number);
        PendingPoint pending =
            Points.Prepare(id, DateTimeOffset.UnixEpoch.AddMinutes(number), RecoveryPointReason.Requested).Require();
        using (_file.HoldWrites())
        {
            pending.Pin();
            Expected[id] = ReadImage();
        }

        _file.Flush();
        pending.Complete().Require();
        Whole.Add(id);
    }

    public Refusal? Drop(int number)
    {
        Whole.Remove(Id(number));
        return Points.Drop(Id(number));
    }

    public byte[] Read(RecoveryPointId id)
    {
        using PointReader reader = Points.OpenReader(id).Require();
        byte[] content = new byte[ImageBytes];
        reader.Read(0, content);
        return content;
    }
}
