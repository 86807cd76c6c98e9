namespace Runbooks.BlockPath.Targets;

/// <summary>What a block request asks for. The set is NBD's, since NBD is how guests speak to us.</summary>
public enum BlockCommand
{
    Read,
    Write,
    Flush,
    Trim,
    WriteZeroes,

    /// <summary>Prefetch; a hint that changes nothing a reader can see.</summary>
    Cache,

    /// <summary>Report data, hole and zero extents of a range.</summary>
    BlockStatus,
}

/// <summary>Modifiers of one request; each is legal only with the commands named beside it.</summary>
[Flags]
public enum BlockRequestFlags
{
    None = 0,

    /// <summary>Write, Trim, WriteZeroes: complete only when this request's effect is on stable storage.</summary>
    ForceUnitAccess = 1,

    /// <summary>WriteZeroes: leave the range allocated.</summary>
    NoHole = 2,

    /// <summary>WriteZeroes: fail with <c>NotSupported</c> rather than be as slow as a write of zeroes.</summary>
    FastZero = 4,

    /// <summary>BlockStatus: exactly one extent, not longer than the request.</summary>
    OneExtent = 8,

    /// <summary>
    /// Read: the reader can represent holes. The target may leave the bytes of a hole untouched in the buffer
    /// if it says so through <see cref="BlockRequest.Extents"/>.
    /// </summary>
    HolesAllowed = 16,
}
