namespace Runbooks.Wire.Nbd;

/// <summary>Request types. Source: NBD protocol, "Request types".</summary>
public enum NbdCommand : ushort
{
    /// <summary>Read a range.</summary>
    Read = 0,

    /// <summary>Write the payload that follows.</summary>
    Write = 1,

    /// <summary>Finish what is in flight, then close. Not answered.</summary>
    Disconnect = 2,

    /// <summary>Make completed writes durable.</summary>
    Flush = 3,

    /// <summary>The range's contents are not needed.</summary>
    Trim = 4,

    /// <summary>The range will be read soon.</summary>
    Cache = 5,

    /// <summary>Zero a range without payload.</summary>
    WriteZeroes = 6,

    /// <summary>Report extents.</summary>
    BlockStatus = 7,
}

/// <summary>Flags of one request. Source: NBD protocol, "Command flags".</summary>
[Flags]
public enum NbdCommandFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Answer when durable. Harmless on commands that change nothing.</summary>
    Fua = 1,

    /// <summary>WRITE_ZEROES: keep the range allocated.</summary>
    NoHole = 1 << 1,

    /// <summary>READ: answer in one chunk.</summary>
    DontFragment = 1 << 2,

    /// <summary>BLOCK_STATUS: one extent, within the range.</summary>
    RequestOne = 1 << 3,

    /// <summary>WRITE_ZEROES: fail rather than be slow.</summary>
    FastZero = 1 << 4,
}

/// <summary>Types of structured reply chunks. Source: NBD protocol, "Structured reply types".</summary>
public enum NbdChunkType : ushort
{
    /// <summary>Nothing but an end.</summary>
    None = 0,

    /// <summary>Offset and bytes.</summary>
    OffsetData = 1,

    /// <summary>Offset and a count of zeroes.</summary>
    OffsetHole = 2,

    /// <summary>Context id and extents.</summary>
    BlockStatus = 5,

    /// <summary>Error and message.</summary>
    Error = 0x8001,

    /// <summary>Error, message and the offset it happened at.</summary>
    ErrorOffset = 0x8002,
}
