using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Runbooks.Engine.Rpc;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Schedules;

/// <summary>How a watched chain of runs ended.</summary>
public sealed record RunEnd(WorkflowExecutionStatus Status, Payloads? Result, Failure? Failure);

/// <summary>
/// What schedules do to runs: start, stop, await. It calls the engine's own
/// methods, so that a scheduled start passes the same checks as anybody's.
/// </summary>
public sealed class ScheduledRuns(RpcTable table, IRunReader runs)
{
    private static readonly TimeSpan WaitLongest = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Starts the action. The workflow id carries the nominal time and the request id is the start's own, so a start
    /// repeated after a crash finds its own run.
    /// </summary>
    /// <returns>The run; null when the id is taken by somebody else's run.</returns>
    public async Task<WorkflowExecution?> StartAsync(ScheduleRecord record, PendingStart due, CancellationToken cancel)
    {
        var request = RequestOf(record, due);
        try
        {
            var started = await CallAsync<StartWorkflowExecutionResponse>(
                "StartWorkflowExecution", request, cancel);
            return new WorkflowExecution { WorkflowId = request.WorkflowId, RunId = started.RunId };
        }
        catch (RpcFault taken) when (taken.Detail is WorkflowExecutionAlreadyStartedFailure other)
        {
            return other.StartRequestId == request.RequestId
                ? new WorkflowExecution { WorkflowId = request.WorkflowId, RunId = other.RunId }
                : null;
        }
    }

    /// <summary>Asks a run's chain to stop; a run that has ended meanwhile is as good.</summary>
    public async Task StopAsync(string ns, WatchedRun run, bool terminate, string reason, CancellationToken cancel)
    {
        var execution = new WorkflowExecution { WorkflowId = run.WorkflowId };
        try
        {
            if (terminate)
            {
                await CallAsync<TerminateWorkflowExecutionResponse>("TerminateWorkflowExecution",
                    new TerminateWorkflowExecutionRequest
                    {
                        Namespace = ns,
                        WorkflowExecution = execution,
                        FirstExecutionRunId = run.FirstRunId,
                        Reason = reason,
                        Identity = "temporal-scheduler",
                    }, cancel);
                return;
            }
            await CallAsync<RequestCancelWorkflowExecutionResponse>("RequestCancelWorkflowExecution",
                new RequestCancelWorkflowExecutionRequest
                {
                    Namespace = ns,
                    WorkflowExecution = execution,
                    FirstExecutionRunId = run.FirstRunId,
                    Reason = reason,
                    Identity = "temporal-scheduler",
                    RequestId = Guid.NewGuid().ToString(),
                }, cancel);
        }
        catch (RpcFault gone) when (gone.Status == RpcStatus.NotFound)
        {
            // It ended between our reading and our asking: its end arrives by the watch.
        }
    }

    /// <summary>
    /// Waits until the chain that began with this run has ended; null when the run is gone (deleted).
    /// </summary>
    public async Task<RunEnd?> AwaitEndAsync(string ns, WatchedRun watched, CancellationToken cancel)
    {
        var runId = watched.FirstRunId;
        while (true)
        {
            RunSnapshot run;
            try
            {
                run = await runs.ReadAsync(ns, watched.WorkflowId, runId, cancel);
                if (run.State.IsOpen)
                {
                    run = await runs.WaitForEventsAsync(
                        run.Key, run.State.LastEventId, closeOnly: true, WaitLongest, cancel);
                }
            }
            catch (RpcFault gone) when (gone.Status == RpcStatus.NotFound)
            {
                return null;
            }
            if (run.State.IsOpen)
            {
                continue;
            }
            if (run.State.ContinuedAsRunId is { } next)
            {
                runId = next.ToString();
                continue;
            }
            var events = await runs.ReadEventsAsync(run.Key, run.State.LastEventId, 1, cancel);
            return EndOf(run.State.Status, events[^1]);
        }
    }

    private static RunEnd EndOf(WorkflowExecutionStatus status, HistoryEvent last) => new(
        status,
        last.WorkflowExecutionCompletedEventAttributes?.Result,
        last.WorkflowExecutionFailedEventAttributes?.Failure);

    private static StartWorkflowExecutionRequest RequestOf(ScheduleRecord record, PendingStart due)
    {
        var action = record.Schedule.Action.StartWorkflow;
        var keepsId = record.Schedule.Policies?.KeepOriginalWorkflowId ?? false;
        var request = new StartWorkflowExecutionRequest
        {
            Namespace = record.Namespace,
            WorkflowId = keepsId
                ? action.WorkflowId
                : $"{action.WorkflowId}-{due.Nominal.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")}",
            WorkflowType = action.WorkflowType,
            TaskQueue = action.TaskQueue,
            Input = action.Input,
            WorkflowExecutionTimeout = action.WorkflowExecutionTimeout,
            WorkflowRunTimeout = action.WorkflowRunTimeout,
            WorkflowTaskTimeout = action.WorkflowTaskTimeout,
            Identity = $"temporal-scheduler-{record.Namespace}-{record.ScheduleId}",
            RequestId = due.RequestId.ToString(),
            WorkflowIdReusePolicy = keepsId
                ? WorkflowIdReusePolicy.AllowDuplicate
                : WorkflowIdReusePolicy.RejectDuplicate,
            RetryPolicy = action.RetryPolicy,
            Memo = action.Memo,
            SearchAttributes = action.SearchAttributes?.Clone() ?? new SearchAttributes(),
            Header = action.Header,
            UserMetadata = action.UserMetadata,
            Priority = action.Priority,
        };
        request.SearchAttributes.IndexedFields["TemporalScheduledById"] =
            TypedPayload.Of("Keyword", System.Text.Json.JsonSerializer.Serialize(record.ScheduleId));
        request.SearchAttributes.IndexedFields["TemporalScheduledStartTime"] =
            TypedPayload.Of("Datetime", $"\"{due.Nominal:yyyy-MM-dd'T'HH:mm:ss'Z'}\"");
        if (record.Progress.LastResult.Length > 0)
        {
            request.LastCompletionResult = Payloads.Parser.ParseFrom(record.Progress.LastResult);
        }
        if (record.Progress.LastFailure.Length > 0)
        {
            request.ContinuedFailure = Failure.Parser.ParseFrom(record.Progress.LastFailure);
        }
        return request;
    }

    private async Task<T> CallAsync<T>(string method, Google.Protobuf.IMessage request, CancellationToken cancel)
    {
        if (!table.TryGet(RpcTable.WorkflowService + method, out var answered))
        {
            throw new InvalidOperationException($"The engine has no {method}.");
        }
        return (T)await answered.AnswerAsync(request, new RpcCall(cancel, principal: "scheduler"));
    }
}
