namespace Runbooks.Wire.Wan;

/// <summary>Builds the header of each frame type, so that the meaning of the fields is written in one place.</summary>
public static class WanFrames
{
    /// <summary>Bytes for a range; the payload's checksum is given so that it is computed once for all peers.</summary>
    public static WanHeader Write(
        ulong generation, ulong sequence, long offset, int length, uint checksum, WanFlags flags) =>
        new(WanFrameType.Write, flags, 0, length, checksum, sequence, generation, (ulong)offset, (uint)length, 0);

    /// <summary>A range that reads as zeroes, allocated or not.</summary>
    public static WanHeader Zero(ulong generation, ulong sequence, long offset, uint length, WanFlags flags) =>
        new(WanFrameType.Zero, flags, 0, 0, 0, sequence, generation, (ulong)offset, length, 0);

    /// <summary>A range that is no longer needed.</summary>
    public static WanHeader Discard(ulong generation, ulong sequence, long offset, uint length, WanFlags flags) =>
        new(WanFrameType.Discard, flags, 0, 0, 0, sequence, generation, (ulong)offset, length, 0);

    /// <summary>Makes everything before it durable.</summary>
    public static WanHeader Flush(ulong generation, ulong sequence) => Plain(WanFrameType.Flush, generation, sequence);

    /// <summary>Applied and durable positions, and the window in bytes.</summary>
    public static WanHeader Ack(ulong generation, ulong applied, ulong durable, int windowBytes) =>
        new(WanFrameType.Ack, WanFlags.None, 0, 0, 0, applied, generation, durable, 0, (uint)windowBytes / 1024);

    /// <summary>The frame at a position could not be applied.</summary>
    public static WanHeader Nack(ulong generation, ulong sequence, ushort code) =>
        new(WanFrameType.Nack, WanFlags.Failed, code, 0, 0, sequence, generation, 0, 0, 0);

    /// <summary>Asks for a sign of life; the clock comes back in the pong.</summary>
    public static WanHeader Ping(ulong generation, ulong clock) =>
        new(WanFrameType.Ping, WanFlags.None, 0, 0, 0, 0, generation, clock, 0, 0);

    /// <summary>Answers a ping with the ping's own clock.</summary>
    public static WanHeader Pong(ulong generation, ulong clock) =>
        new(WanFrameType.Pong, WanFlags.None, 0, 0, 0, 0, generation, clock, 0, 0);

    /// <summary>Asks for the SHA-256 of a range.</summary>
    public static WanHeader DigestRequest(ulong generation, ulong sequence, long offset, uint length) =>
        new(WanFrameType.DigestRequest, WanFlags.None, 0, 0, 0, sequence, generation, (ulong)offset, length, 0);

    /// <summary>Asks for the bytes of a range, with the SHA-256 of what the asker has.</summary>
    public static WanHeader Fetch(
        ulong generation, ulong number, long offset, uint length, ReadOnlySpan<byte> digest) => new(
        WanFrameType.Fetch,
        WanFlags.None,
        0,
        digest.Length,
        digest.IsEmpty ? 0 : Crc32C.Compute(digest),
        number,
        generation,
        (ulong)offset,
        length,
        0);

    /// <summary>Answers a fetch: with the bytes, with none (the asker has them), or with an error number.</summary>
    public static WanHeader Fetched(
        ulong generation, ulong number, long offset, uint length, ReadOnlySpan<byte> bytes, ushort code = 0) => new(
        WanFrameType.Fetched,
        code == 0 ? WanFlags.None : WanFlags.Failed,
        code,
        bytes.Length,
        bytes.IsEmpty ? 0 : Crc32C.Compute(bytes),
        number,
        generation,
        (ulong)offset,
        length,
        0);

    /// <summary>
    /// A frame with payload and no range: hello, welcome, refuse, in-doubt, digest, point, point result.
    /// </summary>
    public static WanHeader Control(
        WanFrameType type, ulong generation, ulong sequence, ReadOnlySpan<byte> payload, WanFlags flags = 0) =>
        new(type, flags, 0, payload.Length, payload.IsEmpty ? 0 : Crc32C.Compute(payload), sequence, generation, 0,
            0, 0);

    /// <summary>A frame that is only its header: flush, drained, fence, bye, completeness.</summary>
    public static WanHeader Plain(
        WanFrameType type, ulong generation, ulong sequence, WanFlags flags = WanFlags.None) =>
        new(type, flags, 0, 0, 0, sequence, generation, 0, 0, 0);
}
