namespace Runbooks.Testing.Simulation;

/// <summary>
/// The line between two sites: in order within a connection, stalled
/// by a cut in that direction, later than a newer connection.
/// </summary>
public sealed class SimWan(SimWorld world, int sites)
{
    private readonly bool[,] isCut = new bool[sites, sites];
    private readonly List<Connection>[,] connections = Table(sites);

    /// <summary>Number of connections ever opened; a session's number.</summary>
    public long Opened { get; private set; }

    /// <summary>True while nothing passes in that direction.</summary>
    public bool IsCut(int from, int to) => isCut[from, to];

    /// <summary>Cuts or heals one direction. What is stalled arrives after the healing, or never: TCP.</summary>
    public void Set(int from, int to, bool cut)
    {
        world.Note(() => $"wan {from}->{to} {(cut ? "cut" : "healed")}");
        isCut[from, to] = cut;
        if (cut)
        {
            return;
        }

        foreach (var connection in connections[from, to].Concat(connections[to, from]))
        {
            connection.Resume();
        }

        connections[from, to].RemoveAll(c => c.IsClosedByBoth);
    }

    /// <summary>Opens a connection.</summary>
    public Connection Open(int from, int to)
    {
        var opened = new Connection(this, world, from, to, ++Opened);
        connections[from, to].RemoveAll(c => c.IsClosedByBoth);
        connections[from, to].Add(opened);
        return opened;
    }

    private static List<Connection>[,] Table(int sites)
    {
        var table = new List<Connection>[sites, sites];
        for (var i = 0; i < sites * sites; i++)
        {
            table[i / sites, i % sites] = [];
        }

        return table;
    }
}

/// <summary>
/// One connection. Each end closes for itself; what is under way to an end that is open still arrives there.
/// </summary>
public sealed class Connection
{
    private readonly SimWan wan;
    private readonly SimWorld world;
    private readonly Queue<Action>[] pipes = [new(), new()];
    private readonly TimeSpan[] lastArrival = new TimeSpan[2];
    private readonly bool[] isOpen = [true, true];
    private readonly double delayMs;

    internal Connection(SimWan wan, SimWorld world, int dialler, int listener, long session)
    {
        (this.wan, this.world, Dialler, Listener, Session) = (wan, world, dialler, listener, session);
        OpenedAt = world.Now;
        delayMs = 0.2 + (world.NextDouble() * 4);
    }

    /// <summary>The primary's site.</summary>
    public int Dialler { get; }

    /// <summary>The standby's site.</summary>
    public int Listener { get; }

    /// <summary>Number of the session.</summary>
    public long Session { get; }

    /// <summary>When it was opened.</summary>
    public TimeSpan OpenedAt { get; }

    /// <summary>When each end last heard something.</summary>
    public TimeSpan[] Heard { get; } = new TimeSpan[2];

    /// <summary>True when nobody listens any more.</summary>
    public bool IsClosedByBoth => !isOpen[0] && !isOpen[1];

    /// <summary>True while this end has not closed.</summary>
    public bool IsOpenAt(int site) => isOpen[site == Dialler ? 0 : 1];

    /// <summary>Sends to the other end.</summary>
    public void Send(int from, Action arrive)
    {
        var side = from == Dialler ? 0 : 1;
        if (!isOpen[side])
        {
            return;
        }

        pipes[side].Enqueue(arrive);
        Schedule(side);
    }

    /// <summary>Closes this end; the other learns it by a message, unless the line is cut.</summary>
    public void Close(int site, Action? peerLearns)
    {
        var side = site == Dialler ? 0 : 1;
        if (!isOpen[side])
        {
            return;
        }

        if (peerLearns is not null)
        {
            pipes[side].Enqueue(peerLearns);
            Schedule(side);
        }

        isOpen[side] = false;
    }

    internal void Resume()
    {
        for (var side = 0; side < 2; side++)
        {
            for (var i = 0; i < pipes[side].Count; i++)
            {
                Schedule(side);
            }
        }
    }

    private void Schedule(int side)
    {
        var at = world.Now
            + TimeSpan.FromMilliseconds(delayMs * (0.5 + (world.NextDouble() * (world.Chance(0.01) ? 20 : 1))));
        lastArrival[side] = at > lastArrival[side] ? at : lastArrival[side];
        world.After(lastArrival[side] - world.Now, () => Deliver(side));
    }

    private void Deliver(int side)
    {
        var (from, to) = side == 0 ? (Dialler, Listener) : (Listener, Dialler);
        if (pipes[side].Count == 0 || wan.IsCut(from, to))
        {
            return;
        }

        var arrive = pipes[side].Dequeue();
        if (isOpen[1 - side])
        {
            Heard[1 - side] = world.Now;
            arrive();
        }
    }
}
