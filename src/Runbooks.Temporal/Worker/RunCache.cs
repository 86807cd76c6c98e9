namespace Runbooks.Temporal.Worker;

/// <summary>
/// Runs in memory, least recently used first to go. One task at a time holds a run; a held run is never evicted, so the
/// cache may exceed its limit by the number of tasks in progress.
/// </summary>
internal sealed class RunCache(int capacity)
{
    private readonly Dictionary<string, Slot> slots = new(StringComparer.Ordinal);
    private readonly LinkedList<Slot> byUse = new();
    private readonly Lock gate = new();

    internal int Count
    {
        get
        {
            lock (gate)
            {
                return slots.Values.Count(s => s.Run is not null);
            }
        }
    }

    /// <summary>Waits until no other task holds the run, then holds it.</summary>
    internal async Task<Slot> HoldAsync(string runId)
    {
        Slot slot;
        lock (gate)
        {
            if (!slots.TryGetValue(runId, out slot!))
            {
                slot = new(runId);
                slots[runId] = slot;
                slot.Node = byUse.AddLast(slot);
            }
            slot.Holders++;
        }
        await slot.Gate.WaitAsync().ConfigureAwait(false);
        return slot;
    }

    internal void Release(Slot slot)
    {
        lock (gate)
        {
            slot.Holders--;
            byUse.Remove(slot.Node!);
            byUse.AddLast(slot.Node!);
            if (slot.Run is null && slot.Holders == 0)
            {
                Drop(slot);
            }
            var node = byUse.First;
            while (node is not null && slots.Count > capacity)
            {
                var next = node.Next;
                if (node.Value.Holders == 0)
                {
                    Drop(node.Value);
                }
                node = next;
            }
        }
        slot.Gate.Release();
    }

    private void Drop(Slot slot)
    {
        slots.Remove(slot.RunId);
        byUse.Remove(slot.Node!);
        slot.Run = null;
    }

    /// <summary>Place of one run.</summary>
    internal sealed class Slot(string runId)
    {
        internal string RunId { get; } = runId;

        internal SemaphoreSlim Gate { get; } = new(1);

        internal LinkedListNode<Slot>? Node { get; set; }

        internal int Holders { get; set; }

        internal CachedRun? Run { get; set; }
    }
}
