namespace Runbooks.BlockPath.Storage;

/// <summary>Another process holds the lock of the file: two writers on one image would destroy it.</summary>
public sealed class FileInUseFault(string path)
    : DiskFault("lock", path, Errno.TryAgain, $"'{path}' is in use by another process.", isTransient: true, null);
