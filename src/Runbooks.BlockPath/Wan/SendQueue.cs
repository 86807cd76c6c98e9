using Runbooks.BlockPath.Execution;
using Runbooks.BlockPath.Targets;
using Runbooks.Wire.Wan;

namespace Runbooks.BlockPath.Wan;

/// <summary>
/// Frames on their way out of one connection, in the order they were posted.
/// </summary>
/// <remarks>
/// <see cref="Flush"/> sends on the caller's thread as long as the socket takes bytes without waiting: a guest's
/// write is
/// on the wire before its session thread has gone back to its own socket, without a thread switch. When the socket is
/// full, the
/// sender thread takes over, so a slow peer never holds a guest session's thread. How much can collect here is
/// bounded by
/// the window that the volume keeps (WanLimits.WindowBytesDefault).
/// </remarks>
internal sealed class SendQueue : IDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim handover = new(0);
    private readonly WanTransport transport;
    private readonly Action<Exception> broken;
    private SendBatch filling = new();
    private SendBatch sending = new();
    private bool busy;
    private bool handedOver;
    private bool closed;

    public SendQueue(WanTransport transport, string name, Action<Exception> broken)
    {
        this.transport = transport;
        this.broken = broken;
        NamedThread.Start($"wan-send {name}", SendOnHandover);
    }

    /// <summary>Monotonic time (Stopwatch ticks) of the last send, for heartbeats.</summary>
    public long LastSend { get; private set; }

    public long BytesSent { get; private set; }

    /// <summary>Queues a frame; takes over the caller's reference to the payload.</summary>
    public void Post(in WanHeader header, BlockBuffer? payload = null, int start = 0)
    {
        lock (gate)
        {
            if (!closed)
            {
                filling.Add(header, payload, start);
                return;
            }
        }

        payload?.Release();
    }

    /// <summary>Queues a frame whose payload is a plain array.</summary>
    public void Post(in WanHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            Post(header);
            return;
        }

        var buffer = BlockBufferPool.Shared.Rent(payload.Length);
        payload.CopyTo(buffer.Span);
        Post(header, buffer);
    }

    /// <summary>Makes everything posted before it leave; returns without waiting for the peer.</summary>
    public void Flush()
    {
        lock (gate)
        {
            if (busy || closed || filling.Count == 0)
            {
                return;
            }

            busy = true;
        }

        if (!transport.CanTrySend || !Pump(wait: false))
        {
            lock (gate)
            {
                handedOver = true;
            }

            handover.Release();
        }
    }

    /// <summary>Waits until the socket has taken everything posted so far, or no longer than this.</summary>
    public bool WaitSent(TimeSpan atMost) => SpinWait.SpinUntil(
        () =>
        {
            lock (gate)
            {
                return closed || (!busy && filling.Count == 0);
            }
        },
        atMost);

    public void Dispose()
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }

            closed = true;
            if (!busy)
            {
                filling.Reset();
            }
        }

        transport.Abort();
        handover.Release();
    }

    // True: everything is sent and nobody is busy any more. False: the socket is full and the caller hands over.
    private bool Pump(bool wait)
    {
        try
        {
            while (true)
            {
                if (sending.IsSent)
                {
                    lock (gate)
                    {
                        BytesSent += sending.Bytes;
                        sending.Reset();
                        if (filling.Count == 0 || closed)
                        {
                            filling.Reset();
                            busy = false;
                            return true;
                        }

                        (filling, sending) = (sending, filling);
                    }
                }

                LastSend = System.Diagnostics.Stopwatch.GetTimestamp();
                if (wait)
                {
                    transport.Send(sending);
                }
                else if (!transport.TrySend(sending))
                {
                    return false;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            lock (gate)
            {
                closed = true;
                busy = false;
                sending.Reset();
                filling.Reset();
            }

            handover.Release();
            broken(e);
            return true;
        }
    }

    private void SendOnHandover()
    {
        while (true)
        {
            handover.Wait();
            bool mine;
            lock (gate)
            {
                mine = handedOver;
                handedOver = false;
                if (closed && !mine)
                {
                    return;
                }
            }

            if (mine)
            {
                Pump(wait: true);
            }
        }
    }
}
