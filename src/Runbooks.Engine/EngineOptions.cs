namespace Runbooks.Engine;

/// <summary>Limits and times of the engine. Defaults are Temporal's own unless a member says otherwise.</summary>
public sealed record EngineOptions
{
    /// <summary>How long a poll is held when the caller's deadline allows it.</summary>
    public TimeSpan PollHold { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an update or history wait is held.</summary>
    public TimeSpan WaitHold { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan DefaultTaskTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A start that would replace or reuse a run started less than this ago is refused.</summary>
    public TimeSpan MinimumReuseInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A sticky queue without a poller for this long is passed over.</summary>
    public TimeSpan StickyPollerGrace { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan HeartbeatTaskLimit { get; init; } = TimeSpan.FromMinutes(30);

    public int HistoryEventsMax { get; init; } = 51_200;
    public long HistoryBytesMax { get; init; } = 50L << 20;
    public int SuggestContinueEvents { get; init; } = 4_096;
    public long SuggestContinueBytes { get; init; } = 4L << 20;
    public int BlobBytesMax { get; init; } = 2 << 20;
    public int PendingMax { get; init; } = 2_000;
    public int SignalsMax { get; init; } = 10_000;
    public int UpdatesInFlightMax { get; init; } = 10;
    public int UpdatesTotalMax { get; init; } = 2_000;
    public int IdBytesMax { get; init; } = 1_000;
    public int BufferedEventsMax { get; init; } = 100;
    public long BufferedBytesMax { get; init; } = 2L << 20;
    public int StateBytesMax { get; init; } = 8 << 20;
    public int HistoryPageEvents { get; init; } = 256;

    /// <summary>Runs kept in memory beyond those that someone waits on. About 8 KB each for small states.</summary>
    public int CachedRunsMax { get; init; } = 4_000;

    /// <summary>Write lanes to the database; each carries many runs per commit under load.</summary>
    public int CommitLanes { get; init; } = 3;
}
