using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.Matching;
using Runbooks.Engine.Rpc;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Service;

/// <summary>Who polls a queue, and how much waits on it.</summary>
public sealed class TaskQueueModule(EngineContext engine) : IRpcModule
{
    private static readonly TimeSpan PollersRemembered = TimeSpan.FromMinutes(5);

    public void Register(RpcTable table) => table.Add<DescribeTaskQueueRequest, DescribeTaskQueueResponse>(
        RpcTable.WorkflowService + "DescribeTaskQueue", (r, _) => Task.FromResult(Describe(r)));

    private DescribeTaskQueueResponse Describe(DescribeTaskQueueRequest r)
    {
        engine.RequireNamespace(r.Namespace);
        if (string.IsNullOrEmpty(r.TaskQueue?.Name))
        {
            throw RpcFault.Invalid("TaskQueue is not set on request.");
        }

        var answer = new DescribeTaskQueueResponse();
        var kind = r.TaskQueueType == TaskQueueType.Activity ? QueueKind.Activity : QueueKind.Workflow;
        var queue = engine.Queues.Find(new(r.Namespace, r.TaskQueue.Name, kind));
        foreach (var poller in queue?.Pollers(engine.Now - PollersRemembered) ?? [])
        {
            answer.Pollers.Add(new PollerInfo
            {
                Identity = poller.Identity, LastAccessTime = Timestamp.FromDateTimeOffset(poller.LastSeen),
                RatePerSecond = 100_000,
            });
        }

        if (r.ReportStats)
        {
            answer.Stats = new TaskQueueStats { ApproximateBacklogCount = queue?.Backlog ?? 0, ApproximateBacklogAge = new() };
        }

        return answer;
    }
}
