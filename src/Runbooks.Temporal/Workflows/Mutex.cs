namespace Runbooks.Temporal.Workflows;

/// <summary>
/// A lock for workflow code. The lock types of the framework may resume waiters on other threads, which a
/// workflow must not; this one queues them inside the run. Not re-entrant.
/// </summary>
public class Mutex
{
    private readonly Semaphore semaphore = new(1);

    /// <summary>Waits until the lock is free and takes it.</summary>
    /// <param name="cancellationToken">Default: null, the workflow's own token.</param>
    /// <returns>When the lock is held.</returns>
    public Task WaitOneAsync(CancellationToken? cancellationToken = null) => semaphore.WaitAsync(cancellationToken);

    /// <summary>Waits a limited time for the lock.</summary>
    /// <param name="timeout">Longest wait.</param>
    /// <param name="cancellationToken">Default: null, the workflow's own token.</param>
    /// <returns>True when the lock is held.</returns>
    public Task<bool> WaitOneAsync(TimeSpan timeout, CancellationToken? cancellationToken = null) =>
        semaphore.WaitAsync(timeout, cancellationToken);

    /// <summary>Gives the lock back. Must be held.</summary>
    public void ReleaseMutex() => semaphore.Release();
}
