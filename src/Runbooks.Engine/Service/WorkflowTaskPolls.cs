using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Matching;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Runs;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Service;

/// <summary>
/// Hands workflow tasks and lone queries to polls. The start of a task stays in memory until its completion is
/// committed with it: if the process dies between, the task is pending again and the lost start's token fits nothing.
/// </summary>
public sealed class WorkflowTaskPolls(EngineContext engine) : IRpcModule
{
    public void Register(RpcTable table)
    {
        table.Add<PollWorkflowTaskQueueRequest, PollWorkflowTaskQueueResponse>(
            RpcTable.WorkflowService + "PollWorkflowTaskQueue", PollAsync);
        table.Add<ResetStickyTaskQueueRequest, ResetStickyTaskQueueResponse>(
            RpcTable.WorkflowService + "ResetStickyTaskQueue", (r, _) => ResetStickyAsync(r));
        table.Add<ShutdownWorkerRequest, ShutdownWorkerResponse>(
            RpcTable.WorkflowService + "ShutdownWorker", (r, _) => ShutdownWorkerAsync(r));
    }

    private async Task<PollWorkflowTaskQueueResponse> PollAsync(PollWorkflowTaskQueueRequest r, RpcCall call)
    {
        engine.RequireNamespace(r.Namespace);
        if (string.IsNullOrEmpty(r.TaskQueue?.Name))
        {
            throw RpcFault.Invalid("TaskQueue is not set on request.");
        }

        return await engine.NextAsync(
            new(r.Namespace, r.TaskQueue.Name, QueueKind.Workflow), r.Identity, r.WorkerInstanceKey, call,
            task => task.Query is null
                ? TryStartAsync(task, r.TaskQueue.Name, r.Identity, call)
                : TryAskAsync(task, call)) ?? new PollWorkflowTaskQueueResponse();
    }

    private Task<PollWorkflowTaskQueueResponse?> TryStartAsync(
        TaskRef hint, string queue, string identity, RpcCall call) => engine.Runs.WithAsync(hint.Run.Workflow, async w =>
    {
        var entry = await w.FindAsync(hint.Run.RunId);
        if (entry?.State.Task is not { IsStarted: false } task || task.ScheduledEventId != hint.ScheduledEventId
            || task.Attempt != hint.Attempt || task.TaskQueue != queue)
        {
            return null;
        }

        var answer = await StartAsync(w, entry, identity);
        var token = TaskToken.Decode(answer.TaskToken);
        call.OnUndelivered(() => GiveBackAsync(token));
        return (PollWorkflowTaskQueueResponse?)answer;
    });

    /// <summary>Starts the pending task of a run and builds what its worker is given.</summary>
    public async Task<PollWorkflowTaskQueueResponse> StartAsync(LockedWorkflow w, RunEntry entry, string identity)
    {
        var s = entry.State;
        var t = w.Begin(entry);
        WorkflowTaskMachine.Start(t, Guid.NewGuid().ToString(), identity);
        var task = s.Task!;
        var messages = UpdateMachine.Deliver(s);
        w.Defer(entry, t);

        var fromSticky = task.OnStickyQueue && s.LastCompletedTaskStartedId > 0;
        var history = new Temporalio.Api.History.V1.History();
        history.Events.AddRange(await w.EventsAsync(entry, fromSticky ? s.LastCompletedTaskStartedId + 1 : 1));
        history.Events.AddRange(WorkflowTaskMachine.VirtualEvents(new Transition(s, engine.Now, engine.Options, Guid.NewGuid)));
        var answer = new PollWorkflowTaskQueueResponse
        {
            TaskToken = TokenOf(entry).Encode(),
            WorkflowExecution = EngineContext.Execution(s),
            WorkflowType = new() { Name = s.WorkflowType },
            PreviousStartedEventId = s.LastCompletedTaskStartedId,
            StartedEventId = task.StartedEventId,
            Attempt = task.Attempt,
            History = history,
            WorkflowExecutionTaskQueue = new() { Name = s.TaskQueue, Kind = TaskQueueKind.Normal },
            ScheduledTime = Timestamp.FromDateTimeOffset(task.ScheduledTime),
            StartedTime = Timestamp.FromDateTimeOffset(task.StartedTime!.Value),
            Messages = { messages },
        };
        foreach (var ticket in entry.Queries.Values.Where(q => !q.Direct))
        {
            ticket.OnTask = true;
            answer.Queries.Add(ticket.Id, ticket.Query);
        }

        return answer;
    }

    public static TaskToken TokenOf(RunEntry entry)
    {
        var task = entry.State.Task!;
        return new TaskToken(entry.Key, task.ScheduledEventId, task.StartedEventId, task.Attempt,
            task.StartedTime!.Value.UtcTicks);
    }

