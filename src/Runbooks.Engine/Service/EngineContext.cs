using Runbooks.Engine.History;
using Runbooks.Engine.Matching;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Runs;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;

namespace Runbooks.Engine.Service;

/// <summary>What the handlers of one engine share.</summary>
public sealed record EngineContext(
    EngineOptions Options, TimeProvider Clock, INamespaceCatalog Namespaces, IEngineStore Store, RunRegistry Runs,
    TaskQueues Queues, Dispatcher Dispatcher, RunRepairer Repairs)
{
    public DateTimeOffset Now => Clock.GetUtcNow();

    public void RequireNamespace(string ns)
    {
        if (string.IsNullOrEmpty(ns))
        {
            throw RpcFault.Invalid("Namespace not set on request.");
        }

        if (!Namespaces.Exists(ns))
        {
            throw new RpcFault(RpcStatus.NotFound, $"Namespace {ns} is not found.",
                new NamespaceNotFoundFailure { Namespace = ns });
        }
    }

    public WorkflowKey RequireWorkflow(string ns, string workflowId)
    {
        RequireNamespace(ns);
        if (string.IsNullOrEmpty(workflowId))
        {
            throw RpcFault.Invalid("WorkflowId is not set on request.");
        }

        RequireId(workflowId, "WorkflowId");
        return new WorkflowKey(ns, workflowId);
    }

    public void RequireId(string id, string name)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(id) > Options.IdBytesMax)
        {
            throw RpcFault.Invalid($"{name} exceeds length limit.");
        }
    }

    public void RequireBlob(Google.Protobuf.IMessage? payloads, string what)
    {
        if (payloads?.CalculateSize() > Options.BlobBytesMax)
        {
            throw RpcFault.Invalid($"{what} exceeds size limit.");
        }
    }

    public IndexedValueType? AttributeType(string ns, string name) =>
        Namespaces.TryGetSearchAttribute(ns, name, out var type) ? type : null;

    public static Guid? RunId(string text) => string.IsNullOrEmpty(text) ? null
        : Guid.TryParse(text, out var id) ? id : throw RpcFault.Invalid("Invalid RunId.");

    /// <summary>The run named, or the current one; NOT_FOUND when there is none or it is of another chain.</summary>
    public async Task<RunEntry> RequireRunAsync(LockedWorkflow w, Guid? runId, string firstRunId = "")
    {
        var found = runId is { } id ? await w.FindAsync(id) : await w.CurrentAsync();
        var entry = found ?? throw RpcFault.NotFound(runId is null
            ? $"workflow not found for ID: {w.Key.WorkflowId}"
            : $"workflow not found for ID: {w.Key.WorkflowId} and RunID: {runId}");
        return firstRunId.Length == 0 || entry.State.FirstRunId.ToString() == firstRunId ? entry
            : throw RpcFault.NotFound("workflow not found for the given first execution run id");
    }

    /// <summary>As <see cref="RequireRunAsync"/>, and the run must be open.</summary>
    public async Task<RunEntry> RequireOpenRunAsync(LockedWorkflow w, Guid? runId, string firstRunId = "")
    {
        var entry = await RequireRunAsync(w, runId, firstRunId);
        return entry.State.IsOpen ? entry : throw RpcFault.NotFound("workflow execution already completed");
    }

    public static WorkflowExecution Execution(RunState s) => new() { WorkflowId = s.WorkflowId, RunId = s.RunId.ToString() };
}
