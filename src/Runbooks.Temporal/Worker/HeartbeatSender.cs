using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Temporalio.Api.Common.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// Heartbeats of one attempt. The first is sent at once, later ones at most once per interval, always the newest; what
/// was not sent travels with a failure, so the next attempt never loses progress.
/// </summary>
internal sealed class HeartbeatSender : IDisposable
{
    private readonly WorkerContext worker;
    private readonly ActivityAttempt attempt;
    private readonly TimeSpan interval;
    private readonly Timer? silence;
    private readonly Lock gate = new();
    private object?[]? pending;
    private Task sending = Task.CompletedTask;
    private bool isSending;
    private bool isDisposed;

    internal HeartbeatSender(WorkerContext worker, ActivityAttempt attempt)
    {
        this.worker = worker;
        this.attempt = attempt;
        interval = Interval(worker.Options, attempt.Info.HeartbeatTimeout);
        if (attempt.Info.HeartbeatTimeout is { } timeout)
        {
            // The server has the say; half a timeout of grace keeps clocks from disagreeing.
            silence =
                new(_ => attempt.Cancel(ActivityCancelReason.Timeout), null, timeout * 1.5, Timeout.InfiniteTimeSpan);
        }
    }

    internal static TimeSpan Interval(TemporalWorkerOptions options, TimeSpan? heartbeatTimeout)
    {
        var wanted = heartbeatTimeout * 0.8 ?? options.DefaultHeartbeatThrottleInterval;
        return wanted < options.MaxHeartbeatThrottleInterval ? wanted : options.MaxHeartbeatThrottleInterval;
    }

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
        }
        silence?.Dispose();
    }

    internal void Record(object?[] details)
    {
        lock (gate)
        {
            if (isDisposed)
            {
                return;
            }
            pending = details;
            if (attempt.Info.HeartbeatTimeout is { } timeout)
            {
                silence?.Change(timeout * 1.5, Timeout.InfiniteTimeSpan);
            }
            if (!isSending)
            {
                isSending = true;
                sending = Task.Run(SendLoopAsync);
            }
        }
    }

    /// <summary>Details that were recorded but not sent; null when all were.</summary>
    internal async Task<Payloads?> TakeUnsentAsync()
    {
        object?[]? unsent;
        lock (gate)
        {
            isDisposed = true;
            unsent = pending;
            pending = null;
        }
        return unsent is null ? null : await ConvertAsync(unsent).ConfigureAwait(false);
    }

    private async Task SendLoopAsync()
    {
        while (true)
        {
            object?[] details;
            lock (gate)
            {
                if (pending is null || isDisposed)
                {
                    isSending = false;
                    return;
                }
                details = pending;
                pending = null;
            }
            await SendAsync(details).ConfigureAwait(false);
            await Task.Delay(interval).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(object?[] details)
    {
        Payloads payloads;
        try
        {
            payloads = await ConvertAsync(details).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Details come from activity code; the activity is told by its token, as it waits for nothing else here.
            worker.Logger.LogWarning(e, "Heartbeat of {Activity} could not be converted", attempt.Info.ActivityType);
            attempt.Cancel(ActivityCancelReason.HeartbeatRecordFailure);
            return;
        }
        try
        {
            var answer = await worker.Service.RecordActivityTaskHeartbeatAsync(
                new()
                {
                    Namespace = worker.Namespace,
                    TaskToken = attempt.Context.TaskToken,
                    Identity = worker.Identity,
                    Details = payloads,
                },
                new() { Retry = true }).ConfigureAwait(false);
            if (answer.CancelRequested)
            {
                attempt.Cancel(ActivityCancelReason.CancelRequested);
            }
            else if (answer.ActivityReset)
            {
                attempt.Cancel(ActivityCancelReason.Reset);
            }
            else if (answer.ActivityPaused)
            {
                attempt.Cancel(ActivityCancelReason.Paused);
            }
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.NotFound)
        {
            attempt.Cancel(ActivityCancelReason.GoneFromServer);
        }
        catch (RpcException e)
        {
            worker.Logger.LogWarning(
                "Heartbeat of {Activity} not sent: {Message}", attempt.Info.ActivityType, e.Message);
        }
    }

    private async Task<Payloads> ConvertAsync(object?[] details)
    {
        var payloads = await attempt.Info.DataConverter.ToPayloadsAsync(details).ConfigureAwait(false);
        return new() { Payloads_ = { payloads } };
    }
}
