using Runbooks.BlockPath.Storage;

namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// One client's byte stream, plain or encrypted. Blocking; one receiver thread and one sender at a time.
/// A broken connection is an end, not an exception: clients leave in the middle of anything.
/// </summary>
internal abstract unsafe class ByteChannel : IDisposable
{
    /// <summary>Blocks until at least one byte is there. 0 when the client is gone.</summary>
    public abstract int Receive(byte* destination, int capacity);

    /// <summary>Sends all of it, or returns false when the client is gone.</summary>
    public abstract bool Send(IoVector* vectors, int count);

    /// <summary>
    /// Sends what fits without waiting; -1 when the client is gone. A channel that cannot do that sends nothing and
    /// returns 0.
    /// </summary>
    public abstract long TrySend(IoVector* vectors, int count);

    /// <summary>
    /// No more requests are wanted: a blocked <see cref="Receive"/>
    /// returns what has arrived, then 0. Sending goes on.
    /// </summary>
    public abstract void StopReceiving();

    /// <summary>Cuts both directions; blocked calls return.</summary>
    public abstract void Abort();

    public abstract void Dispose();

    /// <summary>Fills the buffer; false when the client goes before it is full.</summary>
    public bool ReceiveAll(byte* destination, int length)
    {
        int done = 0;
        while (done < length)
        {
            int got = Receive(destination + done, length - done);
            if (got <= 0)
            {
                return false;
            }

            done += got;
        }

        return true;
    }

    public bool ReceiveAll(Span<byte> destination)
    {
        fixed (byte* start = destination)
        {
            return ReceiveAll(start, destination.Length);
        }
    }

    public bool Send(ReadOnlySpan<byte> source)
    {
        fixed (byte* start = source)
        {
            IoVector vector = new() { Start = start, Length = source.Length };
            return Send(&vector, 1);
        }
    }

    /// <summary>Reads and drops bytes; false when the client goes.</summary>
    public bool Skip(long length)
    {
        const int chunk = 16 << 10;
        byte* sink = stackalloc byte[chunk];
        while (length > 0)
        {
            int got = Receive(sink, (int)Math.Min(chunk, length));
            if (got <= 0)
            {
                return false;
            }

            length -= got;
        }

        return true;
    }
}
