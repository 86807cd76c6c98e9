using Runbooks.Domain.Errors;

namespace Runbooks.BlockPath.Storage;

/// <summary>A system call on a file failed; the exact errno decides who must act.</summary>
public class DiskFault : Fault
{
    public DiskFault(string stage, string path, int errno)
        : this(stage, path, errno, $"{stage} of '{path}' failed: {Errno.Describe(errno)}.", IsSpaceError(errno), null)
    {
    }

    protected DiskFault(string stage, string path, int errno, string message, bool isTransient, Exception? cause)
        : base(FaultSide.Disk, stage, message, isTransient, cause)
    {
        Path = path;
        ErrorNumber = errno;
    }

    public string Path { get; }

    /// <summary>errno of the call.</summary>
    public int ErrorNumber { get; }

    /// <summary>
    /// A full disk or quota. The only transient kind: space may return and nothing on disk is in doubt. A failed
    /// flush never is: its pages are already marked clean.
    /// </summary>
    public bool IsOutOfSpace => IsSpaceError(ErrorNumber);

    private static bool IsSpaceError(int errno) => errno is Errno.NoSpace or Errno.QuotaExceeded or Errno.FileTooBig;
}
