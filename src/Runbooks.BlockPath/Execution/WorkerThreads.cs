namespace Runbooks.BlockPath.Execution;

/// <summary>
/// Threads for blocking system calls: fdatasync, cold reads, hole punching.
/// </summary>
/// <remarks>
/// Not the thread pool: its hill climbing adds threads at one per half second when all are blocked, and a disk that
/// stalls must not stall timers and sockets that live there. A thread is added at once when work waits and none is
/// idle, up to
/// <c>threadsMax</c>; an idle one leaves after ten seconds. 64 threads of 256 KiB stack are 16 MiB of address space.
/// </remarks>
public sealed class WorkerThreads : IExecutor, IDisposable
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<IWork> _queue = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly string _name;
    private readonly int _threadsMax;
    private int _threads;
    private int _idle;
    private bool _disposed;

    public WorkerThreads(string name, int threadsMax = 64)
    {
        _name = name;
        _threadsMax = threadsMax;
    }

    /// <summary>The process's threads for disk work.</summary>
    public static WorkerThreads Disk { get; } = new("disk");

    public void Post(IWork work)
    {
        bool start;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _queue.Enqueue(work);
            start = _queue.Count > _idle && _threads < _threadsMax;
            if (start)
            {
                _threads++;
                _idle++;
            }
        }

        if (start)
        {
            new Thread(Loop, 256 << 10) { IsBackground = true, Name = _name }.Start();
        }

        _available.Release();
    }

    /// <summary>Lets queued work finish and the threads leave. Later posts are refused.</summary>
    public void Dispose()
    {
        int threads;
        lock (_gate)
        {
            _disposed = true;
            threads = _threads;
        }

        if (threads > 0)
        {
            _available.Release(threads);
        }
    }

    private void Loop()
    {
        while (true)
        {
            bool signalled = _available.Wait(IdleTime);
            IWork? work;
            lock (_gate)
            {
                if (!_queue.TryDequeue(out work))
                {
                    if (signalled && !_disposed)
                    {
                        continue;
                    }

                    _idle--;
                    _threads--;
                    return;
                }

                _idle--;
            }

            work.Run();
            lock (_gate)
            {
                _idle++;
            }
        }
    }
}
