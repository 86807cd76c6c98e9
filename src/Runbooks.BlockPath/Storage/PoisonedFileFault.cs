namespace Runbooks.BlockPath.Storage;

/// <summary>
/// A flush of this file failed earlier, so what is on disk is unknown: the kernel marks pages clean after the error
/// and a second fdatasync would report success for data that is gone. The file refuses writes and flushes until it is
/// closed and judged.
/// </summary>
public sealed class PoisonedFileFault(DiskFault cause)
    : DiskFault(
        cause.Stage,
        cause.Path,
        Errno.InputOutput,
        $"'{cause.Path}' is poisoned by an earlier failed flush; its unflushed writes may be lost.",
        isTransient: false,
        cause);
