using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Runs;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Operation = Temporalio.Api.WorkflowService.V1.ExecuteMultiOperationRequest.Types.Operation;
using OperationStatus = Temporalio.Api.ErrorDetails.V1.MultiOperationExecutionFailure.Types.OperationStatus;
using Stage = Temporalio.Api.Enums.V1.UpdateWorkflowExecutionLifecycleStage;

namespace Runbooks.Engine.Service;

/// <summary>
/// Updates, polling them, and update-with-start. An admitted update is durable before anyone waits for it.
/// </summary>
public sealed class UpdateModule(EngineContext engine, StartModule start) : IRpcModule
{
    public void Register(RpcTable table)
    {
        table.Add<UpdateWorkflowExecutionRequest, UpdateWorkflowExecutionResponse>(
            RpcTable.WorkflowService + "UpdateWorkflowExecution", UpdateAsync);
        table.Add<PollWorkflowExecutionUpdateRequest, PollWorkflowExecutionUpdateResponse>(
            RpcTable.WorkflowService + "PollWorkflowExecutionUpdate", PollAsync);
        table.Add<ExecuteMultiOperationRequest, ExecuteMultiOperationResponse>(
            RpcTable.WorkflowService + "ExecuteMultiOperation", MultiAsync);
    }

    private async Task<UpdateWorkflowExecutionResponse> UpdateAsync(UpdateWorkflowExecutionRequest r, RpcCall call)
    {
        var (key, request) = Check(r);
        var runId = EngineContext.RunId(r.WorkflowExecution.RunId);
        using var pin = engine.Runs.Pin(key);
        var run = await engine.Runs.WithAsync(key, async w =>
        {
            var entry = await engine.RequireRunAsync(w, runId);
            await AdmitAsync(w, entry, request, r.FirstExecutionRunId);
            return entry.Key.RunId;
        });
        return await AnswerAsync(key, run, request.Meta.UpdateId, r.WaitPolicy, call);
    }

    private async Task<PollWorkflowExecutionUpdateResponse> PollAsync(
        PollWorkflowExecutionUpdateRequest r, RpcCall call)
    {
        var key = engine.RequireWorkflow(r.Namespace, r.UpdateRef?.WorkflowExecution?.WorkflowId ?? "");
        var runId = EngineContext.RunId(r.UpdateRef!.WorkflowExecution.RunId);
        using var pin = engine.Runs.Pin(key);
        var run = await engine.Runs.WithAsync(key, async w => (await engine.RequireRunAsync(w, runId)).Key.RunId);
        var hold = r.WaitPolicy is null or { LifecycleStage: Stage.Unspecified }
            ? TimeSpan.Zero : call.HoldFor(engine.Options.WaitHold, engine.Now);
        var (at, stage, outcome) = await WaitAsync(key, run, r.UpdateRef.UpdateId, Wanted(r.WaitPolicy), hold, call);
        return new PollWorkflowExecutionUpdateResponse
        {
            Stage = stage, Outcome = outcome, UpdateRef = Ref(key, at, r.UpdateRef.UpdateId),
        };
    }

    private async Task<ExecuteMultiOperationResponse> MultiAsync(ExecuteMultiOperationRequest r, RpcCall call)
    {
        if (r.Operations.Count != 2 || r.Operations[0].OperationCase != Operation.OperationOneofCase.StartWorkflow
            || r.Operations[1].OperationCase != Operation.OperationOneofCase.UpdateWorkflow)
        {
            throw RpcFault.Invalid("Operations have to be exactly [Start, Update].");
        }

        var (startRequest, updateRequest) = (r.Operations[0].StartWorkflow, r.Operations[1].UpdateWorkflow);
        var key = FailsFirst(() => start.Check(startRequest));
        var request = FailsSecond(() => Check(updateRequest).Request);
        if (updateRequest.WorkflowExecution.WorkflowId != startRequest.WorkflowId)
        {
            throw RpcFault.Invalid("WorkflowId is not consistent with previous operation(s)");
        }

        using var pin = engine.Runs.Pin(key);
        var (run, first, started) = await engine.Runs.WithAsync(
            key, w => StartWithUpdateAsync(w, startRequest, request));
        try
        {
            var answer = await AnswerAsync(key, run, request.Meta.UpdateId, updateRequest.WaitPolicy, call);
            return new ExecuteMultiOperationResponse
            {
                Responses =
                {
                    new ExecuteMultiOperationResponse.Types.Response
                    {
                        StartWorkflow = new()
                        {
                            RunId = run.ToString(), FirstExecutionRunId = first.ToString(), Started = started,
                            Status = WorkflowExecutionStatus.Running,
                        },
                    },
                    new ExecuteMultiOperationResponse.Types.Response { UpdateWorkflow = answer },
                },
            };
        }
        catch (RpcFault fault)
        {
            throw MultiFault(fault, failedFirst: false);
        }
    }

