using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>Polls activity tasks, runs attempts and reports how they ended.</summary>
internal sealed class ActivityWorker : IDisposable
{
    private readonly WorkerContext worker;
    private readonly ActivityTable table;
    private readonly SemaphoreSlim slots;
    private readonly ConcurrentDictionary<ActivityAttempt, byte> running = new();
    private readonly CancellationTokenSource shutdown = new();
    private readonly int slotCount;

    internal ActivityWorker(WorkerContext worker, ActivityTable table)
    {
        this.worker = worker;
        this.table = table;
        slotCount = Math.Max(1, worker.Options.MaxConcurrentActivities);
        slots = new(slotCount);
    }

    public void Dispose()
    {
        shutdown.Dispose();
        slots.Dispose();
    }

    internal IEnumerable<Task> StartPollers(CancellationToken stopping, CancellationToken abandon)
    {
        for (var i = 0; i < Math.Clamp(worker.Options.MaxConcurrentActivityTaskPolls, 1, slotCount); i++)
        {
            yield return new Poller<PollActivityTaskQueueResponse>("Activity", worker, slots, PollAsync, HandleAsync)
                .RunAsync(stopping, abandon);
        }
    }

    /// <summary>
    /// Tells attempts that the worker stops, gives them the grace period, cancels the rest and waits.
    /// </summary>
    internal async Task DrainAsync(TimeSpan grace)
    {
        await shutdown.CancelAsync().ConfigureAwait(false);
        var drained = Task.Run(async () =>
        {
            for (var i = 0; i < slotCount; i++)
            {
                await slots.WaitAsync().ConfigureAwait(false);
            }
        });
        if (await Task.WhenAny(drained, Task.Delay(grace)).ConfigureAwait(false) != drained)
        {
            foreach (var attempt in running.Keys)
            {
                attempt.Cancel(ActivityCancelReason.WorkerShutdown);
            }
        }
        await drained.ConfigureAwait(false);
    }

    private async Task<PollActivityTaskQueueResponse?> PollAsync(CancellationToken token)
    {
        var request = new PollActivityTaskQueueRequest
        {
            Namespace = worker.Namespace,
            TaskQueue = worker.NormalTaskQueue(),
            Identity = worker.Identity,
            WorkerInstanceKey = worker.InstanceKey,
        };
        if (worker.Options.MaxTaskQueueActivitiesPerSecond is { } rate)
        {
            request.TaskQueueMetadata = new() { MaxTasksPerSecond = rate };
        }
        var task = await worker.Service
            .PollActivityTaskQueueAsync(request, new() { CancellationToken = token, Retry = false })
            .ConfigureAwait(false);
        return task.TaskToken.IsEmpty ? null : task;
    }

    private async Task HandleAsync(PollActivityTaskQueueResponse task)
    {
        using var attempt = new ActivityAttempt(
            ReadInfo(task), worker.Interceptors, worker.LoggerFactory, () => worker.Client, shutdown.Token);
        running[attempt] = 0;
        using var heartbeats = new HeartbeatSender(worker, attempt);
        using var timeout = StartTimeout(attempt);
        try
        {
            var result = await attempt.RunAsync(table, task.Input, task.Header, heartbeats.Record)
                .ConfigureAwait(false);
            await ReportAsync(task, attempt, result, heartbeats).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Boundary of one attempt: the server will notice the missing answer by its timeouts.
            worker.Logger.LogWarning(e, "Activity {Activity} of {WorkflowId} not reported",
                attempt.Info.ActivityType, attempt.Info.WorkflowId);
        }
        finally
        {
            running.TryRemove(attempt, out _);
        }
    }

