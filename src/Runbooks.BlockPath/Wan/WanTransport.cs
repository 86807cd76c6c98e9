using System.Net.Sockets;

namespace Runbooks.BlockPath.Wan;

/// <summary>One established connection, plain or TLS. One thread receives, one at a time sends.</summary>
internal abstract class WanTransport(Socket socket) : IDisposable
{
    private int aborted;

    protected Socket Socket => socket;

    /// <summary>Who is at the other end, for messages.</summary>
    public string Remote { get; } = socket.RemoteEndPoint?.ToString() ?? "unknown";

    /// <summary>True when a send may be tried on the caller's thread without any risk of waiting.</summary>
    public abstract bool CanTrySend { get; }

    /// <summary>The site named by the peer's certificate; null on a plain connection.</summary>
    public virtual string? CertifiedSite => null;

    /// <summary>Waits for bytes. 0 when the peer has closed or the connection was aborted.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public abstract int Receive(Span<byte> buffer);

    /// <summary>Sends what the socket takes now. False when it takes no more.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public abstract bool TrySend(SendBatch batch);

    /// <summary>Sends all of the batch, waiting as long as it takes.</summary>
    /// <exception cref="IOException">The connection broke or was aborted.</exception>
    public abstract void Send(SendBatch batch);

    /// <summary>Ends both directions at once, from any thread; pending calls return.</summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref aborted, 1) == 0)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // The peer was faster; the connection is as ended as we want it.
            }
        }
    }

    /// <summary>Bounds the wait of <see cref="Receive"/> during the handshake; 0 lifts the bound.</summary>
    public void LimitReceive(int milliseconds) => socket.ReceiveTimeout = milliseconds;

    public virtual void Dispose()
    {
        Abort();
        socket.Dispose();
    }
}
