using Runbooks.Engine.History;
using Runbooks.Engine.Matching;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Service;

/// <summary>A long poll: one task of a queue, started for one worker.</summary>
internal static class TaskPoll
{
    /// <summary>
    /// What <paramref name="start"/> made of the first task it could start; null when the poll's time is over. A task
    /// that was taken and not started is at the front of the queue again.
    /// </summary>
    public static async Task<T?> NextAsync<T>(
        this EngineContext engine, QueueKey key, string identity, string workerKey, RpcCall call,
        Func<TaskRef, Task<T?>> start)
        where T : class
    {
        var queue = engine.Queues.Get(key);
        using var hold = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled);
        hold.CancelAfter(call.HoldFor(engine.Options.PollHold, engine.Now));
        while (await queue.TakeAsync(identity, workerKey, engine.Now, hold.Token) is { } task)
        {
            if (call.Cancelled.IsCancellationRequested)
            {
                queue.Add(task, atFront: true);
                return null;
            }

            try
            {
                if (await start(task) is { } answer)
                {
                    return answer;
                }
            }
            catch (Exception fault) when (fault is StoreFault or RpcFault { Status: RpcStatus.Unavailable })
            {
                // This poll took the only mention of the task: without it nobody would be given the task again.
                queue.Add(task, atFront: true);
                throw;
            }
        }

        return null;
    }
}
