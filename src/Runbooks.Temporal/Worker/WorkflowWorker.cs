using Runbooks.Temporal.Worker.Language;
using Runbooks.Temporal.Workflows;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>Polls workflow tasks on the normal and the sticky queue.</summary>
internal sealed class WorkflowWorker : IDisposable
{
    private readonly WorkerContext worker;
    private readonly WorkflowTaskHandler handler;
    private readonly LocalActivityExecutor localActivities;
    private readonly SemaphoreSlim slots;
    private readonly int slotCount;
    private readonly int normalPolls;
    private readonly int stickyPolls;

    internal WorkflowWorker(WorkerContext worker, LocalActivityExecutor localActivities)
    {
        this.worker = worker;
        this.localActivities = localActivities;
        var o = worker.Options;
        (normalPolls, stickyPolls) = SplitPolls(
            o.MaxConcurrentWorkflowTaskPolls, o.NonStickyToStickyPollRatio, worker.IsSticky);
        // Every open poll holds a slot; with fewer slots than polls a queue would starve.
        slotCount = Math.Max(o.MaxConcurrentWorkflowTasks, normalPolls + stickyPolls);
        slots = new(slotCount);
        var (named, dynamic) = WorkflowTable.Make(o.Workflows);
        var instances = new WorkflowInstanceOptions(
            worker.Namespace, worker.TaskQueue, worker.DataConverter, worker.Interceptors,
            o.WorkflowFailureExceptionTypes ?? [], worker.LoggerFactory);
        handler = new(
            worker, new(named, dynamic, instances, !o.DebugMode), Cache = new(o.MaxCachedWorkflows), localActivities);
    }

    public void Dispose()
    {
        localActivities.Dispose();
        slots.Dispose();
    }

    internal RunCache Cache { get; }

    internal IEnumerable<Task> StartPollers(CancellationToken stopping, CancellationToken abandon)
    {
        for (var i = 0; i < normalPolls + stickyPolls; i++)
        {
            var queue = i < normalPolls ? worker.NormalTaskQueue() : worker.StickyTaskQueue();
            var poller = new Poller<PollWorkflowTaskQueueResponse>(
                i < normalPolls ? "Workflow" : "Sticky workflow",
                worker, slots, token => PollAsync(queue, token), handler.HandleAsync);
            yield return poller.RunAsync(stopping, abandon);
        }
    }

    /// <summary>Waits until no task is in work. Pollers must have ended.</summary>
    internal async Task DrainAsync()
    {
        for (var i = 0; i < slotCount; i++)
        {
            await slots.WaitAsync().ConfigureAwait(false);
        }
    }

    internal static (int Normal, int Sticky) SplitPolls(int polls, float ratio, bool isSticky)
    {
        if (!isSticky)
        {
            return (Math.Max(1, polls), 0);
        }
        var all = Math.Max(2, polls);
        var normal = Math.Clamp((int)MathF.Round(all * ratio), 1, all - 1);
        return (normal, all - normal);
    }

    private async Task<PollWorkflowTaskQueueResponse?> PollAsync(TaskQueue queue, CancellationToken token)
    {
        var task = await worker.Service.PollWorkflowTaskQueueAsync(
            new()
            {
                Namespace = worker.Namespace,
                TaskQueue = queue,
                Identity = worker.Identity,
                WorkerInstanceKey = worker.InstanceKey,
            },
            new() { CancellationToken = token, Retry = false }).ConfigureAwait(false);
        return task.TaskToken.IsEmpty ? null : task;
    }
}
