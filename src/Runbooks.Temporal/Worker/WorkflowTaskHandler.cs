using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Core;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// Serves one workflow task from poll to answer, and the tasks that come inline with answers:
/// history into the run, activations, local activities (with heartbeats of the task while they take long), queries,
/// answer. Whatever goes wrong evicts the run: the next task brings its history again.
/// </summary>
internal sealed class WorkflowTaskHandler(
    WorkerContext worker, RunDriver driver, RunCache cache, LocalActivityExecutor localActivities)
{
    private const string SdkName = "runbooks-temporal";
    private const string SdkVersion = "0.1.0";

    /// <summary>
    /// Logic flags of the .NET language layer that this one behaves like: completion order, event loop.
    /// </summary>
    private static readonly uint[] LanguageFlags = [1, 2];

    private readonly TaskHistory histories = new(worker);

    internal async Task HandleAsync(PollWorkflowTaskQueueResponse task)
    {
        var slot = await cache.HoldAsync(task.WorkflowExecution.RunId).ConfigureAwait(false);
        try
        {
            PollWorkflowTaskQueueResponse? next = task;
            while (next is not null)
            {
                next = await HandleHeldAsync(slot, next).ConfigureAwait(false);
            }
            if (!worker.IsSticky)
            {
                Evict(slot);
            }
        }
        catch (Exception e)
        {
            // Boundary of one task: it must not stop the worker. The server gives the task out again.
            worker.Logger.LogWarning(e, "Workflow task of {WorkflowId} run {RunId} not answered",
                task.WorkflowExecution.WorkflowId, task.WorkflowExecution.RunId);
            Evict(slot);
        }
        finally
        {
            cache.Release(slot);
        }
    }

    private async Task<PollWorkflowTaskQueueResponse?> HandleHeldAsync(
        RunCache.Slot slot, PollWorkflowTaskQueueResponse task)
    {
        try
        {
            var run = await PrepareAsync(slot, task).ConfigureAwait(false);
            await driver.DriveAsync(run).ConfigureAwait(false);
            if (task.Query is not null)
            {
                await AnswerDirectQueryAsync(run, task).ConfigureAwait(false);
                return null;
            }
            return await FinishAsync(slot, run, task).ConfigureAwait(false);
        }
        catch (TaskFailedException e)
        {
            Evict(slot);
            await ReportFailureAsync(task, e).ConfigureAwait(false);
            return null;
        }
    }

    private async Task<CachedRun> PrepareAsync(RunCache.Slot slot, PollWorkflowTaskQueueResponse task)
    {
        var events = await histories.CompleteAsync(task).ConfigureAwait(false);
        var run = slot.Run;
        if (run is not null && run.Machine.Feed(events, task.Messages) &&
            (task.Query is not null || events.Count == 0 || run.Machine.LastStartedEventId < events[^1].EventId))
        {
            return run;
        }
        Evict(slot);
        if (events.Count == 0 || events[0].EventId != 1)
        {
            events = await histories.FetchAllAsync(task, events).ConfigureAwait(false);
        }
        run = new(task.WorkflowExecution.RunId);
        slot.Run = run;
        if (!run.Machine.Feed(events, task.Messages))
        {
            throw new InvalidOperationException("Server sent a history with a gap");
        }
        return run;
    }

    /// <summary>Answers the task; gives the task that came with the answer.</summary>
    private async Task<PollWorkflowTaskQueueResponse?> FinishAsync(
        RunCache.Slot slot, CachedRun run, PollWorkflowTaskQueueResponse task)
    {
        var next = await RunLocalActivitiesAsync(slot, run, task).ConfigureAwait(false);
        if (next is null)
        {
            return null;
        }
        task = next;
        var answers = task.Queries.Count == 0
            ? []
            : await driver.QueryAsync(
                run, task.Queries.Select(q => new AnswerQuery(q.Key, q.Value)).ToArray()).ConfigureAwait(false);
        var ends = run.Machine.HasTerminalCommand;
        var response = await RespondAsync(slot, run, task, answers, heartbeat: false).ConfigureAwait(false);
        if (ends)
        {
            run.Locals.CancelAll();
            Evict(slot);
        }
        return response?.WorkflowTask is { TaskToken.Length: > 0 } inline ? inline : null;
    }

    /// <summary>
    /// Executes local activities until none is open. When the task's time is nearly over (80 % of its timeout) it is
    /// completed as it stands and a new one asked for, which keeps the run on this worker. Gives the task to answer;
    /// null when the server took it away.
    /// </summary>
    private async Task<PollWorkflowTaskQueueResponse?> RunLocalActivitiesAsync(
        RunCache.Slot slot, CachedRun run, PollWorkflowTaskQueueResponse task)
    {
        var machine = run.Machine;
        var deadline = HeartbeatDelay(run);
        while (true)
        {
            foreach (var local in machine.TakeUnstartedLocals())
            {
                var info = run.Instance!.Info;
                run.Locals.Start(
                    local.Request.Seq, token => localActivities.ExecuteAsync(local, info, token));
            }
            foreach (var seq in machine.TakeLocalCancels())
            {
                run.Locals.Cancel(seq);
            }
            if (!machine.HasOpenLocalActivities || machine.HasTerminalCommand)
            {
                return task;
            }
            var ready = run.Locals.Outcomes.WaitToReadAsync().AsTask();
            if (await Task.WhenAny(ready, deadline).ConfigureAwait(false) == ready)
            {
                run.Locals.Outcomes.TryRead(out var record);
                run.Locals.Ended(record!.Seq);
                machine.ResolveLocalActivity(record);
            }
            else
            {
                var response = await RespondAsync(slot, run, task, [], heartbeat: true).ConfigureAwait(false);
                if (response?.WorkflowTask is not { TaskToken.Length: > 0 } inline)
                {
                    run.Locals.CancelAll();
                    Evict(slot);
                    return null;
                }
                task = inline;
                deadline = HeartbeatDelay(run);
                run = await PrepareAsync(slot, task).ConfigureAwait(false);
                machine = run.Machine;
            }
            await driver.DriveAsync(run).ConfigureAwait(false);
        }
    }

    private static Task HeartbeatDelay(CachedRun run) => Task.Delay(run.TaskTimeout * 0.8);

    private async Task<RespondWorkflowTaskCompletedResponse?> RespondAsync(
        RunCache.Slot slot,
        CachedRun run,
        PollWorkflowTaskQueueResponse task,
        IReadOnlyList<QueryAnswer> answers,
        bool heartbeat)
    {
        var result = run.Machine.TakeResult();
        var request = new RespondWorkflowTaskCompletedRequest
        {
            TaskToken = task.TaskToken,
            Namespace = worker.Namespace,
            Identity = worker.Identity,
            WorkerInstanceKey = worker.InstanceKey,
            ReturnNewWorkflowTask = true,
            ForceCreateNewWorkflowTask = heartbeat,
            Capabilities = new() { DiscardSpeculativeWorkflowTaskWithEvents = true },
            Commands = { result.Commands },
            Messages = { result.Messages },
        };
        if (worker.IsSticky)
        {
            request.StickyAttributes = new()
            {
                WorkerTaskQueue = worker.StickyTaskQueue(),
                ScheduleToStartTimeout = Duration.FromTimeSpan(worker.Options.StickyQueueScheduleToStartTimeout),
            };
        }
        if (result.CoreFlags.Count > 0)
        {
            request.SdkMetadata = new()
            {
                CoreUsedFlags = { result.CoreFlags },
                LangUsedFlags = { LanguageFlags },
                SdkName = SdkName,
                SdkVersion = SdkVersion,
            };
        }
        foreach (var answer in answers)
        {
            request.QueryResults[answer.QueryId] = ToResult(answer);
        }
        try
        {
            var response = await worker.Service.RespondWorkflowTaskCompletedAsync(request, new() { Retry = true })
                .ConfigureAwait(false);
            if (response.ResetHistoryEventId > 0)
            {
                run.Machine.ResetTo(response.ResetHistoryEventId);
            }
            return response;
        }
        catch (RpcException e) when (e.Code is RpcException.StatusCode.NotFound
            or RpcException.StatusCode.InvalidArgument)
        {
            // Too late, or the server refused the commands and gives the task out again with its reason in history.
            worker.Logger.LogInformation("Workflow task of run {RunId} not taken: {Message}", run.RunId, e.Message);
            Evict(slot);
            return null;
        }
    }

    private async Task AnswerDirectQueryAsync(CachedRun run, PollWorkflowTaskQueueResponse task)
    {
        var answers = await driver.QueryAsync(run, [new("query", task.Query)]).ConfigureAwait(false);
        var result = ToResult(answers[0]);
        await RespondQueryAsync(task, result.ResultType, result).ConfigureAwait(false);
    }

    private async Task ReportFailureAsync(PollWorkflowTaskQueueResponse task, TaskFailedException e)
    {
        worker.Logger.LogWarning(
            "Workflow task of {WorkflowId} run {RunId} failed: {Message}\n{StackTrace}",
            task.WorkflowExecution.WorkflowId, task.WorkflowExecution.RunId, e.Failure.Message, e.Failure.StackTrace);
        if (task.Query is not null)
        {
            var failed = new WorkflowQueryResult { ErrorMessage = e.Failure.Message, Failure = e.Failure };
            await RespondQueryAsync(task, QueryResultType.Failed, failed).ConfigureAwait(false);
            return;
        }
        if (task.Attempt > 1)
        {
            // The server drops such reports on purpose: letting the task time out keeps a broken workflow from
            // spinning.
            return;
        }
        try
        {
            await worker.Service.RespondWorkflowTaskFailedAsync(
                new()
                {
                    TaskToken = task.TaskToken,
                    Namespace = worker.Namespace,
                    Identity = worker.Identity,
                    Cause = e.Cause,
                    Failure = e.Failure,
                },
                new() { Retry = true }).ConfigureAwait(false);
        }
        catch (RpcException error) when (error.Code == RpcException.StatusCode.NotFound)
        {
            worker.Logger.LogDebug("Failed workflow task of run {RunId} was gone", task.WorkflowExecution.RunId);
        }
    }

    private async Task RespondQueryAsync(
        PollWorkflowTaskQueueResponse task, QueryResultType type, WorkflowQueryResult result)
    {
        try
        {
            await worker.Service.RespondQueryTaskCompletedAsync(
                new()
                {
                    TaskToken = task.TaskToken,
                    Namespace = worker.Namespace,
                    CompletedType = type,
                    QueryResult = result.Answer,
                    ErrorMessage = result.ErrorMessage,
                    Failure = result.Failure,
                },
                new() { Retry = true }).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.NotFound)
        {
            worker.Logger.LogDebug("Query of run {RunId} was gone", task.WorkflowExecution.RunId);
        }
    }

    private static WorkflowQueryResult ToResult(QueryAnswer answer)
    {
        var result = new WorkflowQueryResult
        {
            ResultType = answer.Failure is null ? QueryResultType.Answered : QueryResultType.Failed,
        };
        if (answer.Failure is not null)
        {
            result.ErrorMessage = answer.Failure.Message;
            result.Failure = answer.Failure;
        }
        else
        {
            result.Answer = new() { Payloads_ = { answer.Result } };
        }
        return result;
    }

    private static void Evict(RunCache.Slot slot)
    {
        slot.Run?.Locals.CancelAll();
        slot.Run = null;
    }
}
