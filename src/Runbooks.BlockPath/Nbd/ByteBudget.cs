namespace Runbooks.BlockPath.Nbd;

/// <summary>
/// Payload bytes that all sessions of a server together may hold; a session over it stops reading its socket.
/// </summary>
internal sealed class ByteBudget(long bytesMax)
{
    private readonly object _gate = new();
    private long _taken;
    private int _waiting;

    /// <summary>
    /// Takes the bytes, waiting for room unless <paramref name="force"/>
    /// (a session with nothing in flight must move).
    /// </summary>
    public void Take(long bytes, bool force)
    {
        if (Interlocked.Add(ref _taken, bytes) <= bytesMax || force)
        {
            return;
        }

        lock (_gate)
        {
            _waiting++;
            while (Interlocked.Read(ref _taken) > bytesMax)
            {
                // Bounded: the room may have been returned by whoever did not see us waiting yet.
                Monitor.Wait(_gate, 50);
            }

            _waiting--;
        }
    }

    public void Return(long bytes)
    {
        Interlocked.Add(ref _taken, -bytes);
        if (Volatile.Read(ref _waiting) > 0)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }
}