    private Task<PollWorkflowTaskQueueResponse?> TryAskAsync(TaskRef hint, RpcCall call) =>
        engine.Runs.WithAsync(hint.Run.Workflow, async w =>
        {
            var entry = await w.FindAsync(hint.Run.RunId);
            var ticket = hint.Query!;
            if (entry is null || !entry.Queries.ContainsKey(ticket.Id))
            {
                return null;
            }

            var s = entry.State;
            var onSticky = hint.Attempt == 0;
            var answer = new PollWorkflowTaskQueueResponse
            {
                TaskToken = new TaskToken(entry.Key, 0, 0, 0, 0, ticket.Id).Encode(),
                WorkflowExecution = EngineContext.Execution(s),
                WorkflowType = new() { Name = s.WorkflowType },
                PreviousStartedEventId = s.LastCompletedTaskStartedId,
                History = new(),
                Query = ticket.Query,
                WorkflowExecutionTaskQueue = new() { Name = s.TaskQueue, Kind = TaskQueueKind.Normal },
            };
            if (!onSticky)
            {
                answer.History.Events.AddRange(await w.EventsAsync(entry, 1));
            }

            call.OnUndelivered(() =>
            {
                engine.Dispatcher.QueueQuery(entry, ticket, allowSticky: false);
                return Task.CompletedTask;
            });
            return (PollWorkflowTaskQueueResponse?)answer;
        });

    private Task GiveBackAsync(TaskToken token) => engine.Runs.WithAsync(token.Run.Workflow, async w =>
    {
        var entry = await w.FindAsync(token.Run.RunId);
        if (entry?.State.Task is not { IsStarted: true } task || TokenOf(entry) != token)
        {
            return;
        }

        // A start that is history already can only end as history: the task times out now instead of in ten seconds.
        var t = w.Begin(entry);
        if (WorkflowTaskMachine.TryGiveBack(entry.State))
        {
            w.Defer(entry, t);
            return;
        }

        if (entry.Unwritten.Count == 1 && entry.Unwritten[0].EventId == task.StartedEventId
            && entry.State.LastEventId == task.StartedEventId)
        {
            entry.TakeBackLast();
            task.StartedTime = null;
            task.StartedEventId = 0;
            w.Defer(entry, t);
            return;
        }

        WorkflowTaskMachine.TimeOut(t, TimeoutType.StartToClose);
        await w.CommitAsync(entry, t);
    });

    private Task<ResetStickyTaskQueueResponse> ResetStickyAsync(ResetStickyTaskQueueRequest r)
    {
        var key = engine.RequireWorkflow(r.Namespace, r.Execution?.WorkflowId ?? "");
        var runId = EngineContext.RunId(r.Execution!.RunId);
        return engine.Runs.WithAsync(key, async w =>
        {
            var entry = await engine.RequireOpenRunAsync(w, runId);
            var t = w.Begin(entry);
            entry.State.Sticky = null;
            if (entry.State.Task is { IsStarted: false, OnStickyQueue: true })
            {
                WorkflowTaskMachine.TimeOut(t, TimeoutType.ScheduleToStart);
            }

            await w.CommitAsync(entry, t);
            return new ResetStickyTaskQueueResponse();
        });
    }

    private async Task<ShutdownWorkerResponse> ShutdownWorkerAsync(ShutdownWorkerRequest r)
    {
        engine.RequireNamespace(r.Namespace);
        if (r.TaskQueue.Length > 0 && r.WorkerInstanceKey.Length > 0)
        {
            engine.Queues.Find(new(r.Namespace, r.TaskQueue, QueueKind.Workflow))?.EndPolls(r.WorkerInstanceKey);
            engine.Queues.Find(new(r.Namespace, r.TaskQueue, QueueKind.Activity))?.EndPolls(r.WorkerInstanceKey);
        }

        if (r.StickyTaskQueue.Length == 0
            || engine.Queues.Find(new(r.Namespace, r.StickyTaskQueue, QueueKind.Workflow)) is not { } sticky)
        {
            return new ShutdownWorkerResponse();
        }

        sticky.EndPolls(r.WorkerInstanceKey);
        foreach (var task in sticky.Drain())
        {
            await LeaveStickyAsync(task);
        }

        return new ShutdownWorkerResponse();
    }

    // The worker that had the run in its cache is gone: the task need not wait for the sticky expiry to find that out.
    private Task LeaveStickyAsync(TaskRef hint) => engine.Runs.WithAsync(hint.Run.Workflow, async w =>
    {
        var entry = await w.FindAsync(hint.Run.RunId);
        if (entry is null)
        {
            return;
        }

        if (hint.Query is { } ticket)
        {
            engine.Dispatcher.QueueQuery(entry, ticket, allowSticky: false);
        }
        else if (entry.State.Task is { IsStarted: false, OnStickyQueue: true } task
            && task.ScheduledEventId == hint.ScheduledEventId)
        {
            var t = w.Begin(entry);
            WorkflowTaskMachine.TimeOut(t, TimeoutType.ScheduleToStart);
            await w.CommitAsync(entry, t);
        }
    });
}
