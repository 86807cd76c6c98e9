using System.Net.Sockets;
using System.Runtime.InteropServices;
using Runbooks.BlockPath.Storage;

namespace Runbooks.BlockPath.Wan;

/// <summary>
/// A connection without TLS, allowed between loopback addresses only. Sends straight from guest memory.
/// </summary>
internal sealed unsafe class PlainTransport(Socket socket) : WanTransport(socket)
{
    private const int DoNotWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int WouldBlock = 11;
    private const int Interrupted = 4;

    public override bool CanTrySend => true;

    public override int Receive(Span<byte> buffer)
    {
        try
        {
            return Socket.Receive(buffer);
        }
        catch (SocketException e)
        {
            throw new IOException($"receive from {Remote}: {e.Message}", e);
        }
    }

    public override bool TrySend(SendBatch batch)
    {
        var vectors = stackalloc IoVector[256];
        while (!batch.IsSent)
        {
            var count = batch.Fill(new Span<IoVector>(vectors, 256));
            var message = new MessageHeader { Vectors = vectors, VectorCount = (nuint)count };
            var sent = Libc.SendMessage(Socket.SafeHandle, &message, DoNotWait | NoSignal);
            if (sent >= 0)
            {
                batch.Advance(sent);
                continue;
            }

            var errno = Marshal.GetLastPInvokeError();
            if (errno == WouldBlock)
            {
                return false;
            }

            if (errno != Interrupted)
            {
                throw new IOException($"send to {Remote}: errno {errno}");
            }
        }

        return true;
    }

    public override void Send(SendBatch batch)
    {
        while (!TrySend(batch))
        {
            Socket.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectWrite);
        }
    }
}
