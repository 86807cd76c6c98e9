namespace Runbooks.Engine.Rpc;

/// <summary>
/// What a handler may know about the call it answers. <see cref="Cancelled"/> fires when the peer's stream is aborted.
/// The host must run <see cref="ReportUndeliveredAsync"/> when a returned answer could not be written to the peer:
/// a poll then gives its task back instead of losing it until a timeout.
/// </summary>
public sealed class RpcCall
{
    private readonly List<Func<Task>> _undelivered = [];

    public RpcCall(CancellationToken cancelled, DateTimeOffset? deadline = null,
        IReadOnlyDictionary<string, string>? metadata = null, string? principal = null)
    {
        Cancelled = cancelled;
        Deadline = deadline;
        Metadata = metadata ?? new Dictionary<string, string>();
        Principal = principal;
    }

    public CancellationToken Cancelled { get; }

    /// <summary>Null when the caller set no <c>grpc-timeout</c>.</summary>
    public DateTimeOffset? Deadline { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The authenticated caller (certificate subject or token owner), null on an open listener.</summary>
    public string? Principal { get; }

    public void OnUndelivered(Func<Task> giveBack) => _undelivered.Add(giveBack);

    public async Task ReportUndeliveredAsync()
    {
        foreach (var giveBack in _undelivered)
        {
            await giveBack();
        }

        _undelivered.Clear();
    }

    /// <summary>
    /// How long a poll may be held: <paramref name="longest"/>, or just short of the caller's deadline.
    /// </summary>
    public TimeSpan HoldFor(TimeSpan longest, DateTimeOffset now)
    {
        if (Deadline is not { } deadline)
        {
            return longest;
        }

        // An empty answer must still travel back before the peer gives up; below half a second there is nothing to win.
        var left = deadline - now - TimeSpan.FromMilliseconds(500);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < longest ? left : longest;
    }
}
