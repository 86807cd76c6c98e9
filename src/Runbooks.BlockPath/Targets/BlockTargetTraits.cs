namespace Runbooks.BlockPath.Targets;

/// <summary>What a target can do; fixed for its life, because NBD tells the client once, at the handshake.</summary>
public sealed record BlockTargetTraits
{
    /// <summary>Writes, trims and zeroes are answered with EPERM by the server; the target never sees them.</summary>
    public bool IsReadOnly { get; init; }

    public bool CanFlush { get; init; } = true;

    public bool CanForceUnitAccess { get; init; } = true;

    public bool CanTrim { get; init; } = true;

    public bool CanWriteZeroes { get; init; } = true;

    /// <summary>
    /// The target honours <see cref="BlockRequestFlags.FastZero"/> (by doing it fast or by refusing fast).
    /// </summary>
    public bool CanFastZero { get; init; } = true;

    public bool CanCache { get; init; } = true;

    /// <summary>
    /// A flush on one connection covers the completed writes of all of them, and reads see every completed write.
    /// </summary>
    public bool CanMultiConnect { get; init; } = true;

    public bool IsRotational { get; init; }

    /// <summary>Bytes; power of two. 1 means that any offset and length is served.</summary>
    public int BlockSizeMin { get; init; } = 1;

    /// <summary>Bytes; power of two. What a client should align to for speed.</summary>
    public int BlockSizePreferred { get; init; } = 4096;
}
