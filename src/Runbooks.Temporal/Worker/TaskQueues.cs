using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>Task queues of a worker as the protocol names them.</summary>
internal static class TaskQueues
{
    internal static TaskQueue NormalTaskQueue(this WorkerContext worker) =>
        new() { Name = worker.TaskQueue, Kind = TaskQueueKind.Normal };

    internal static TaskQueue StickyTaskQueue(this WorkerContext worker) => new()
    {
        Name = worker.StickyQueue,
        Kind = TaskQueueKind.Sticky,
        NormalName = worker.TaskQueue,
    };
}