    private async Task<(Guid Run, Guid First, bool Started)> StartWithUpdateAsync(
        LockedWorkflow w, StartWorkflowExecutionRequest startRequest, Request update)
    {
        var current = await w.CurrentAsync();
        if (current is not null && current.State.Updates.ContainsKey(update.Meta.UpdateId)
            && (current.State.IsOpen || current.State.StartRequestId == startRequest.RequestId))
        {
            return (current.Key.RunId, current.State.FirstRunId, false);
        }

        RunEntry entry;
        bool started;
        try
        {
            (entry, started) = await start.StartLockedAsync(w, startRequest, t =>
            {
                WorkflowTaskMachine.Schedule(t);
                UpdateMachine.Admit(t, update);
            });
        }
        catch (RpcFault fault)
        {
            throw MultiFault(fault, failedFirst: true);
        }

        try
        {
            await AdmitAsync(w, entry, update, "");
        }
        catch (RpcFault fault)
        {
            throw MultiFault(fault, failedFirst: false);
        }

        return (entry.Key.RunId, entry.State.FirstRunId, started);
    }

    private async Task AdmitAsync(LockedWorkflow w, RunEntry entry, Request request, string firstRunId)
    {
        var s = entry.State;
        if (firstRunId.Length > 0 && s.FirstRunId.ToString() != firstRunId)
        {
            throw RpcFault.NotFound("workflow not found for the given first execution run id");
        }

        if (s.Updates.ContainsKey(request.Meta.UpdateId))
        {
            return;
        }

        if (!s.IsOpen)
        {
            throw RpcFault.NotFound("workflow execution already completed");
        }

        if (UpdateMachine.InFlight(s) >= engine.Options.UpdatesInFlightMax)
        {
            throw new RpcFault(RpcStatus.ResourceExhausted,
                $"limit on number of concurrent in-flight updates has been reached ({engine.Options.UpdatesInFlightMax})",
                new ResourceExhaustedFailure { Cause = ResourceExhaustedCause.ConcurrentLimit });
        }

        if (s.Updates.Count >= engine.Options.UpdatesTotalMax)
        {
            throw new RpcFault(RpcStatus.FailedPrecondition,
                $"The limit on the total number of distinct updates in this workflow has been reached ({engine.Options.UpdatesTotalMax}). "
                + "Make sure any duplicate updates share an Update ID so the server can deduplicate them, and consider "
                + "rejecting updates that you aren't going to process");
        }

        var t = w.Begin(entry);
        entry.Endings.Remove(request.Meta.UpdateId);
        UpdateMachine.Admit(t, request);
        await w.CommitAsync(entry, t);
    }

    private async Task<UpdateWorkflowExecutionResponse> AnswerAsync(
        WorkflowKey key, Guid run, string updateId, WaitPolicy? policy, RpcCall call)
    {
        var hold = call.HoldFor(engine.Options.WaitHold, engine.Now);
        var (at, stage, outcome) = await WaitAsync(key, run, updateId, Wanted(policy), hold, call);
        return new UpdateWorkflowExecutionResponse { UpdateRef = Ref(key, at, updateId), Stage = stage, Outcome = outcome };
    }

