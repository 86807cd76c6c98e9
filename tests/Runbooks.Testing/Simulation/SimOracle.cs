namespace Runbooks.Testing.Simulation;

/// <summary>What a guest may read, cell by cell, given what it was promised.</summary>
/// <remarks>
/// A cell may hold any write that no other write, acknowledged before and begun after it was over, has
/// superseded; writes without an answer may be there or not. When a volume opens, everything is read: what
/// was read is settled and must never be taken back, what was not read is gone, and a late acknowledgement
/// of something gone is a lie. Two strengths: strict (acknowledged is enough), and "flushed" for a copy
/// that lost power: there a write that was superseded, but by none that is known durable everywhere, may
/// be what the disk kept. Who may be judged by the weaker one is said at <see cref="Simulation"/>.
/// </remarks>
public sealed class SimOracle
{
    private readonly List<Candidate>[] cells;
    private readonly Dictionary<long, (int First, int End, bool IsDoomed)> writes = [];
    private readonly Dictionary<long, long> flushes = [];
    private long moment = 2;

    /// <summary>Every cell begins as zeroes, durable.</summary>
    public SimOracle(int cellCount)
    {
        cells = new List<Candidate>[cellCount];
        for (var i = 0; i < cellCount; i++)
        {
            cells[i] = [new Candidate { Value = 0, Arrived = 0, Answered = 1 }];
        }
    }

    /// <summary>Number of cells.</summary>
    public int CellCount => cells.Length;

    /// <summary>Acknowledged writes so far.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>A write was handed to the volume. A doomed one went to a primary that another has superseded: it must never be answered.</summary>
    public void WriteArrived(long ticket, int first, int end, long value, bool isDoomed)
    {
        writes[ticket] = (first, end, isDoomed);
        moment++;
        for (var cell = first; cell < end && !isDoomed; cell++)
        {
            cells[cell].Add(new Candidate { Ticket = ticket, Value = value, Arrived = moment });
        }
    }

    /// <summary>It was answered with success.</summary>
    public void WriteAcknowledged(long ticket, bool isDurable)
    {
        if (!writes.Remove(ticket, out var write))
        {
            return;
        }

        if (write.IsDoomed)
        {
            throw new OracleException($"write {ticket} was acknowledged by a primary that had been superseded before it arrived");
        }

        Acknowledged++;
        moment++;
        for (var cell = write.First; cell < write.End; cell++)
        {
            var list = cells[cell];
            var own = list.Find(c => c.Ticket == ticket);
            if (own is null)
            {
                continue;
            }

            if (own.IsLost)
            {
                throw new OracleException($"write {ticket} was acknowledged after cell {cell} was read without it");
            }

            own.Answered = own.Answered == 0 ? moment : own.Answered;
            foreach (var other in list)
            {
                if (other.Answered > 0 && other.Answered < own.Arrived && other.Dead == 0)
                {
                    other.Dead = moment;
                }
            }

            if (isDurable)
            {
                list.RemoveAll(c => c.Dead > 0 && c.Answered > 0 && c.Answered < own.Arrived);
            }
        }
    }

    /// <summary>A write will get no answer from now on; it may be there or not.</summary>
    public void WriteUnknown(long ticket) => writes.Remove(ticket);

    /// <summary>A flush was asked for.</summary>
    public void FlushArrived(long ticket) => flushes[ticket] = ++moment;

    /// <summary>It was answered: everything superseded before it was asked for can never come back.</summary>
    public void FlushAcknowledged(long ticket)
    {
        if (!flushes.Remove(ticket, out var asked))
        {
            return;
        }

        foreach (var list in cells)
        {
            list.RemoveAll(c => c.Dead > 0 && c.Dead <= asked);
        }
    }

    /// <summary>True when a copy may hold this value; <paramref name="flushedOnly"/> after a power cut.</summary>
    public bool IsAllowed(int cell, long value, bool flushedOnly)
    {
        foreach (var candidate in cells[cell])
        {
            if (candidate.Value == value && (candidate.Dead == 0 || flushedOnly))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Words for a violation.</summary>
    public string Describe(int cell) =>
        string.Join(' ', cells[cell].Select(c => $"{c.Value}@{c.Arrived}/{c.Answered}{(c.Dead > 0 ? "x" : string.Empty)}"));

    /// <summary>A volume opens and everything is read.</summary>
    public void Settle(string where, Func<int, long> read, bool lossAccepted, bool flushedOnly)
    {
        moment++;
        for (var cell = 0; cell < cells.Length; cell++)
        {
            var value = read(cell);
            if (!lossAccepted && !IsAllowed(cell, value, flushedOnly))
            {
                throw new OracleException($"{where} opens and cell {cell} reads {value}; allowed: {Describe(cell)}");
            }

            var list = cells[cell];
            var seen = list.FindLast(c => c.Value == value && c.Dead == 0) ?? list.FindLast(c => c.Value == value);
            if (seen is null)
            {
                seen = new Candidate { Value = value, Arrived = moment, Answered = moment };
                list.Add(seen);
            }

            seen.Dead = 0;
            seen.Answered = seen.Answered == 0 ? moment : seen.Answered;
            foreach (var other in list)
            {
                if (other != seen && other.Dead == 0)
                {
                    other.Dead = moment;
                    other.IsLost = other.Answered == 0 && seen.Arrived < other.Arrived;
                }
            }

            if (lossAccepted)
            {
                list.RemoveAll(c => c != seen);
            }
        }

        if (lossAccepted)
        {
            // What the given-up primary still acknowledges is part of the loss that was accepted.
            writes.Clear();
        }
    }

    private sealed class Candidate
    {
        public long Ticket;
        public long Value;
        public long Arrived;
        public long Answered;
        public long Dead;
        public bool IsLost;
    }
}
