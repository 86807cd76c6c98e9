using Runbooks.BlockPath.Execution;

namespace Runbooks.BlockPath.Volumes;

/// <summary>Blocking work of one volume that must keep its order (records, seals), on the disk threads, one after the other.</summary>
internal sealed class SerialWork(IExecutor executor) : IWork
{
    private readonly Lock gate = new();
    private readonly Queue<Action> waiting = new();
    // A disk that does not come back must not hold up the end for ever.
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(10);

    private bool running;
    private bool closed;

    /// <summary>Drops what waits, lets what runs end, and takes nothing more: the files it works on go next.</summary>
    /// <remarks>What is dropped is as after a crash. Not to be called from the work itself.</remarks>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            waiting.Clear();
        }

        SpinWait.SpinUntil(() => !IsRunning(), EndWithin);
    }

    public void Post(Action work)
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }

            waiting.Enqueue(work);
            if (running)
            {
                return;
            }

            running = true;
        }

        executor.Post(this);
    }

    private bool IsRunning()
    {
        lock (gate)
        {
            return running;
        }
    }

    void IWork.Run()
    {
        while (true)
        {
            Action? work;
            lock (gate)
            {
                if (!waiting.TryDequeue(out work))
                {
                    running = false;
                    return;
                }
            }

            work();
        }
    }
}

/// <summary>One piece of work as an object.</summary>
internal sealed class WorkItem(Action body) : IWork
{
    public void Run() => body();
}
