using Runbooks.BlockPath.Targets;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;
using Runbooks.Replication;

namespace Runbooks.BlockPath.Volumes;

/// <summary>What the executor keeps for one ticket: the guest's request or a frame's payload, and what was learned about it.</summary>
internal struct TicketEntry
{
    public long Ticket;
    public BlockRequest? Request;
    public BlockBuffer? Payload;
    public int Start;
    public uint Checksum;
    public bool HasChecksum;
    public long ArrivedAt;
    public int Errno;
    public int Peer;
    public long Session;
}

/// <summary>
/// Tickets to their requests without a dictionary: the low 20 bits of a ticket are its slot, the rest makes it unique.
/// </summary>
/// <remarks>
/// Limit: 2^20 open tickets (a guest session has at most some hundred requests open, a WAN window at most
/// 64 MiB / 512 B = 131,072 frames). Threading: <see cref="Add"/> from any thread, the rest from the owner loop.
/// </remarks>
internal sealed class TicketTable
{
    private const int SlotBits = 20;
    private const long SlotMask = (1 << SlotBits) - 1;

    private readonly Lock gate = new();
    private readonly Stack<int> free = new();
    private TicketEntry[] entries = new TicketEntry[1024];
    private int used;
    private long sequence;

    public int Open
    {
        get
        {
            lock (gate)
            {
                return used - free.Count;
            }
        }
    }

    public Ticket Add(BlockRequest? request, BlockBuffer? payload, int start, long arrivedAt)
    {
        lock (gate)
        {
            if (!free.TryPop(out var slot))
            {
                slot = used++;
                Invariant.Require(slot <= SlotMask, "Open tickets fit the table");
                if (slot == entries.Length)
                {
                    Array.Resize(ref entries, entries.Length * 2);
                }
            }

            var ticket = ++sequence << SlotBits | (uint)slot;
            entries[slot] = new TicketEntry
            {
                Ticket = ticket,
                Request = request,
                Payload = payload,
                Start = start,
                ArrivedAt = arrivedAt,
            };
            return new Ticket(ticket);
        }
    }

    /// <summary>The entry of an open ticket. The reference is good until the next <see cref="Add"/>: copy what is needed.</summary>
    public bool TryGet(Ticket ticket, out TicketEntry entry)
    {
        lock (gate)
        {
            entry = entries[(int)(ticket.Value & SlotMask) % entries.Length];
            return entry.Ticket == ticket.Value && ticket.Value != 0;
        }
    }

    /// <summary>True when an open guest change touches the range.</summary>
    public bool AnyOverlaps(ByteRange range)
    {
        lock (gate)
        {
            foreach (ref readonly var entry in entries.AsSpan(0, used))
            {
                if (entry.Request is { Length: > 0 } request
                    && range.Overlaps(new ByteRange(request.Offset, request.Length)))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>When the oldest open guest request arrived (Stopwatch ticks); 0 when none is open.</summary>
    public long OldestArrival()
    {
        lock (gate)
        {
            var oldest = long.MaxValue;
            foreach (ref readonly var entry in entries.AsSpan(0, used))
            {
                oldest = entry.Request is not null ? Math.Min(oldest, entry.ArrivedAt) : oldest;
            }

            return oldest == long.MaxValue ? 0 : oldest;
        }
    }

    /// <summary>Adds a frame's payload; the table takes over the caller's reference.</summary>
    public Ticket AddFrame(BlockBuffer? payload, int start, int peer, long session)
    {
        lock (gate)
        {
            var ticket = Add(null, payload, start, 0);
            ref var entry = ref entries[(int)(ticket.Value & SlotMask)];
            entry.Peer = peer;
            entry.Session = session;
            return ticket;
        }
    }

    /// <summary>Releases the payloads of a peer's frames that no session but the given one can still want.</summary>
    public void ForgetFrames(int peer, long exceptSession)
    {
        lock (gate)
        {
            for (var slot = 0; slot < used; slot++)
            {
                ref var entry = ref entries[slot];
                if (entry.Session != 0 && entry.Peer == peer && entry.Session != exceptSession)
                {
                    entry.Payload?.Release();
                    entry = default;
                    free.Push(slot);
                }
            }
        }
    }

    public void Update(Ticket ticket, in TicketEntry entry)
    {
        lock (gate)
        {
            var slot = (int)(ticket.Value & SlotMask);
            if (entries[slot].Ticket == ticket.Value)
            {
                entries[slot] = entry;
            }
        }
    }

    public bool Remove(Ticket ticket, out TicketEntry entry)
    {
        lock (gate)
        {
            var slot = (int)(ticket.Value & SlotMask);
            entry = slot < entries.Length ? entries[slot] : default;
            if (entry.Ticket != ticket.Value || ticket.Value == 0)
            {
                entry = default;
                return false;
            }

            entries[slot] = default;
            free.Push(slot);
            return true;
        }
    }
}
