using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// One loop that takes tasks of one kind and hands them on. A task slot is taken before the poll, so the server never
/// gives out a task that would wait here while its timeout runs.
/// </summary>
internal sealed class Poller<TTask>(
    string name, WorkerContext worker, SemaphoreSlim slots, Func<CancellationToken, Task<TTask?>> poll,
    Func<TTask, Task> handle)
    where TTask : class
{
    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(10);

    /// <summary>Polls until <paramref name="stopping"/>; <paramref name="abandon"/> also ends an open poll.</summary>
    internal async Task RunAsync(CancellationToken stopping, CancellationToken abandon)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await slots.WaitAsync(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            TTask? task = null;
            var wait = TimeSpan.Zero;
            try
            {
                task = await poll(abandon).ConfigureAwait(false);
                failures = 0;
            }
            catch (OperationCanceledException) when (abandon.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException e) when (!IsFatal(e))
            {
                wait = Backoff(failures++, e.Code == RpcException.StatusCode.ResourceExhausted);
                worker.Logger.LogWarning("{Poller} poll failed, next in {Wait}: {Message}", name, wait, e.Message);
            }
            finally
            {
                if (task is null)
                {
                    slots.Release();
                }
            }
            if (task is not null)
            {
                _ = HandleAsync(task);
            }
            else if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Errors no waiting cures: the worker ends with them.</summary>
    private static bool IsFatal(RpcException e) => e.Code is RpcException.StatusCode.PermissionDenied
        or RpcException.StatusCode.Unauthenticated or RpcException.StatusCode.InvalidArgument
        or RpcException.StatusCode.Unimplemented;

    private static TimeSpan Backoff(int failures, bool exhausted)
    {
        var factor = Math.Pow(2, Math.Min(failures, 8)) * (exhausted ? 5 : 1);
        var wait = TimeSpan.FromTicks((long)(BackoffMin.Ticks * factor * (0.8 + (0.4 * Random.Shared.NextDouble()))));
        return wait > BackoffMax ? BackoffMax : wait;
    }

    private async Task HandleAsync(TTask task)
    {
        // Yields so that the loop polls again at once.
        await Task.Yield();
        try
        {
            await handle(task).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }
}
