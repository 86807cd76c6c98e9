using Runbooks.BlockPath.Storage;

namespace Runbooks.Testing.Disks;

/// <summary>
/// A file system in memory that remembers which writes were never flushed, loses power at a chosen operation, and can
/// then show what a disk might hold.
/// </summary>
/// <remarks>
/// Model: a flush makes all earlier writes of that file durable. Unflushed writes may each be there, be
/// gone, or be torn at a 512-byte border, independently. A new, renamed or deleted name is durable after
/// its directory was flushed; before, a prefix of the name changes may have happened. A flushed file
/// whose name was not flushed may be missing. Not modelled: data that changes after it was durable.
/// </remarks>
public sealed class RecordingFileSystem : IFileSystem
{
    private readonly Dictionary<string, RecordingFile> _names = [];
    private readonly Dictionary<string, RecordingFile> _durableNames = [];
    private readonly List<Action<Dictionary<string, RecordingFile>>> _pendingNames = [];
    private readonly HashSet<string> _directories = ["/"];

    /// <summary>Mutating operations so far: writes, holes, lengths, flushes, names.</summary>
    public int Operations { get; private set; }

    /// <summary>Power goes before the operation of this number is carried out.</summary>
    public int CrashAt { get; set; } = int.MaxValue;

    /// <summary>
    /// errno that the next flush of a path ending so reports; the writes before it are then lost or not.
    /// </summary>
    public (string PathEnd, int Errno)? FailFlush { get; set; }

    public bool HasCrashed { get; private set; }

    public IBlockFile Open(string path, OpenMode mode)
    {
        bool exists = _names.TryGetValue(path, out RecordingFile? file);
        if (mode is OpenMode.Existing or OpenMode.ReadOnly && !exists)
        {
            throw new DiskFault("open", path, Errno.NoEntry);
        }

        if (mode == OpenMode.New && exists)
        {
            throw new DiskFault("open", path, 17);
        }

        if (!exists)
        {
            Step();
            RecordingFile made = new(this, path);
            file = made;
            ChangeNames(names => names[path] = made);
        }

        return file!;
    }

    public bool Exists(string path) => _names.ContainsKey(path) || _directories.Contains(path);

    public IReadOnlyList<string> List(string directory)
    {
        string prefix = directory.TrimEnd('/') + "/";
        return
        [
            .. _names.Keys.Concat(_directories)
                .Where(path => path.StartsWith(prefix, StringComparison.Ordinal) && path.Length > prefix.Length)
                .Select(path => path[prefix.Length..].Split('/')[0])
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }

    public void CreateDirectory(string directory)
    {
        Step();
        for (string? at = directory; at is not null and not "/"; at = Path.GetDirectoryName(at))
        {
            _directories.Add(at);
        }
    }

    public void Delete(string path)
    {
        Step();
        ChangeNames(names => names.Remove(path));
    }

    public void Rename(string from, string to)
    {
        Step();
        RecordingFile file = _names[from];
        file.Path = to;
        ChangeNames(names =>
        {
            names.Remove(from);
            names[to] = file;
        });
    }

    public void FlushDirectory(string directory)
    {
        Step();
        foreach (Action<Dictionary<string, RecordingFile>> change in _pendingNames)
        {
            change(_durableNames);
        }

        _pendingNames.Clear();
    }

    public bool TryReflink(IBlockFile from, IBlockFile to) => false;

    /// <summary>
    /// One state the disk may be in after the crash, chosen by the
    /// random source; null keeps no unflushed write at all.
    /// </summary>
    public RecordingFileSystem AfterCrash(Random? random)
    {
        RecordingFileSystem after = new();
        foreach (string directory in _directories)
        {
            after._directories.Add(directory);
        }

        Dictionary<string, RecordingFile> names = new(_durableNames);
        int namesKept = random is null ? 0 : random.Next(_pendingNames.Count + 1);
        foreach (Action<Dictionary<string, RecordingFile>> change in _pendingNames.Take(namesKept))
        {
            change(names);
        }

        foreach ((string path, RecordingFile file) in names)
        {
            RecordingFile copy = file.AfterCrash(after, path, random);
            after._names[path] = copy;
            after._durableNames[path] = copy;
        }

        return after;
    }

    internal void Step()
    {
        if (HasCrashed || ++Operations > CrashAt)
        {
            HasCrashed = true;
            throw new SimulatedCrash();
        }
    }

    private void ChangeNames(Action<Dictionary<string, RecordingFile>> change)
    {
        change(_names);
        _pendingNames.Add(change);
    }
}
