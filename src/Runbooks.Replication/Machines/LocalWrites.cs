using Runbooks.Domain.Units;

namespace Runbooks.Replication.Machines;

/// <summary>Guest writes that are on their way into the local image. Flat arrays: at the usual depth of 32 a scan costs less than a tree.</summary>
internal sealed class LocalWrites
{
    private long[] tickets = new long[64];
    private ByteRange[] ranges = new ByteRange[64];
    private long[] positions = new long[64];

    public int Count { get; private set; }

    /// <summary>Set when somebody was turned away by a busy range: the next completion may let it go on.</summary>
    public bool HasTurnedAway { get; set; }

    public void Add(Ticket ticket, ByteRange range, long position)
    {
        if (Count == tickets.Length)
        {
            Array.Resize(ref tickets, Count * 2);
            Array.Resize(ref ranges, Count * 2);
            Array.Resize(ref positions, Count * 2);
        }

        tickets[Count] = ticket.Value;
        ranges[Count] = range;
        positions[Count++] = position;
    }

    public bool Remove(Ticket ticket, out long position)
    {
        var index = Array.IndexOf(tickets, ticket.Value, 0, Count);
        if (index < 0)
        {
            position = 0;
            return false;
        }

        position = positions[index];
        Count--;
        tickets[index] = tickets[Count];
        ranges[index] = ranges[Count];
        positions[index] = positions[Count];
        return true;
    }

    public bool Overlaps(ByteRange range)
    {
        for (var i = 0; i < Count; i++)
        {
            if (ranges[i].Overlaps(range))
            {
                HasTurnedAway = true;
                return true;
            }
        }

        return false;
    }
}
