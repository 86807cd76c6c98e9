namespace Runbooks.BlockPath.Targets;

/// <summary>State of a run of bytes. The values are those of NBD's base:allocation context.</summary>
[Flags]
public enum BlockExtentState
{
    /// <summary>Allocated and not known to be zero.</summary>
    Data = 0,

    /// <summary>Nothing is allocated (NBD_STATE_HOLE).</summary>
    Hole = 1,

    /// <summary>Reads as zeroes (NBD_STATE_ZERO).</summary>
    Zero = 2,
}

/// <summary>One run of a block-status answer or of a read with holes.</summary>
/// <param name="Length">Bytes; never 0.</param>
/// <param name="State">What the run is.</param>
public readonly record struct BlockExtent(long Length, BlockExtentState State);
