namespace Runbooks.BlockPath.Storage;

/// <summary>A system call on a file failed; the exact errno decides who must act.</summary>
public class DiskFault : IOException
{
    public DiskFault(string stage, string path, int errno)
        : base($"{stage} of '{path}' failed: {Errno.Describe(errno)}.")
    {
        Stage = stage;
        Path = path;
        ErrorNumber = errno;
    }

    protected DiskFault(string stage, string path, int errno, string message, Exception? cause)
        : base(message, cause)
    {
        Stage = stage;
        Path = path;
        ErrorNumber = errno;
    }

    /// <summary>The system call: read, write, fdatasync, punch-hole...</summary>
    public string Stage { get; }

    public string Path { get; }

    /// <summary>errno of the call.</summary>
    public int ErrorNumber { get; }

    /// <summary>True for a full disk or quota: space may return, nothing on disk is in doubt.</summary>
    public bool IsOutOfSpace => ErrorNumber is Errno.NoSpace or Errno.QuotaExceeded or Errno.FileTooBig;

    /// <summary>The same call may succeed later. A failed flush never is: its pages are already marked clean.</summary>
    public virtual bool IsTransient => IsOutOfSpace;
}
