namespace Runbooks.Engine.Matching;

/// <summary>
/// One queue of hints and the polls that wait on it, both first come, first served. A task given to a poll is off the
/// queue; whoever took it and cannot use it puts it back at the front.
/// </summary>
public sealed class TaskQueue
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskRef> _backlog = [];
    private readonly LinkedList<Waiter> _waiters = [];
    private readonly Dictionary<string, PollerSeen> _pollers = [];
    private DateTimeOffset? _lastPoll;

    public int Backlog
    {
        get
        {
            lock (_gate)
            {
                return _backlog.Count;
            }
        }
    }

    public void Add(TaskRef task, bool atFront = false)
    {
        lock (_gate)
        {
            while (_waiters.First is { } first)
            {
                _waiters.RemoveFirst();
                if (first.Value.Taken.TrySetResult(task))
                {
                    return;
                }
            }

            if (atFront)
            {
                _backlog.AddFirst(task);
            }
            else
            {
                _backlog.AddLast(task);
            }
        }
    }

    /// <summary>The next task, or null when <paramref name="cancel"/> fires or the worker was shut down.</summary>
    public async Task<TaskRef?> TakeAsync(string identity, string workerKey, DateTimeOffset now, CancellationToken cancel)
    {
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            Saw(identity, now);
            if (_backlog.First is { } first)
            {
                _backlog.RemoveFirst();
                return first.Value;
            }

            node = _waiters.AddLast(new Waiter(workerKey));
        }

        await using var stop = cancel.Register(() => GiveUp(node));
        return await node.Value.Taken.Task;
    }

    /// <summary>Ends the open polls of one worker with nothing.</summary>
    public void EndPolls(string workerKey)
    {
        lock (_gate)
        {
            for (var node = _waiters.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.WorkerKey == workerKey)
                {
                    _waiters.Remove(node);
                    node.Value.Taken.TrySetResult(null);
                }

                node = next;
            }
        }
    }

    /// <summary>Takes everything off the queue, for a queue whose worker is gone.</summary>
    public IReadOnlyList<TaskRef> Drain()
    {
        lock (_gate)
        {
            var all = _backlog.ToList();
            _backlog.Clear();
            _lastPoll = null;
            return all;
        }
    }

    public bool HasPollerSince(DateTimeOffset time)
    {
        lock (_gate)
        {
            return _waiters.Count > 0 || _lastPoll >= time;
        }
    }

    public IReadOnlyList<PollerSeen> Pollers(DateTimeOffset since)
    {
        lock (_gate)
        {
            return [.. _pollers.Values.Where(p => p.LastSeen >= since)];
        }
    }

    /// <summary>True when nothing is lost by forgetting this queue.</summary>
    public bool IsIdle(DateTimeOffset since)
    {
        lock (_gate)
        {
            return _waiters.Count == 0 && _backlog.Count == 0 && !(_lastPoll >= since);
        }
    }

    private void Saw(string identity, DateTimeOffset now)
    {
        _lastPoll = now;
        _pollers[identity] = new PollerSeen(identity, now);
        if (_pollers.Count > 200)
        {
            _pollers.Remove(_pollers.Values.MinBy(p => p.LastSeen)!.Identity);
        }
    }

    private void GiveUp(LinkedListNode<Waiter> node)
    {
        lock (_gate)
        {
            if (node.List is not null)
            {
                _waiters.Remove(node);
                node.Value.Taken.TrySetResult(null);
            }
        }
    }

    private sealed record Waiter(string WorkerKey)
    {
        public TaskCompletionSource<TaskRef?> Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

public sealed record PollerSeen(string Identity, DateTimeOffset LastSeen);
