using Runbooks.BlockPath.Storage;
using Runbooks.Replication;
using Runbooks.Wire.Nbd;

namespace Runbooks.BlockPath.Volumes;

/// <summary>How the core's refusals look to a guest. NBD has no EROFS: what may not be written is EPERM.</summary>
internal static class GuestErrors
{
    public static NbdError ToNbd(GuestError error, int errno) => error switch
    {
        GuestError.NotOpen or GuestError.Fenced or GuestError.Drained => NbdError.NotPermitted,
        GuestError.BadRange => NbdError.Invalid,
        GuestError.DiskFull => NbdError.NoSpace,
        _ when errno is Errno.NoSpace or Errno.QuotaExceeded => NbdError.NoSpace,
        _ => NbdError.InputOutput,
    };
}
