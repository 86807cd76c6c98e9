using Runbooks.Engine.Machines;
using Runbooks.Engine.Rpc;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Service;

/// <summary>Signal, cancel, terminate, delete.</summary>
public sealed class ControlModule(EngineContext engine, StartModule start) : IRpcModule
{
    public void Register(RpcTable table)
    {
        table.Add<SignalWorkflowExecutionRequest, SignalWorkflowExecutionResponse>(
            RpcTable.WorkflowService + "SignalWorkflowExecution", (r, _) => SignalAsync(r));
        table.Add<RequestCancelWorkflowExecutionRequest, RequestCancelWorkflowExecutionResponse>(
            RpcTable.WorkflowService + "RequestCancelWorkflowExecution", (r, _) => CancelAsync(r));
        table.Add<TerminateWorkflowExecutionRequest, TerminateWorkflowExecutionResponse>(
            RpcTable.WorkflowService + "TerminateWorkflowExecution", (r, _) => TerminateAsync(r));
        table.Add<DeleteWorkflowExecutionRequest, DeleteWorkflowExecutionResponse>(
            RpcTable.WorkflowService + "DeleteWorkflowExecution", (r, _) => DeleteAsync(r));
    }

    public Task<SignalWorkflowExecutionResponse> SignalAsync(SignalWorkflowExecutionRequest r)
    {
        var key = engine.RequireWorkflow(r.Namespace, r.WorkflowExecution?.WorkflowId ?? "");
        var runId = EngineContext.RunId(r.WorkflowExecution!.RunId);
        if (string.IsNullOrEmpty(r.SignalName))
        {
            throw RpcFault.Invalid("SignalName is not set on request.");
        }

        engine.RequireId(r.SignalName, "SignalName");
        engine.RequireId(r.RequestId, "RequestId");
        engine.RequireBlob(r.Input, "Signal input");
        return engine.Runs.WithAsync(key, async w =>
        {
            var entry = await engine.RequireOpenRunAsync(w, runId);
            await start.SignalAsync(w, entry, new WorkflowExecutionSignaledEventAttributes
            {
                SignalName = r.SignalName, Input = r.Input, Identity = r.Identity, Header = r.Header,
                RequestId = r.RequestId,
            }, r.Links);
            return new SignalWorkflowExecutionResponse();
        });
    }

    public Task<RequestCancelWorkflowExecutionResponse> CancelAsync(RequestCancelWorkflowExecutionRequest r)
    {
        var key = engine.RequireWorkflow(r.Namespace, r.WorkflowExecution?.WorkflowId ?? "");
        var runId = EngineContext.RunId(r.WorkflowExecution!.RunId);
        return engine.Runs.WithAsync(key, async w =>
        {
            var entry = await engine.RequireRunAsync(w, runId, r.FirstExecutionRunId);
            if (!entry.State.IsOpen)
            {
                // Who asks for an end that has come already gets what was asked for; the real server says so too.
                return new RequestCancelWorkflowExecutionResponse();
            }

            var t = w.Begin(entry);
            if (InboxMachine.RequestCancel(t, r.RequestId, new() { Cause = r.Reason, Identity = r.Identity }, r.Links))
            {
                await w.CommitAsync(entry, t);
            }
            else
            {
                w.Drop(entry);
            }

            return new RequestCancelWorkflowExecutionResponse();
        });
    }

    public Task<TerminateWorkflowExecutionResponse> TerminateAsync(TerminateWorkflowExecutionRequest r)
    {
        var key = engine.RequireWorkflow(r.Namespace, r.WorkflowExecution?.WorkflowId ?? "");
        var runId = EngineContext.RunId(r.WorkflowExecution!.RunId);
        return engine.Runs.WithAsync(key, async w =>
        {
            var entry = await engine.RequireOpenRunAsync(w, runId, r.FirstExecutionRunId);
            var t = w.Begin(entry);
            RunCloser.Terminate(t, r.Reason, r.Details, r.Identity, r.Links);
            await w.CommitAsync(entry, t);
            return new TerminateWorkflowExecutionResponse();
        });
    }

    public Task<DeleteWorkflowExecutionResponse> DeleteAsync(DeleteWorkflowExecutionRequest r)
    {
        var key = engine.RequireWorkflow(r.Namespace, r.WorkflowExecution?.WorkflowId ?? "");
        var runId = EngineContext.RunId(r.WorkflowExecution!.RunId);
        return engine.Runs.WithAsync(key, async w =>
        {
            var entry = await engine.RequireRunAsync(w, runId);
            if (entry.State.IsOpen)
            {
                var t = w.Begin(entry);
                entry.State.DeleteRequested = true;
                RunCloser.Terminate(t, "Delete workflow execution", null, "history-service");
                await w.CommitAsync(entry, t);
            }

            // Promises to children and to a parent outlive the wish to forget the run: they are kept first
            // (OutboxRunner deletes).
            if (entry.State.Outbox.Count == 0)
            {
                await w.DeleteAsync(entry);
            }

            return new DeleteWorkflowExecutionResponse();
        });
    }
}
