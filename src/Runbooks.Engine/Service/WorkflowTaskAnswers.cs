using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Runs;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Service;

/// <summary>
/// What workers answer to workflow tasks. A completion is all or nothing: a command the machines refuse puts the state
/// back to what it was when the answer arrived, and the task fails instead.
/// </summary>
public sealed class WorkflowTaskAnswers(EngineContext engine, WorkflowTaskPolls polls) : IRpcModule
{
    private const int DiscardEventsMax = 10;

    public void Register(RpcTable table)
    {
        table.Add<RespondWorkflowTaskCompletedRequest, RespondWorkflowTaskCompletedResponse>(
            RpcTable.WorkflowService + "RespondWorkflowTaskCompleted", CompleteAsync);
        table.Add<RespondWorkflowTaskFailedRequest, RespondWorkflowTaskFailedResponse>(
            RpcTable.WorkflowService + "RespondWorkflowTaskFailed", (r, _) => FailAsync(r));
    }

    private Task<RespondWorkflowTaskCompletedResponse> CompleteAsync(
        RespondWorkflowTaskCompletedRequest r, RpcCall call)
    {
        var token = TaskToken.Decode(r.TaskToken);
        return engine.Runs.WithAsync(token.Run.Workflow, async w =>
        {
            var entry = await RequireStartedAsync(w, token);
            if (CanDiscard(entry, r))
            {
                return await DiscardAsync(w, entry, r);
            }

            if (await HeartbeatEndedAsync(w, entry, r))
            {
                throw RpcFault.NotFound("Workflow task heartbeat has timed out.");
            }

            await ApplyAsync(w, entry, r);
            AnswerQueries(entry, r);
            var answer = new RespondWorkflowTaskCompletedResponse();
            if (r.ReturnNewWorkflowTask && entry.State.Task is { IsStarted: false })
            {
                answer.WorkflowTask = await polls.StartAsync(w, entry, r.Identity);
            }

            return answer;
        });
    }

    private async Task ApplyAsync(LockedWorkflow w, RunEntry entry, RespondWorkflowTaskCompletedRequest r)
    {
        // With a retry policy or a cron the first event is the model of the next run; so it is for continue-as-new.
        var first = r.Commands.Any(c => CommandApplier.Closes(c.CommandType)) ? await w.EventAsync(entry, 1) : new();
        var before = RunStateCodec.Encode(entry.State);
        var heartbeatSince = HeartbeatSince(entry.State, r);
        var t = w.Begin(entry);
        var refusal = Apply(t, r, first, heartbeatSince);
        if (refusal is null)
        {
            RefuseOversize(t, r);
            await w.CommitAsync(entry, t);
            return;
        }

        entry.State = RunStateCodec.Decode(before);
        var failing = w.Begin(entry);
        var dropped = entry.State.Task!.Attempt > 1 && refusal.Cause != WorkflowTaskFailedCause.UnhandledCommand;
        if (dropped)
        {
            // A task that fails again and again is left to time out: answering it at once would make a hot loop.
            w.Drop(entry);
        }
        else
        {
            WorkflowTaskMachine.Fail(failing, refusal.Cause, ServerFailure(refusal.Message), r.Identity);
            Requeue(entry);
            await w.CommitAsync(entry, failing);
        }

        throw RpcFault.Invalid(refusal.Message);
    }

    private CommandRefusal? Apply(
        Transition t, RespondWorkflowTaskCompletedRequest r, HistoryEvent first, DateTimeOffset? heartbeatSince)
    {
        var s = t.State;
        if (s.Buffered.Count > 0 && r.Commands.Any(c => CommandApplier.Closes(c.CommandType)))
        {
            return new(WorkflowTaskFailedCause.UnhandledCommand, "UnhandledCommand");
        }

        var completed = WorkflowTaskMachine.Complete(t, r);
        var applier = new CommandApplier(
            t, completed.EventId, r.Identity, r.Messages, first, name => engine.AttributeType(s.Namespace, name));
        if (applier.ApplyAll(r.Commands) is { } refusal)
        {
            return refusal;
        }

        if (!s.IsOpen)
        {
            return null;
        }

        var heartbeat = heartbeatSince is not null;
        if (!heartbeat)
        {
            UpdateMachine.RejectUnanswered(t);
        }

        var flushed = EventBuffer.Flush(t);
        if (flushed || t.NeedsTask || r.ForceCreateNewWorkflowTask)
        {
            WorkflowTaskMachine.Schedule(t, heartbeatSince: heartbeatSince);
        }
        else if (UpdateMachine.HasUndelivered(s))
        {
            WorkflowTaskMachine.Schedule(t, speculative: true);
        }

        return null;
    }

