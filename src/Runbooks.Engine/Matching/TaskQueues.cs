using System.Collections.Concurrent;

namespace Runbooks.Engine.Matching;

/// <summary>All queues, made when first named. What they hold can be rebuilt from the states of open runs.</summary>
public sealed class TaskQueues
{
    private readonly ConcurrentDictionary<QueueKey, TaskQueue> _queues = new();

    public TaskQueue Get(QueueKey key) => _queues.GetOrAdd(key, _ => new TaskQueue());

    public TaskQueue? Find(QueueKey key) => _queues.GetValueOrDefault(key);

    /// <summary>Forgets queues nobody has used since, mainly the sticky queues of workers long gone.</summary>
    public void Sweep(DateTimeOffset since)
    {
        foreach (var (key, queue) in _queues)
        {
            if (queue.IsIdle(since))
            {
                _queues.TryRemove(new(key, queue));
            }
        }
    }
}
