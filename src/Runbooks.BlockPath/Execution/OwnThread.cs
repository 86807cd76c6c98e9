namespace Runbooks.BlockPath.Execution;

/// <summary>
/// A thread that belongs to one loop for its life: an accept loop, a session's receive loop, a session's sender.
/// </summary>
/// <remarks>
/// Blocking threads and not async sockets: two blocking threads per connection measured as fast as an event loop
/// here, the receive loop completes most requests on its own stack, and a stalled disk or client holds up nobody else.
/// </remarks>
public static class OwnThread
{
    private const int StackBytes = 256 << 10;

    public static Thread Start(string name, ThreadStart loop)
    {
        Thread thread = new(loop, StackBytes) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