    private async Task<(Guid Run, Stage Stage, Outcome? Outcome)> WaitAsync(
        WorkflowKey key, Guid run, string updateId, Stage wanted, TimeSpan hold, RpcCall call)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled);
        limit.CancelAfter(hold);
        while (true)
        {
            var status = await engine.Runs.WithAsync(key, w => StatusAsync(w, run, updateId));
            run = status.Run;
            if (status.Stage >= wanted || hold == TimeSpan.Zero || limit.IsCancellationRequested)
            {
                return (run, status.Stage, status.Outcome);
            }

            await Task.WhenAny(status.Changed, Task.Delay(Timeout.Infinite, limit.Token));
        }
    }

    private async Task<(Guid Run, Stage Stage, Outcome? Outcome, Task Changed)> StatusAsync(
        LockedWorkflow w, Guid run, string updateId)
    {
        while (true)
        {
            var entry = await engine.RequireRunAsync(w, run);
            if (entry.State.Updates.TryGetValue(updateId, out var update))
            {
                return update.Stage switch
                {
                    UpdateStage.Completed => (run, Stage.Completed, await OutcomeAsync(w, entry, update), entry.Changed),
                    UpdateStage.Accepted => (run, Stage.Accepted, null, entry.Changed),
                    _ => (run, Stage.Admitted, null, entry.Changed),
                };
            }

            if (!entry.Endings.TryGetValue(updateId, out var ending))
            {
                throw RpcFault.NotFound($"update \"{updateId}\" not found");
            }

            if (ending.Kind == UpdateNoticeKind.Moved && entry.State.ContinuedAsRunId is { } next)
            {
                run = next;
                continue;
            }

            return ending.Kind == UpdateNoticeKind.Rejected
                ? (run, Stage.Completed, new Outcome { Failure = ending.Failure }, entry.Changed)
                : throw RpcFault.NotFound("workflow execution already completed");
        }
    }

    private static async Task<Outcome?> OutcomeAsync(LockedWorkflow w, RunEntry entry, UpdateRecord update) =>
        update.ServerOutcome
        ?? (await w.EventAsync(entry, update.CompletedEventId)).WorkflowExecutionUpdateCompletedEventAttributes.Outcome;

    private (WorkflowKey Key, Request Request) Check(UpdateWorkflowExecutionRequest r)
    {
        var key = engine.RequireWorkflow(r.Namespace, r.WorkflowExecution?.WorkflowId ?? "");
        if (string.IsNullOrEmpty(r.Request?.Input?.Name))
        {
            throw RpcFault.Invalid("update name is not set on request");
        }

        var request = r.Request.Clone();
        request.Meta ??= new Meta();
        if (request.Meta.UpdateId.Length == 0)
        {
            request.Meta.UpdateId = Guid.NewGuid().ToString();
        }

        engine.RequireId(request.Meta.UpdateId, "UpdateId");
        engine.RequireBlob(request.Input.Args, "Update input");
        return (key, request);
    }

    private static Stage Wanted(WaitPolicy? policy) =>
        policy?.LifecycleStage == Stage.Completed ? Stage.Completed : Stage.Accepted;

    private static UpdateRef Ref(WorkflowKey key, Guid run, string updateId) => new()
    {
        WorkflowExecution = new() { WorkflowId = key.WorkflowId, RunId = run.ToString() }, UpdateId = updateId,
    };

    private static T FailsFirst<T>(Func<T> check)
    {
        try
        {
            return check();
        }
        catch (RpcFault fault)
        {
            throw MultiFault(fault, failedFirst: true);
        }
    }

    private static T FailsSecond<T>(Func<T> check)
    {
        try
        {
            return check();
        }
        catch (RpcFault fault)
        {
            throw MultiFault(fault, failedFirst: false);
        }
    }

    private static RpcFault MultiFault(RpcFault cause, bool failedFirst)
    {
        if (cause.Detail is MultiOperationExecutionFailure)
        {
            return cause;
        }

        var failed = new OperationStatus { Code = (int)cause.Status, Message = cause.Message };
        if (cause.Detail is not null)
        {
            failed.Details.Add(Any.Pack(cause.Detail, "type.googleapis.com"));
        }

        var other = new OperationStatus
        {
            Code = (int)RpcStatus.Aborted, Message = "Operation was aborted.",
            Details = { Any.Pack(new MultiOperationExecutionAborted(), "type.googleapis.com") },
        };
        var detail = new MultiOperationExecutionFailure();
        detail.Statuses.Add(failedFirst ? failed : other);
        detail.Statuses.Add(failedFirst ? other : failed);
        return new RpcFault(cause.Status, "MultiOperation could not be executed.", detail, cause);
    }
}
