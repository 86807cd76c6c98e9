using Runbooks.Domain.Errors;
using Runbooks.Domain.Units;

namespace Runbooks.Replication.Tracking;

/// <summary>One write from its issue until it is durable at every copy.</summary>
internal struct LoggedWrite
{
    public ByteRange Range;
    public Ticket Ticket;

    /// <summary>Peers that have applied it, or to which its blocks were re-sent.</summary>
    public byte Applied;

    /// <summary>Peers where it is durable, or in whose dirty set its blocks are.</summary>
    public byte Settled;
    public bool LocalDone;
    public bool Answered;
}

/// <summary>The writes between their issue and their durability everywhere, as a ring by position.</summary>
/// <remarks>
/// Positions rise by one from 1. <see cref="Head"/> is the oldest live one, <see cref="Next"/> the one the next write gets. The ring is
/// allocated once: 8192 entries of 40 bytes are 320 KiB.
/// </remarks>
internal sealed class WriteLog
{
    private readonly LoggedWrite[] ring;
    private readonly int mask;

    public WriteLog(int capacity)
    {
        var size = 1;
        while (size < capacity)
        {
            size *= 2;
        }

        ring = new LoggedWrite[size];
        mask = size - 1;
    }

    public long Head { get; private set; } = 1;

    public long Next { get; private set; } = 1;

    public int Count => (int)(Next - Head);

    public bool IsFull => Count == ring.Length;

    public bool IsHalfFull => Count > ring.Length / 2;

    public ref LoggedWrite this[long position] => ref ring[position & mask];

    public long Append(Ticket ticket, ByteRange range)
    {
        Invariant.Require(!IsFull, "the write log has room");
        ring[Next & mask] = new LoggedWrite { Ticket = ticket, Range = range };
        return Next++;
    }

    public void DropHead()
    {
        Invariant.Require(Head < Next, "the write log is not empty");
        Head++;
    }

    public void Clear() => Head = Next;
}
