using Runbooks.BlockPath.Execution;

namespace Runbooks.BlockPath.Volumes;

/// <summary>Blocking work of one volume that must keep its order (records, seals), on the disk threads, one after the other.</summary>
internal sealed class SerialWork(IExecutor executor) : IWork
{
    private readonly Lock gate = new();
    private readonly Queue<Action> waiting = new();
    private bool running;

    public void Post(Action work)
    {
        lock (gate)
        {
            waiting.Enqueue(work);
            if (running)
            {
                return;
            }

            running = true;
        }

        executor.Post(this);
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
