using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Runbooks.BlockPath.Storage;

/// <summary>
/// The real file system. Files are opened close-on-exec and locked with flock, which stock tools do not mind.
/// </summary>
public sealed class LinuxFileSystem : IFileSystem
{
    public static LinuxFileSystem Instance { get; } = new();

    public IBlockFile Open(string path, OpenMode mode) => OpenImage(path, mode);

    /// <summary>As <see cref="Open"/>, typed; also opens block devices, whose length is found by seeking.</summary>
    public static ImageFile OpenImage(string path, OpenMode mode)
    {
        const int createFlag = 0x40, exclusiveFlag = 0x80, readWrite = 2;
        int flags = Libc.OpenCloseOnExec | mode switch
        {
            OpenMode.ReadOnly => Libc.OpenReadOnly,
            OpenMode.Existing => readWrite,
            OpenMode.New => readWrite | createFlag | exclusiveFlag,
            OpenMode.ExistingOrNew => readWrite | createFlag,
            _ => throw new ArgumentOutOfRangeException(nameof(mode)),
        };

        // 0600: an image holds a machine's whole disk; who may read it is the operator's decision.
        SafeFileHandle handle = Libc.Open(path, flags, 0x180);
        int errno = Marshal.GetLastPInvokeError();
        if (handle.IsInvalid)
        {
            handle.Dispose();
            throw new DiskFault("open", path, errno);
        }

        try
        {
            if (Directory.Exists(path))
            {
                throw new DiskFault("open", path, Errno.Invalid);
            }

            int lockKind = mode == OpenMode.ReadOnly ? Libc.LockShared : Libc.LockExclusive;
            if (Libc.FLock(handle, lockKind | Libc.LockNonBlocking) < 0)
            {
                errno = Marshal.GetLastPInvokeError();
                throw errno == Errno.TryAgain ? new FileInUseFault(path) : new DiskFault("lock", path, errno);
            }

            const int seekEnd = 2;
            long length = Libc.LSeek(handle, 0, seekEnd);
            return length >= 0
                ? new ImageFile(path, handle, length)
                : throw new DiskFault("seek", path, Marshal.GetLastPInvokeError());
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public bool Exists(string path) => Path.Exists(path);

    public IReadOnlyList<string> List(string directory) => Directory.Exists(directory)
        ? [.. Directory.EnumerateFileSystemEntries(directory)
            .Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)]
        : [];

    public void CreateDirectory(string directory) => Directory.CreateDirectory(directory);

    public void Delete(string path)
    {
        if (Libc.Unlink(path) < 0 && Marshal.GetLastPInvokeError() is var errno && errno != Errno.NoEntry)
        {
            throw new DiskFault("delete", path, errno);
        }
    }

    public void Rename(string from, string to)
    {
        if (Libc.Rename(from, to) < 0)
        {
            throw new DiskFault("rename", from, Marshal.GetLastPInvokeError());
        }
    }

    public void FlushDirectory(string directory)
    {
        using SafeFileHandle handle = Libc.Open(
            directory, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec, 0);
        if (handle.IsInvalid || Libc.FSync(handle) < 0)
        {
            throw new DiskFault("fsync-directory", directory, Marshal.GetLastPInvokeError());
        }
    }

    public bool TryReflink(IBlockFile from, IBlockFile to)
    {
        if (from is not ImageFile source || to is not ImageFile target)
        {
            return false;
        }

        bool added = false;
        source.Handle.DangerousAddRef(ref added);
        try
        {
            return Libc.IoControl(target.Handle, Libc.FileClone, source.Handle.DangerousGetHandle()) == 0;
        }
        finally
        {
            source.Handle.DangerousRelease();
        }
    }
}
