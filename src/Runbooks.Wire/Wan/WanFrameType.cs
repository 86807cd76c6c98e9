namespace Runbooks.Wire.Wan;

/// <summary>The kind of a WAN frame; the numbers are the protocol (see PROTOCOL.md beside this file).</summary>
/// <remarks><b>Shape</b>: a number above 127 is advisory: a receiver that does not know it skips it.</remarks>
public enum WanFrameType : byte
{
    /// <summary>Never sent; a zeroed header decodes to it and is refused.</summary>
    None = 0,

    /// <summary>Dialler's identity and offer; the first frame of a connection.</summary>
    Hello = 1,

    /// <summary>Listener's identity and answer; after it data may flow.</summary>
    Welcome = 2,

    /// <summary>The connection is not wanted: code, message, and the generation that refused.</summary>
    Refuse = 3,

    /// <summary>Bytes for a range of the volume.</summary>
    Write = 4,

    /// <summary>A range of the volume reads as zeroes from here on.</summary>
    Zero = 5,

    /// <summary>A range of the volume is no longer needed; it reads as zeroes from here on.</summary>
    Discard = 6,

    /// <summary>Everything before this frame must become durable.</summary>
    Flush = 7,

    /// <summary>Applied and durable positions of the receiver, and its window.</summary>
    Ack = 8,

    /// <summary>A frame could not be applied; the stream ends with it.</summary>
    Nack = 9,

    /// <summary>Are you there? Carries the sender's monotonic clock.</summary>
    Ping = 10,

    /// <summary>Answer to a ping with the ping's clock.</summary>
    Pong = 11,

    /// <summary>Asks for the SHA-256 of a range, ordered after all earlier frames.</summary>
    DigestRequest = 12,

    /// <summary>The SHA-256 asked for.</summary>
    Digest = 13,

    /// <summary>Ranges that the receiver cannot vouch for (its un-flushed writes before a crash).</summary>
    InDoubt = 14,

    /// <summary>The sender knows a higher generation: the receiver is fenced.</summary>
    Fence = 15,

    /// <summary>The copy at the receiver is complete from here on, or no longer.</summary>
    Completeness = 16,

    /// <summary>No write was or will be accepted after this frame under this generation.</summary>
    Drained = 17,

    /// <summary>Take a recovery point at this position.</summary>
    Point = 18,

    /// <summary>Outcome of a recovery point.</summary>
    PointResult = 19,

    /// <summary>Orderly end of the connection.</summary>
    Bye = 20,

    /// <summary>Asks for the bytes of a range; carries the SHA-256 of what the asker has there.</summary>
    Fetch = 21,

    /// <summary>The bytes asked for; none when the asker has them already.</summary>
    Fetched = 22,
}
