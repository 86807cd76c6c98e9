using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.Runs;

/// <summary>
/// A run in memory: its state, the version the database has, the newest events, and whoever waits for it. Used only
/// under the lock of its workflow id, except <see cref="Changed"/>.
/// </summary>
public sealed class RunEntry(RunState state, long version)
{
    private const int CachedEventsMax = 2_000;

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<HistoryEvent> _cached = [];

    public RunState State { get; set; } = state;

    public long Version { get; set; } = version;

    public RunKey Key { get; } = state.Key;

    /// <summary>Events that have an id but are not in the database: only ever the start of a workflow task.</summary>
    public List<HistoryEvent> Unwritten { get; } = [];

    /// <summary>Set while a machine works on the state; still set afterwards, the state cannot be trusted.</summary>
    public bool InTransition { get; set; }

    public Dictionary<string, QueryTicket> Queries { get; } = [];

    /// <summary>How updates ended that left nothing in the state, for callers still waiting.</summary>
    public Dictionary<string, UpdateNotice> Endings { get; } = [];

    /// <summary>The hint on a queue for the pending workflow task.</summary>
    public (long ScheduledEventId, int Attempt, string Queue, DateTimeOffset Time)? QueuedTask { get; set; }

    public HashSet<(long ScheduledEventId, int Attempt)> QueuedActivities { get; } = [];

    public bool OutboxRunning { get; set; }

    /// <summary>Completes at the next change of this run.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public long FirstCachedEventId => _cached.Count == 0 ? State.NextEventId : _cached[0].EventId;

    public void Pulse() =>
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    public void Remember(IEnumerable<HistoryEvent> events)
    {
        _cached.AddRange(events);
        if (_cached.Count > CachedEventsMax)
        {
            _cached = _cached.GetRange(_cached.Count - CachedEventsMax / 2, CachedEventsMax / 2);
        }
    }

    /// <summary>Puts older events, read from the database, before those in memory.</summary>
    public void RememberOlder(IReadOnlyList<HistoryEvent> older)
    {
        var first = FirstCachedEventId;
        if (older.Count + _cached.Count <= CachedEventsMax)
        {
            _cached = [.. older.Where(e => e.EventId < first), .. _cached];
        }
    }

    /// <summary>Undoes the one unwritten event, whose id is then free again.</summary>
    public void TakeBackLast()
    {
        var last = Unwritten[^1];
        Unwritten.RemoveAt(Unwritten.Count - 1);
        _cached.Remove(last);
        State.NextEventId--;
        State.HistorySize -= last.CalculateSize();
    }

    public IEnumerable<HistoryEvent> CachedFrom(long eventId) =>
        _cached.Skip((int)Math.Max(0, eventId - FirstCachedEventId));

    public void NoteEnding(UpdateNotice notice)
    {
        if (Endings.Count > 200)
        {
            Endings.Clear();
        }

        Endings[notice.UpdateId] = notice;
    }
}
