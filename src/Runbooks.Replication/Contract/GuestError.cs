namespace Runbooks.Replication;

/// <summary>Why a guest request failed. One file of the block path maps it to NBD numbers.</summary>
public enum GuestError : byte
{
    /// <summary>The volume is not open for writes here: not confirmed yet, a standby, or closing.</summary>
    NotOpen,

    /// <summary>A higher generation exists: this copy is fenced for good.</summary>
    Fenced,

    /// <summary>The volume is drained for a planned move.</summary>
    Drained,

    /// <summary>The local disk failed; the volume has closed.</summary>
    LocalDisk,

    /// <summary>The range lies outside the volume or is empty.</summary>
    BadRange,

    /// <summary>
    /// The local disk is full: this write failed, its blocks are re-sent to the standbys as they are here, the volume
    /// goes on.
    /// </summary>
    DiskFull,
}
