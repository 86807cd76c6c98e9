using System.Net.Sockets;
using System.Runtime.InteropServices;
using Runbooks.BlockPath.Storage;

namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// A plain socket, spoken to with recv and sendmsg so that buffers stay pinned once and replies leave in one call.
/// </summary>
internal sealed unsafe class SocketChannel(Socket socket) : ByteChannel
{
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;

    private readonly SafeHandle _handle = socket.SafeHandle;

    public override int Receive(byte* destination, int capacity)
    {
        while (true)
        {
            nint got = Libc.Receive(_handle, destination, capacity, 0);
            if (got >= 0)
            {
                return (int)got;
            }

            if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
            {
                return 0;
            }
        }
    }

    public override bool Send(IoVector* vectors, int count)
    {
        while (count > 0)
        {
            long sent = SendOnce(vectors, count, NoSignal);
            if (sent < 0)
            {
                return false;
            }

            Advance(ref vectors, ref count, sent);
        }

        return true;
    }

    public override long TrySend(IoVector* vectors, int count)
    {
        long sent = SendOnce(vectors, count, NoSignal | DontWait);
        return sent < 0 && Marshal.GetLastPInvokeError() == Errno.TryAgain ? 0 : sent;
    }

    public override void StopReceiving() => Shutdown(SocketShutdown.Receive);

    public override void Abort() => Shutdown(SocketShutdown.Both);

    public override void Dispose() => socket.Dispose();

    /// <summary>Moves past the bytes that were sent; the vectors are the caller's scratch and may be changed.</summary>
    internal static void Advance(ref IoVector* vectors, ref int count, long sent)
    {
        while (count > 0 && sent >= vectors->Length)
        {
            sent -= vectors->Length;
            vectors++;
            count--;
        }

        if (count > 0)
        {
            vectors->Start += sent;
            vectors->Length -= (nint)sent;
        }
    }

    private long SendOnce(IoVector* vectors, int count, int flags)
    {
        MessageHeader message = new() { Vectors = vectors, VectorCount = (nuint)count };
        while (true)
        {
            nint sent = Libc.SendMessage(_handle, &message, flags);
            if (sent >= 0 || Marshal.GetLastPInvokeError() != Errno.Interrupted)
            {
                return sent;
            }
        }
    }

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            socket.Shutdown(how);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Already disconnected, which is all that was wanted.
        }
    }
}