    /// <summary>
    /// Payloads and histories beyond the limits end the run: a worker asked again would answer the same.
    /// </summary>
    private void RefuseOversize(Transition t, RespondWorkflowTaskCompletedRequest r)
    {
        var s = t.State;
        if (s.IsOpen && r.Commands.Any(c => c.CalculateSize() > engine.Options.BlobBytesMax))
        {
            RunCloser.Terminate(t, "Command attributes exceed size limit.", null, "history-service");
        }
        else if (s.IsOpen && (s.LastEventId > engine.Options.HistoryEventsMax || s.HistorySize > engine.Options.HistoryBytesMax))
        {
            var reason = s.LastEventId > engine.Options.HistoryEventsMax
                ? "Workflow history count exceeds limit." : "Workflow history size exceeds limit.";
            RunCloser.Terminate(t, reason, null, "history-service");
        }
    }

    private async Task<bool> HeartbeatEndedAsync(
        LockedWorkflow w, RunEntry entry, RespondWorkflowTaskCompletedRequest r)
    {
        if (HeartbeatSince(entry.State, r) is not { } since || engine.Now - since < engine.Options.HeartbeatTaskLimit)
        {
            return false;
        }

        var t = w.Begin(entry);
        WorkflowTaskMachine.TimeOut(t, TimeoutType.StartToClose);
        Requeue(entry);
        await w.CommitAsync(entry, t);
        return true;
    }

    // A forced new task without any command is how a worker says that local activities still run.
    private static DateTimeOffset? HeartbeatSince(RunState s, RespondWorkflowTaskCompletedRequest r) =>
        r.ForceCreateNewWorkflowTask && r.Commands.Count == 0 && r.Messages.Count == 0
            ? s.HeartbeatingSince ?? s.Task!.ScheduledTime : null;

    private static bool CanDiscard(RunEntry entry, RespondWorkflowTaskCompletedRequest r)
    {
        var s = entry.State;
        var task = s.Task!;
        return task.Kind == WorkflowTaskKind.Speculative && r.Commands.Count == 0 && !r.ForceCreateNewWorkflowTask
            && s.Buffered.Count == 0 && r.Capabilities?.DiscardSpeculativeWorkflowTaskWithEvents == true
            && r.Messages.Count > 0 && r.Messages.All(m => m.Body?.Is(Rejection.Descriptor) == true)
            && s.Updates.Values.All(u => u.Stage != UpdateStage.Sent || r.Messages.Any(m => m.ProtocolInstanceId == u.UpdateId))
            && s.LastCompletedTaskStartedId > 0
            && task.StartedEventId - s.LastCompletedTaskStartedId <= DiscardEventsMax + 2;
    }

    private async Task<RespondWorkflowTaskCompletedResponse> DiscardAsync(
        LockedWorkflow w, RunEntry entry, RespondWorkflowTaskCompletedRequest r)
    {
        var t = w.Begin(entry);
        WorkflowTaskMachine.Discard(t);
        foreach (var message in r.Messages)
        {
            UpdateMachine.Apply(t, message);
        }

        if (UpdateMachine.HasUndelivered(entry.State))
        {
            WorkflowTaskMachine.Schedule(t, speculative: true);
        }

        await w.CommitAsync(entry, t);
        AnswerQueries(entry, r);
        var answer = new RespondWorkflowTaskCompletedResponse
        {
            ResetHistoryEventId = entry.State.LastCompletedTaskStartedId,
        };
        if (r.ReturnNewWorkflowTask && entry.State.Task is { IsStarted: false })
        {
            answer.WorkflowTask = await polls.StartAsync(w, entry, r.Identity);
        }

        return answer;
    }

    private Task<RespondWorkflowTaskFailedResponse> FailAsync(RespondWorkflowTaskFailedRequest r)
    {
        var token = TaskToken.Decode(r.TaskToken);
        return engine.Runs.WithAsync(token.Run.Workflow, async w =>
        {
            var entry = await RequireStartedAsync(w, token);
            if (entry.State.Task!.Attempt > 1)
            {
                return new RespondWorkflowTaskFailedResponse();
            }

            var t = w.Begin(entry);
            WorkflowTaskMachine.Fail(t, r.Cause, r.Failure, r.Identity);
            Requeue(entry);
            await w.CommitAsync(entry, t);
            return new RespondWorkflowTaskFailedResponse();
        });
    }

    private static async Task<RunEntry> RequireStartedAsync(LockedWorkflow w, TaskToken token)
    {
        var entry = await w.FindAsync(token.Run.RunId);
        if (entry?.State.Task is not { IsStarted: true } || WorkflowTaskPolls.TokenOf(entry) != token)
        {
            throw RpcFault.NotFound("Workflow task not found.");
        }

        return entry;
    }

    private static void AnswerQueries(RunEntry entry, RespondWorkflowTaskCompletedRequest r)
    {
        foreach (var (id, result) in r.QueryResults)
        {
            if (entry.Queries.Remove(id, out var ticket))
            {
                ticket.Answer.TrySetResult(result);
            }
        }

        Requeue(entry);
    }

    // Queries that went out with a task and came back without an answer go with the next one.
    private static void Requeue(RunEntry entry)
    {
        foreach (var ticket in entry.Queries.Values)
        {
            ticket.OnTask = false;
        }
    }

    private static Failure ServerFailure(string message) => new()
    {
        Message = message, Source = "Server", ServerFailureInfo = new() { NonRetryable = false },
    };
}
