namespace Runbooks.Temporal.Workflows;

/// <summary>A counting semaphore for workflow code; waiters are served in order of arrival.</summary>
public class Semaphore
{
    private readonly LinkedList<object> waiters = new();

    /// <summary>Creates a semaphore with all permits free.</summary>
    /// <param name="initialCount">Permits, at least 1.</param>
    public Semaphore(int initialCount)
        : this(initialCount, initialCount)
    {
    }

    /// <summary>Creates a semaphore.</summary>
    /// <param name="initialCount">Free permits.</param>
    /// <param name="maxCount">All permits.</param>
    public Semaphore(int initialCount, int maxCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(initialCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, Math.Max(1, initialCount));
        CurrentCount = initialCount;
        MaxCount = maxCount;
    }

    /// <summary>All permits.</summary>
    public int MaxCount { get; }

    /// <summary>Free permits.</summary>
    public int CurrentCount { get; private set; }

    /// <summary>Waits for a permit and takes it.</summary>
    /// <param name="cancellationToken">Default: null, the workflow's own token.</param>
    /// <returns>When a permit is held.</returns>
    public Task WaitAsync(CancellationToken? cancellationToken = null) =>
        WaitInternalAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Waits a limited time for a permit.</summary>
    /// <param name="timeout">Longest wait.</param>
    /// <param name="cancellationToken">Default: null, the workflow's own token.</param>
    /// <returns>True when a permit is held.</returns>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken? cancellationToken = null) =>
        WaitInternalAsync(timeout, cancellationToken);

    /// <summary>Gives permits back.</summary>
    /// <param name="releaseCount">Permits.</param>
    /// <returns>Free permits before the call.</returns>
    public int Release(int releaseCount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(releaseCount, 1);
        if (CurrentCount + releaseCount > MaxCount)
        {
            throw new SemaphoreFullException();
        }
        var before = CurrentCount;
        CurrentCount += releaseCount;
        return before;
    }

    private async Task<bool> WaitInternalAsync(TimeSpan timeout, CancellationToken? cancellationToken)
    {
        var token = cancellationToken ?? Workflow.CancellationToken;
        token.ThrowIfCancellationRequested();
        if (CurrentCount > 0 && waiters.Count == 0)
        {
            CurrentCount--;
            return true;
        }
        if (timeout == TimeSpan.Zero)
        {
            return false;
        }
        var me = waiters.AddLast(new object());
        try
        {
            bool MyTurn() => CurrentCount > 0 && waiters.First == me;
            if (timeout == Timeout.InfiniteTimeSpan)
            {
                await Workflow.WaitConditionAsync(MyTurn, token);
            }
            else if (!await Workflow.WaitConditionAsync(MyTurn, timeout, token))
            {
                return false;
            }
            CurrentCount--;
            return true;
        }
        finally
        {
            waiters.Remove(me);
        }
    }
}
