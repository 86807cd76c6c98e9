using Runbooks.Engine.History;

namespace Runbooks.Engine.Runs;

/// <summary>
/// Loaded workflow ids, each with one lock. All work on a run goes through <see cref="WithAsync{T}"/>: it gives the
/// caller the lock and, on a way out that left a half-made transition, forgets what was loaded, so that memory never
/// differs from the database by more than the unwritten start of a workflow task.
/// </summary>
public sealed class RunRegistry(IEngineStore store, RunCommitter committer, EngineOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<WorkflowKey, WorkflowSlot> _slots = [];

    public async Task<T> WithAsync<T>(
        WorkflowKey key, Func<LockedWorkflow, Task<T>> work, CancellationToken cancel = default)
    {
        var slot = Enter(key);
        try
        {
            await slot.Gate.WaitAsync(cancel);
            try
            {
                return await work(new LockedWorkflow(slot, store, committer));
            }
            finally
            {
                if (slot.Runs.Values.Any(r => r.InTransition))
                {
                    committer.Forget(slot);
                }

                slot.Gate.Release();
            }
        }
        finally
        {
            Leave(slot);
        }
    }

    public Task WithAsync(WorkflowKey key, Func<LockedWorkflow, Task> work, CancellationToken cancel = default) =>
        WithAsync(key, async w =>
        {
            await work(w);
            return true;
        }, cancel);

    /// <summary>Keeps a workflow id loaded while someone waits for one of its runs to change.</summary>
    public IDisposable Pin(WorkflowKey key) => new Pinned(this, Enter(key));

    /// <summary>Unloads the longest unused ids until few enough are left.</summary>
    public async Task TrimAsync()
    {
        foreach (var key in Unused())
        {
            await WithAsync(key, async w => await w.UnloadAsync());
            lock (_gate)
            {
                if (_slots.TryGetValue(key, out var slot) && slot.Users == 0 && slot.Runs.Count == 0)
                {
                    _slots.Remove(key);
                }
            }
        }
    }

    private List<WorkflowKey> Unused()
    {
        lock (_gate)
        {
            var excess = _slots.Count - options.CachedRunsMax;
            return excess <= 0 ? [] :
                [.. _slots.Values.Where(s => s.Users == 0).OrderBy(s => s.LastUsed).Take(excess).Select(s => s.Key)];
        }
    }

    private WorkflowSlot Enter(WorkflowKey key)
    {
        lock (_gate)
        {
            if (!_slots.TryGetValue(key, out var slot))
            {
                slot = new WorkflowSlot(key);
                _slots.Add(key, slot);
            }

            slot.Users++;
            slot.LastUsed = Environment.TickCount64;
            return slot;
        }
    }

    private void Leave(WorkflowSlot slot)
    {
        lock (_gate)
        {
            slot.Users--;
        }
    }

    private sealed class Pinned(RunRegistry registry, WorkflowSlot slot) : IDisposable
    {
        private WorkflowSlot? _slot = slot;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _slot, null) is { } held)
            {
                registry.Leave(held);
            }
        }
    }
}
