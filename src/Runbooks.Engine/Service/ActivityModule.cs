using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Matching;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Runs;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Service;

/// <summary>
/// Activity tasks. Unlike a workflow task an activity's start is committed before its worker hears of it: an activity
/// allowed one attempt must not run twice because the engine died.
/// </summary>
public sealed class ActivityModule(EngineContext engine) : IRpcModule
{
    private const string Gone =
        "invalid activityID or activity already timed out or invoking workflow is completed";

    public void Register(RpcTable table)
    {
        const string service = RpcTable.WorkflowService;
        table.Add<PollActivityTaskQueueRequest, PollActivityTaskQueueResponse>(
            service + "PollActivityTaskQueue", PollAsync);
        table.Add<RecordActivityTaskHeartbeatRequest, RecordActivityTaskHeartbeatResponse>(
            service + "RecordActivityTaskHeartbeat", (r, _) => WithAsync(r.TaskToken, async (w, entry, a) =>
                new RecordActivityTaskHeartbeatResponse { CancelRequested = await BeatAsync(w, entry, a, r.Details) }));
        table.Add<RecordActivityTaskHeartbeatByIdRequest, RecordActivityTaskHeartbeatByIdResponse>(
            service + "RecordActivityTaskHeartbeatById", (r, _) => WithAsync(r.Namespace, r.WorkflowId, r.RunId,
                r.ActivityId, async (w, entry, a) => new RecordActivityTaskHeartbeatByIdResponse
                {
                    CancelRequested = await BeatAsync(w, entry, a, r.Details),
                }));
        RegisterResults(table);
    }

    private void RegisterResults(RpcTable table)
    {
        const string service = RpcTable.WorkflowService;
        table.Add<RespondActivityTaskCompletedRequest, RespondActivityTaskCompletedResponse>(
            service + "RespondActivityTaskCompleted", (r, _) => WithAsync(r.TaskToken, async (w, entry, a) =>
            {
                await CompleteAsync(w, entry, a, r.Result, r.Identity);
                return new RespondActivityTaskCompletedResponse();
            }));
        table.Add<RespondActivityTaskCompletedByIdRequest, RespondActivityTaskCompletedByIdResponse>(
            service + "RespondActivityTaskCompletedById", (r, _) => WithAsync(r.Namespace, r.WorkflowId, r.RunId,
                r.ActivityId, async (w, entry, a) =>
                {
                    await CompleteAsync(w, entry, a, r.Result, r.Identity);
                    return new RespondActivityTaskCompletedByIdResponse();
                }));
        table.Add<RespondActivityTaskFailedRequest, RespondActivityTaskFailedResponse>(
            service + "RespondActivityTaskFailed", (r, _) => WithAsync(r.TaskToken, async (w, entry, a) =>
            {
                await FailAsync(w, entry, a, r.Failure, r.LastHeartbeatDetails, r.Identity);
                return new RespondActivityTaskFailedResponse();
            }));
        table.Add<RespondActivityTaskFailedByIdRequest, RespondActivityTaskFailedByIdResponse>(
            service + "RespondActivityTaskFailedById", (r, _) => WithAsync(r.Namespace, r.WorkflowId, r.RunId,
                r.ActivityId, async (w, entry, a) =>
                {
                    await FailAsync(w, entry, a, r.Failure, r.LastHeartbeatDetails, r.Identity);
                    return new RespondActivityTaskFailedByIdResponse();
                }));
        table.Add<RespondActivityTaskCanceledRequest, RespondActivityTaskCanceledResponse>(
            service + "RespondActivityTaskCanceled", (r, _) => WithAsync(r.TaskToken, async (w, entry, a) =>
            {
                await CancelAsync(w, entry, a, r.Details, r.Identity);
                return new RespondActivityTaskCanceledResponse();
            }));
        table.Add<RespondActivityTaskCanceledByIdRequest, RespondActivityTaskCanceledByIdResponse>(
            service + "RespondActivityTaskCanceledById", (r, _) => WithAsync(r.Namespace, r.WorkflowId, r.RunId,
                r.ActivityId, async (w, entry, a) =>
                {
                    await CancelAsync(w, entry, a, r.Details, r.Identity);
                    return new RespondActivityTaskCanceledByIdResponse();
                }));
    }

    private async Task<PollActivityTaskQueueResponse> PollAsync(PollActivityTaskQueueRequest r, RpcCall call)
    {
        engine.RequireNamespace(r.Namespace);
        if (string.IsNullOrEmpty(r.TaskQueue?.Name))
        {
            throw RpcFault.Invalid("TaskQueue is not set on request.");
        }

        return await engine.NextAsync(
            new(r.Namespace, r.TaskQueue.Name, QueueKind.Activity), r.Identity, r.WorkerInstanceKey, call,
            task => TryStartAsync(task, r.Identity, call)) ?? new PollActivityTaskQueueResponse();
    }

