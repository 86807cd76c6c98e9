using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Core;
using Runbooks.Temporal.Workflows;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// Executes local activities with their retries. A backoff longer than the local retry threshold is handed back: the
/// code then waits by a durable timer and schedules the activity again with its next attempt.
/// </summary>
internal sealed class LocalActivityExecutor(WorkerContext worker, ActivityTable table) : IDisposable
{
    private readonly SemaphoreSlim slots = new(Math.Max(1, worker.Options.MaxConcurrentLocalActivities));

    public void Dispose() => slots.Dispose();

    internal async Task<LocalActivityRecord> ExecuteAsync(
        LocalActivityMachine machine, WorkflowInfo run, CancellationToken cancellation)
    {
        var request = machine.Request;
        var began = DateTime.UtcNow;
        LocalActivityRecord Record(int attempt, ActivityResult result, TimeSpan? backoff) => machine.MakeRecord(
            attempt, DateTime.UtcNow - began, result.Result, result.Failure, backoff);
        for (var attempt = request.Attempt; ; attempt++)
        {
            var result = await AttemptAsync(machine, run, attempt, cancellation).ConfigureAwait(false);
            if (result.Failure is null || result.IsCanceled)
            {
                return Record(attempt, result, null);
            }
            var policy = request.Attributes.RetryPolicy;
            var delay = LocalRetries.NextDelay(policy, attempt, result.Failure);
            if (delay is not { } wait || IsTooLate(machine, wait))
            {
                return Record(attempt, result, null);
            }
            if (wait > request.LocalRetryThreshold)
            {
                return Record(attempt, result, wait);
            }
            try
            {
                await Task.Delay(wait, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return Record(attempt, await CanceledAsync().ConfigureAwait(false), null);
            }
        }
    }

    private async Task<ActivityResult> AttemptAsync(
        LocalActivityMachine machine, WorkflowInfo run, int attempt, CancellationToken cancellation)
    {
        var a = machine.Request.Attributes;
        if (!await TryEnterAsync(a.ScheduleToStartTimeout?.ToTimeSpan(), cancellation).ConfigureAwait(false))
        {
            return await TimedOutAsync(TimeoutType.ScheduleToStart).ConfigureAwait(false);
        }
        try
        {
            using var running = new ActivityAttempt(
                Info(machine, run, attempt), worker.Interceptors, worker.LoggerFactory, () => worker.Client,
                CancellationToken.None);
            using var registration = cancellation.Register(
                () => running.Cancel(ActivityCancelReason.CancelRequested));
            var work = running.RunAsync(table, a.Input, a.Header, null);
            var (limit, type) = Limit(machine);
            if (limit is { } span)
            {
                using var timer = new CancellationTokenSource();
                if (await Task.WhenAny(work, Task.Delay(span, timer.Token)).ConfigureAwait(false) != work)
                {
                    // Local code is told, but not waited for: it may never listen, and the task must go on.
                    running.Cancel(ActivityCancelReason.Timeout);
                    return await TimedOutAsync(type).ConfigureAwait(false);
                }
                await timer.CancelAsync().ConfigureAwait(false);
            }
            return await work.ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<bool> TryEnterAsync(TimeSpan? limit, CancellationToken cancellation)
    {
        try
        {
            return await slots.WaitAsync(
                limit is { } span && span > TimeSpan.Zero ? span : Timeout.InfiniteTimeSpan, cancellation)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The attempt itself sees the same token and ends at once.
            await slots.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            return true;
        }
    }

    private static (TimeSpan? Limit, TimeoutType Type) Limit(LocalActivityMachine machine)
    {
        var a = machine.Request.Attributes;
        TimeSpan? limit = a.StartToCloseTimeout?.ToTimeSpan();
        var type = TimeoutType.StartToClose;
        if (a.ScheduleToCloseTimeout?.ToTimeSpan() is { } total)
        {
            var left = total - (DateTime.UtcNow - machine.OriginalScheduleTime);
            if (limit is null || left < limit)
            {
                limit = left > TimeSpan.Zero ? left : TimeSpan.Zero;
                type = TimeoutType.ScheduleToClose;
            }
        }
        return (limit, type);
    }

    private static bool IsTooLate(LocalActivityMachine machine, TimeSpan wait) =>
        machine.Request.Attributes.ScheduleToCloseTimeout?.ToTimeSpan() is { } total &&
        DateTime.UtcNow - machine.OriginalScheduleTime + wait >= total;

    private async Task<ActivityResult> TimedOutAsync(TimeoutType type)
    {
        var e = new TimeoutFailureException("Activity timed out", type);
        return ActivityResult.Failed(await worker.DataConverter.ToFailureAsync(e).ConfigureAwait(false), e);
    }

    private async Task<ActivityResult> CanceledAsync() => ActivityResult.Canceled(
        await worker.DataConverter.ToFailureAsync(new CanceledFailureException("Cancelled")).ConfigureAwait(false));

    private ActivityInfo Info(LocalActivityMachine machine, WorkflowInfo run, int attempt)
    {
        var a = machine.Request.Attributes;
        var now = DateTime.UtcNow;
        return new(
            a.ActivityId,
            a.ActivityType.Name,
            attempt,
            now,
            worker.DataConverter,
            [],
            null,
            true,
            Priority.Default,
            RetryPolicy.FromProto(a.RetryPolicy),
            a.ScheduleToCloseTimeout?.ToTimeSpan(),
            machine.OriginalScheduleTime,
            a.StartToCloseTimeout?.ToTimeSpan(),
            now,
            worker.TaskQueue,
            [],
            run.WorkflowId,
            run.Namespace,
            run.RunId,
            run.WorkflowType);
    }
}
