namespace Runbooks.Replication.Machines;

/// <summary>A guest's flush: done when everything answered before it is durable here and at every peer that is waited for.</summary>
internal sealed class FlushPath(CoreContext core, WritePath writes, LinkMachine links)
{
    private const long Satisfied = 0;
    private const long AfterResend = -1;
    private readonly List<Flush> pending = [];
    private readonly Stack<Flush> pool = new();

    public bool IsIdle => pending.Count == 0;

    public void Arrive(Ticket ticket)
    {
        if (core.Gate is not (Gate.Open or Gate.Draining))
        {
            writes.Fail(ticket, WritePath.Reason(core.Gate));
            return;
        }

        var flush = pool.Count > 0 ? pool.Pop() : new Flush();
        flush.Ticket = ticket;
        flush.Local = writes.FlushLocal();
        flush.IsLocalDone = false;
        foreach (var link in core.Links)
        {
            flush.Targets[link.Slot.Index] =
                (core.ExcusedMask & link.Bit) != 0 ? Satisfied
                : link.Stage >= LinkStage.Barrier ? links.SendFlush(link)
                : AfterResend;
        }

        pending.Add(flush);
    }

    public void OnLocalFlushed(Ticket ticket)
    {
        foreach (var flush in pending)
        {
            flush.IsLocalDone |= flush.Local == ticket;
        }

        Complete();
    }

    public void OnSessionLost(PeerLink link)
    {
        foreach (var flush in pending)
        {
            ref var target = ref flush.Targets[link.Slot.Index];
            if (target != Satisfied)
            {
                target = AfterResend;
            }
        }
    }

    /// <summary>Everything older is durable at the peer after a resend.</summary>
    public void Redeem(PeerLink link)
    {
        foreach (var flush in pending)
        {
            if (flush.Targets[link.Slot.Index] == AfterResend)
            {
                flush.Targets[link.Slot.Index] = Satisfied;
            }
        }

        Complete();
    }

    public void Complete()
    {
        if (pending.Count == 0 || !core.HasEnoughCopies)
        {
            return;
        }

        var kept = 0;
        for (var i = 0; i < pending.Count; i++)
        {
            var flush = pending[i];
            if (IsDone(flush))
            {
                core.Emit(new Effect { Kind = EffectKind.AcknowledgeGuest, Ticket = flush.Ticket });
                pool.Push(flush);
            }
            else
            {
                pending[kept++] = flush;
            }
        }

        pending.RemoveRange(kept, pending.Count - kept);
    }

    public void FailEverything(GuestError error)
    {
        foreach (var flush in pending)
        {
            writes.Fail(flush.Ticket, error);
        }

        pending.Clear();
    }

    private bool IsDone(Flush flush)
    {
        if (!flush.IsLocalDone)
        {
            return false;
        }

        foreach (var link in core.Links)
        {
            ref var target = ref flush.Targets[link.Slot.Index];
            if (target == Satisfied || (core.ExcusedMask & link.Bit) != 0)
            {
                continue;
            }

            if (target == AfterResend || link.DurablePosition < target)
            {
                return false;
            }

            target = Satisfied;
        }

        return true;
    }

    private sealed class Flush
    {
        public Ticket Ticket;
        public Ticket Local;
        public bool IsLocalDone;
        public readonly long[] Targets = new long[PeerSlot.CountMax];
    }
}
