using Runbooks.BlockPath.Targets;
using Runbooks.Wire.Wan;

namespace Runbooks.BlockPath.Wan;

/// <summary>
/// Cuts a byte stream into frames: many frames per receive call, payloads stay where the socket put them.
/// </summary>
/// <remarks>
/// Bytes are received into slabs of 1 MiB. A payload is handed out as a reference to its slab, so that the disk
/// writes from the
/// same memory; a slab is used again when all its payloads were released. Memory is bounded by the peer's window plus
/// one slab, because a payload is released when its frame is applied.
/// </remarks>
internal sealed class FrameReader(WanTransport transport) : IDisposable
{
    private const int SlabBytes = 1 << 20;

    private BlockBuffer slab = BlockBufferPool.Shared.Rent(SlabBytes);
    private int start;
    private int end;

    /// <summary>
    /// True when another whole header is here already: answers can wait for its frame and leave together.
    /// </summary>
    public bool HasMore
    {
        get
        {
            var rest = slab.Span[start..end];
            return WanHeader.TryRead(rest, out var header)
                && rest.Length >= WanLimits.HeaderBytes + header.PayloadLength;
        }
    }

    /// <summary>The slab that holds the payload last read. Whoever keeps the payload takes a reference.</summary>
    public BlockBuffer Slab => slab;

    /// <summary>Waits for the next frame. False when the stream has ended between frames.</summary>
    /// <param name="header">The frame's header.</param>
    /// <param name="payloadStart">Where its payload starts in <see cref="Slab"/>; valid until the next call.</param>
    /// <exception cref="WanProtocolException">The bytes are not a frame, or the stream ends inside one.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public bool Read(out WanHeader header, out int payloadStart)
    {
        while (true)
        {
            var wanted = WanLimits.HeaderBytes;
            if (WanHeader.TryRead(slab.Span[start..end], out header))
            {
                wanted += header.PayloadLength;
                if (end - start >= wanted)
                {
                    payloadStart = start + WanLimits.HeaderBytes;
                    header.CheckPayload(slab.Span.Slice(payloadStart, header.PayloadLength));
                    start += wanted;
                    return true;
                }
            }

            MakeRoom(wanted);
            var got = transport.Receive(slab.Span[end..]);
            if (got == 0)
            {
                payloadStart = 0;
                return start == end
                    ? false
                    : throw new WanProtocolException($"the stream ended inside a frame ({end - start} bytes of it came)");
            }

            end += got;
        }
    }

    /// <summary>The payload last read.</summary>
    public ReadOnlySpan<byte> Payload(in WanHeader header, int payloadStart) =>
        slab.Span.Slice(payloadStart, header.PayloadLength);

    public void Dispose() => slab.Release();

    // Also leaves a slab whose tail is so short that it would be filled in crumbs.
    private void MakeRoom(int wanted)
    {
        if (start == end && slab.IsSoleOwner)
        {
            start = end = 0;
        }

        if (slab.Capacity - start >= wanted && slab.Capacity - end >= Math.Min(wanted, 4096))
        {
            return;
        }

        var next = BlockBufferPool.Shared.Rent(Math.Max(SlabBytes, wanted));
        slab.Span[start..end].CopyTo(next.Span);
        slab.Release();
        slab = next;
        end -= start;
        start = 0;
    }
}
