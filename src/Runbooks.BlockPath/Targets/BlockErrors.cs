using Runbooks.BlockPath.Storage;
using Runbooks.Domain.Errors;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Targets;

/// <summary>
/// The one place where failures become NBD error numbers. A guest's file system decides by these whether it retries,
/// remounts read-only or fails the write, so the mapping is exact: full is ENOSPC, refused is EPERM, broken is EIO.
/// </summary>
public static class BlockErrors
{
    public static NbdError From(Exception failure) => failure switch
    {
        PoisonedFileFault => NbdError.InputOutput,
        DiskFault { IsOutOfSpace: true } => NbdError.NoSpace,
        DiskFault { ErrorNumber: Errno.OutOfMemory } => NbdError.OutOfMemory,
        DiskFault { ErrorNumber: Errno.ReadOnlyFileSystem or Errno.NotPermitted or Errno.AccessDenied } =>
            NbdError.NotPermitted,
        RefusalException => NbdError.NotPermitted,
        BlockTargetException answered => answered.Error,
        OperationCanceledException or ObjectDisposedException => NbdError.ShuttingDown,
        OutOfMemoryException => NbdError.OutOfMemory,
        _ => NbdError.InputOutput,
    };
}
