using Runbooks.Wire.Wan;

namespace Runbooks.BlockPath.Wan;

/// <summary>Cuts a byte stream into frames; many frames per receive call, no copy of payloads.</summary>
/// <remarks>
/// Memory: one buffer of 1 MiB, grown to the largest frame seen (at most 32 MiB and a header). A payload handed out is valid
/// until the next call.
/// </remarks>
internal sealed class FrameReader(WanTransport transport)
{
    private byte[] buffer = GC.AllocateUninitializedArray<byte>(1 << 20, pinned: true);
    private int start;
    private int end;

    /// <summary>True when another whole frame is here already: answers can wait for it and leave together.</summary>
    public bool HasFrame =>
        end - start >= WanLimits.HeaderBytes
        && WanHeader.TryRead(buffer.AsSpan(start, end - start), out var header)
        && end - start >= WanLimits.HeaderBytes + header.PayloadLength;

    /// <summary>Waits for the next frame. False when the stream has ended between frames.</summary>
    /// <exception cref="WanProtocolException">The bytes are not a frame, or the stream ends inside one.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public bool Read(out WanHeader header, out ReadOnlySpan<byte> payload)
    {
        while (true)
        {
            if (WanHeader.TryRead(buffer.AsSpan(start, end - start), out header))
            {
                var whole = WanLimits.HeaderBytes + header.PayloadLength;
                if (end - start >= whole)
                {
                    payload = buffer.AsSpan(start + WanLimits.HeaderBytes, header.PayloadLength);
                    if (!payload.IsEmpty)
                    {
                        header.CheckPayload(payload);
                    }

                    start += whole;
                    return true;
                }

                MakeRoom(whole);
            }
            else
            {
                MakeRoom(WanLimits.HeaderBytes);
            }

            var got = transport.Receive(buffer.AsSpan(end));
            if (got == 0)
            {
                payload = default;
                return start == end
                    ? false
                    : throw new WanProtocolException($"the stream ended inside a frame ({end - start} bytes of it came)");
            }

            end += got;
        }
    }

    private void MakeRoom(int whole)
    {
        if (start == end)
        {
            start = end = 0;
        }

        if (buffer.Length - start >= whole && end < buffer.Length)
        {
            return;
        }

        var target = whole > buffer.Length
            ? GC.AllocateUninitializedArray<byte>(whole + (1 << 16), pinned: true)
            : buffer;
        buffer.AsSpan(start, end - start).CopyTo(target);
        end -= start;
        start = 0;
        buffer = target;
    }
}