    private Task<PollActivityTaskQueueResponse?> TryStartAsync(TaskRef hint, string identity, RpcCall call) =>
        engine.Runs.WithAsync(hint.Run.Workflow, async w =>
        {
            var entry = await w.FindAsync(hint.Run.RunId);
            if (entry is null || !entry.State.IsOpen
                || !entry.State.Activities.TryGetValue(hint.ScheduledEventId, out var activity)
                || activity.IsStarted || activity.BackingOff || activity.Attempt != hint.Attempt)
            {
                return null;
            }

            var scheduled = (await w.EventAsync(entry, activity.ScheduledEventId)).ActivityTaskScheduledEventAttributes;
            var t = w.Begin(entry);
            ActivityMachine.Start(t, activity, Guid.NewGuid().ToString(), identity);
            var token = TokenOf(entry, activity);
            try
            {
                await w.CommitAsync(entry, t);
            }
            catch (RpcFault)
            {
                // Perhaps it was written all the same: then it is started for a worker that never heard of it.
                engine.Repairs.Later(entry.Key, () => GiveBackAsync(token));
                throw;
            }

            call.OnUndelivered(() => GiveBackAsync(token));
            return (PollActivityTaskQueueResponse?)new PollActivityTaskQueueResponse
            {
                TaskToken = token.Encode(),
                WorkflowNamespace = entry.Key.Namespace,
                WorkflowType = new() { Name = entry.State.WorkflowType },
                WorkflowExecution = EngineContext.Execution(entry.State),
                ActivityType = scheduled.ActivityType,
                ActivityId = activity.ActivityId,
                Header = scheduled.Header,
                Input = scheduled.Input,
                HeartbeatDetails = activity.HeartbeatDetails,
                ScheduledTime = Timestamp.FromDateTimeOffset(activity.ScheduledTime),
                CurrentAttemptScheduledTime = Timestamp.FromDateTimeOffset(activity.AttemptScheduledTime),
                StartedTime = Timestamp.FromDateTimeOffset(activity.StartedTime!.Value),
                Attempt = activity.Attempt,
                ScheduleToCloseTimeout = scheduled.ScheduleToCloseTimeout,
                StartToCloseTimeout = scheduled.StartToCloseTimeout,
                HeartbeatTimeout = scheduled.HeartbeatTimeout,
                RetryPolicy = scheduled.RetryPolicy,
                Priority = scheduled.Priority,
            };
        });

    private Task GiveBackAsync(TaskToken token) => engine.Runs.WithAsync(token.Run.Workflow, async w =>
    {
        var entry = await w.FindAsync(token.Run.RunId);
        if (entry is not null && entry.State.Activities.TryGetValue(token.ScheduledEventId, out var activity)
            && activity.IsStarted && TokenOf(entry, activity) == token)
        {
            var t = w.Begin(entry);
            ActivityMachine.GiveBack(activity);
            await w.CommitAsync(entry, t);
        }
    });

    // Details are kept over a restart: a retried activity resumes from them. A beat without news only counts in memory.
    private static async Task<bool> BeatAsync(LockedWorkflow w, RunEntry entry, PendingActivity a, Payloads? details)
    {
        var t = w.Begin(entry);
        var news = details is not null && !details.Equals(a.HeartbeatDetails);
        ActivityMachine.Heartbeat(t, a, details);
        if (news)
        {
            await w.CommitAsync(entry, t);
        }
        else
        {
            w.Defer(entry, t);
        }

        return a.CancelRequested;
    }

    private static async Task CompleteAsync(
        LockedWorkflow w, RunEntry entry, PendingActivity a, Payloads? result, string identity)
    {
        var t = w.Begin(entry);
        ActivityMachine.Complete(t, a, result, identity);
        await w.CommitAsync(entry, t);
    }

    private static async Task FailAsync(
        LockedWorkflow w, RunEntry entry, PendingActivity a, Failure? failure, Payloads? details, string identity)
    {
        var t = w.Begin(entry);
        a.HeartbeatDetails = details ?? a.HeartbeatDetails;
        ActivityMachine.Fail(t, a, failure ?? new Failure(), identity);
        await w.CommitAsync(entry, t);
    }

    private static async Task CancelAsync(
        LockedWorkflow w, RunEntry entry, PendingActivity a, Payloads? details, string identity)
    {
        if (!a.CancelRequested)
        {
            throw RpcFault.Invalid("unable to report cancellation of an activity whose cancellation was not requested");
        }

        var t = w.Begin(entry);
        ActivityMachine.Cancel(t, a, details, identity);
        await w.CommitAsync(entry, t);
    }

    private Task<T> WithAsync<T>(
        Google.Protobuf.ByteString tokenBytes, Func<LockedWorkflow, RunEntry, PendingActivity, Task<T>> work)
    {
        var token = TaskToken.Decode(tokenBytes);
        return engine.Runs.WithAsync(token.Run.Workflow, async w =>
        {
            var entry = await w.FindAsync(token.Run.RunId) ?? throw RpcFault.NotFound(Gone);
            if (!entry.State.IsOpen)
            {
                throw RpcFault.NotFound("workflow execution already completed");
            }

            if (!entry.State.Activities.TryGetValue(token.ScheduledEventId, out var activity)
                || !activity.IsStarted || TokenOf(entry, activity) != token)
            {
                throw RpcFault.NotFound(Gone);
            }

            return await work(w, entry, activity);
        });
    }

    private Task<T> WithAsync<T>(string ns, string workflowId, string runId, string activityId,
        Func<LockedWorkflow, RunEntry, PendingActivity, Task<T>> work)
    {
        var key = engine.RequireWorkflow(ns, workflowId);
        var run = EngineContext.RunId(runId);
        return engine.Runs.WithAsync(key, async w =>
        {
            var entry = await engine.RequireOpenRunAsync(w, run);
            var activity = entry.State.Activities.Values.FirstOrDefault(a => a.ActivityId == activityId)
                ?? throw RpcFault.NotFound(Gone);
            return await work(w, entry, activity);
        });
    }

    private static TaskToken TokenOf(RunEntry entry, PendingActivity a) =>
        new(entry.Key, a.ScheduledEventId, 0, a.Attempt, a.StartedTime!.Value.UtcTicks);
}
