namespace Runbooks.Wire.Wan;

/// <summary>Flags of a frame.</summary>
[Flags]
public enum WanFlags : byte
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>The frame is applied only when it is durable (NBD's FUA).</summary>
    Durable = 1,

    /// <summary>The bytes come from a full copy or catch-up, not from a guest write.</summary>
    Copy = 2,

    /// <summary>Zeroes must stay allocated (NBD's NO_HOLE).</summary>
    KeepAllocated = 4,

    /// <summary>On <see cref="WanFrameType.Completeness"/>: complete. Absent: not complete.</summary>
    Complete = 8,

    /// <summary>On an answer: the request failed, the code says why.</summary>
    Failed = 16,
}
