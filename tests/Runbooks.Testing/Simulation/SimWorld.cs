namespace Runbooks.Testing.Simulation;

/// <summary>
/// One thread, one clock, one seed: everything that happens in a simulation is an action in this queue.
/// </summary>
public sealed class SimWorld(int seed)
{
    private readonly PriorityQueue<Action, (long At, long Order)> queue = new();
    private readonly Queue<string> transcript = new();
    private ulong state = ((ulong)(uint)seed * 0x9E3779B97F4A7C15UL) + 0xD1B54A32D192ED03UL;
    private long order;

    /// <summary>The seed.</summary>
    public int Seed { get; } = seed;

    /// <summary>Simulated time.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Actions run so far.</summary>
    public long Actions { get; private set; }

    /// <summary>How many lines of transcript are kept.</summary>
    public int TranscriptMax { get; set; } = 400;

    /// <summary>The last lines of what happened.</summary>
    public IEnumerable<string> Transcript => transcript;

    /// <summary>True when the queue is empty.</summary>
    public bool IsIdle => queue.Count == 0;

    /// <summary>Runs an action later.</summary>
    public void After(TimeSpan delay, Action action) => queue.Enqueue(action, ((Now + delay).Ticks, order++));

    /// <summary>Runs an action after a random delay.</summary>
    public void AfterBetween(double fromMs, double toMs, Action action) =>
        After(TimeSpan.FromMilliseconds(fromMs + (NextDouble() * (toMs - fromMs))), action);

    /// <summary>Runs the next action.</summary>
    public bool Step()
    {
        if (!queue.TryDequeue(out var action, out var at))
        {
            return false;
        }

        Now = new TimeSpan(at.At);
        Actions++;
        action();
        return true;
    }

    /// <summary>A line for the transcript; free when nobody will read it.</summary>
    public void Note(Func<string> line)
    {
        if (TranscriptMax == 0)
        {
            return;
        }

        transcript.Enqueue($"{Now.TotalMilliseconds,10:0.000} {line()}");
        if (transcript.Count > TranscriptMax)
        {
            transcript.Dequeue();
        }
    }

    /// <summary>A random number in [0, max).</summary>
    public int Next(int max) => (int)(NextBits() % (ulong)max);

    /// <summary>A random number in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) / (double)(1UL << 53);

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => probability > 0 && NextDouble() < probability;

    // splitmix64: the same sequence on every machine and runtime version, which System.Random does not promise.
    private ulong NextBits()
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}

/// <summary>An oracle saw something that must never happen.</summary>
public sealed class OracleException(string message) : Exception(message);