    /// <summary>The server enforces timeouts; this only frees the slot of an attempt nobody waits for.</summary>
    private static Timer? StartTimeout(ActivityAttempt attempt)
    {
        var info = attempt.Info;
        var limit = info.StartToCloseTimeout ?? TimeSpan.MaxValue;
        if (info.ScheduleToCloseTimeout is { } total && total - (info.StartedTime - info.ScheduledTime) is var left &&
            left < limit)
        {
            limit = left;
        }
        // A timer takes at most 49.7 days; an attempt that may run longer needs none.
        if (limit > TimeSpan.FromDays(49))
        {
            return null;
        }
        var due = (limit > TimeSpan.Zero ? limit : TimeSpan.Zero) + TimeSpan.FromMilliseconds(100);
        return new(_ => attempt.Cancel(ActivityCancelReason.Timeout), null, due, Timeout.InfiniteTimeSpan);
    }

    private async Task ReportAsync(
        PollActivityTaskQueueResponse task, ActivityAttempt attempt, ActivityResult result, HeartbeatSender heartbeats)
    {
        if (result.IsLater)
        {
            return;
        }
        if (result.Error is { } error &&
            error is not ApplicationFailureException { Category: ApplicationErrorCategory.Benign })
        {
            worker.Logger.LogWarning(error, "Activity {Activity} of {WorkflowId} failed in attempt {Attempt}",
                attempt.Info.ActivityType, attempt.Info.WorkflowId, attempt.Info.Attempt);
        }
        if (result.Failure is not null && attempt.Reason == ActivityCancelReason.GoneFromServer)
        {
            return;
        }
        try
        {
            await SendAsync(task, result, heartbeats).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.NotFound)
        {
            worker.Logger.LogInformation("Activity {Activity} of {WorkflowId} was gone when it ended",
                attempt.Info.ActivityType, attempt.Info.WorkflowId);
        }
    }

    private async Task SendAsync(PollActivityTaskQueueResponse task, ActivityResult result, HeartbeatSender heartbeats)
    {
        var options = new RpcOptions { Retry = true };
        if (result.Failure is null)
        {
            await worker.Service.RespondActivityTaskCompletedAsync(
                new()
                {
                    TaskToken = task.TaskToken,
                    Namespace = worker.Namespace,
                    Identity = worker.Identity,
                    Result = result.Result is null ? null : new() { Payloads_ = { result.Result } },
                },
                options).ConfigureAwait(false);
        }
        else if (result.IsCanceled)
        {
            await worker.Service.RespondActivityTaskCanceledAsync(
                new()
                {
                    TaskToken = task.TaskToken,
                    Namespace = worker.Namespace,
                    Identity = worker.Identity,
                    Details = result.Failure.CanceledFailureInfo?.Details,
                },
                options).ConfigureAwait(false);
        }
        else
        {
            await worker.Service.RespondActivityTaskFailedAsync(
                new()
                {
                    TaskToken = task.TaskToken,
                    Namespace = worker.Namespace,
                    Identity = worker.Identity,
                    Failure = result.Failure,
                    LastHeartbeatDetails = await heartbeats.TakeUnsentAsync().ConfigureAwait(false),
                },
                options).ConfigureAwait(false);
        }
    }

    private ActivityInfo ReadInfo(PollActivityTaskQueueResponse t) => new(
        t.ActivityId,
        t.ActivityType.Name,
        t.Attempt,
        t.CurrentAttemptScheduledTime?.ToDateTime() ?? default,
        worker.DataConverter,
        t.HeartbeatDetails?.Payloads_ ?? [],
        NullIfZero(t.HeartbeatTimeout),
        false,
        Common.Priority.FromProto(t.Priority),
        t.RetryPolicy is null ? null : Common.RetryPolicy.FromProto(t.RetryPolicy),
        NullIfZero(t.ScheduleToCloseTimeout),
        t.ScheduledTime?.ToDateTime() ?? default,
        NullIfZero(t.StartToCloseTimeout),
        t.StartedTime?.ToDateTime() ?? default,
        worker.TaskQueue,
        t.TaskToken.ToByteArray(),
        t.WorkflowExecution?.WorkflowId ?? string.Empty,
        t.WorkflowNamespace,
        t.WorkflowExecution?.RunId ?? string.Empty,
        t.WorkflowType?.Name ?? string.Empty);

    private static TimeSpan? NullIfZero(Duration? duration) =>
        duration is null or { Seconds: 0, Nanos: 0 } ? null : duration.ToTimeSpan();
}
