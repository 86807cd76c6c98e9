namespace Runbooks.BlockPath.Storage;

/// <summary>Checksums say that a file of ours was changed by something other than us, or by a disk that lies.</summary>
public sealed class DamagedFileFault(string path, string damage)
    : DiskFault("verify", path, Errno.InputOutput, $"'{path}' is damaged: {damage}.", isTransient: false, null);
