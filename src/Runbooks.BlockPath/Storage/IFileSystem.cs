namespace Runbooks.BlockPath.Storage;

/// <summary>How <see cref="IFileSystem.Open"/> treats an existing or missing file.</summary>
public enum OpenMode
{
    /// <summary>Must exist.</summary>
    Existing,

    /// <summary>Must exist; opened for reading, locked shared.</summary>
    ReadOnly,

    /// <summary>Must not exist.</summary>
    New,

    /// <summary>Either.</summary>
    ExistingOrNew,
}

/// <summary>
/// The few directory operations that durable code needs, so that a simulator can crash between any two of them.
/// A new, renamed or deleted name is durable only after <see cref="FlushDirectory"/> of its directory.
/// </summary>
public interface IFileSystem
{
    /// <summary>
    /// Opens and locks (exclusive, or shared when read-only) for the life of the handle.
    /// Errors: <see cref="DiskFault"/>; <see cref="FileInUseFault"/> when another process holds the lock.
    /// </summary>
    IBlockFile Open(string path, OpenMode mode);

    bool Exists(string path);

    /// <summary>Names, not paths, of the files and directories inside; empty when the directory is missing.</summary>
    IReadOnlyList<string> List(string directory);

    void CreateDirectory(string directory);

    void Delete(string path);

    /// <summary>Replaces an existing target atomically.</summary>
    void Rename(string from, string to);

    void FlushDirectory(string directory);

    /// <summary>
    /// Makes <paramref name="to"/> share the blocks of
    /// <paramref name="from"/> (FICLONE); false when the file system cannot.
    /// </summary>
    bool TryReflink(IBlockFile from, IBlockFile to);
}
