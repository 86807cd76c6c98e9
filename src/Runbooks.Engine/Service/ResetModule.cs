using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Runs;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Service;

/// <summary>
/// Reset: a new run from a point of an earlier one's history. The new run, the end of the one that was current and the
/// change of which is current are one transaction, so a crash leaves either the old run going or the new one.
/// </summary>
public sealed class ResetModule(EngineContext engine) : IRpcModule
{
    public void Register(RpcTable table) => table.Add<ResetWorkflowExecutionRequest, ResetWorkflowExecutionResponse>(
        RpcTable.WorkflowService + "ResetWorkflowExecution", (r, _) => ResetAsync(r));

    private Task<ResetWorkflowExecutionResponse> ResetAsync(ResetWorkflowExecutionRequest r)
    {
        var key = engine.RequireWorkflow(r.Namespace, r.WorkflowExecution?.WorkflowId ?? "");
        var runId = EngineContext.RunId(r.WorkflowExecution!.RunId);
        if (r.RequestId.Length == 0)
        {
            throw RpcFault.Invalid("RequestId is not set on request.");
        }

        engine.RequireId(r.RequestId, "RequestId");
        if (r.PostResetOperations.Count > 0)
        {
            throw new RpcFault(RpcStatus.Unimplemented, "PostResetOperations are not supported.");
        }

        return engine.Runs.WithAsync(key, async w =>
        {
            var current = await engine.RequireRunAsync(w, null);
            if (current.State.StartRequestId != r.RequestId)
            {
                current = await ResetAsync(w, r, current, await engine.RequireRunAsync(w, runId));
            }

            return new ResetWorkflowExecutionResponse { RunId = current.Key.RunId.ToString() };
        });
    }

    private async Task<RunEntry> ResetAsync(
        LockedWorkflow w, ResetWorkflowExecutionRequest r, RunEntry current, RunEntry of)
    {
        var point = r.WorkflowTaskFinishEventId;
        if (point <= 1 || point >= of.State.NextEventId)
        {
            throw RpcFault.Invalid("Workflow task finish ID must be > 1 && <= workflow last event ID.");
        }

        var all = await w.EventsAsync(of, 1);
        var (began, refusal) = RunResetter.Reset(
            of.State, Guid.NewGuid(), r.RequestId, r.Reason, [.. all.Take((int)point - 1)],
            [.. all.Skip((int)point - 1), .. await LaterAsync(w, of, current)], Exclusions(r),
            state => new Transition(state, engine.Now, engine.Options, Guid.NewGuid), engine.Options, engine.Now);
        if (began is null)
        {
            throw RpcFault.Invalid(refusal!);
        }

        if (began.State.Children.Count > 0 && !of.State.IsOpen)
        {
            // What became of them was told to a run that no longer listened.
            throw RpcFault.Invalid("Can not reset a closed workflow to a point with pending child workflows.");
        }

        var ending = w.Begin(current);
        if (current.State.IsOpen)
        {
            RunCloser.Terminate(ending, r.Reason, null, RunResetter.Identity);
        }

        if (ReferenceEquals(of, current))
        {
            current.State.ResetRunId = began.State.RunId;
            current.State.Outbox.RemoveAll(
                x => x.Kind == CrossRunKind.CloseChild && began.State.Children.ContainsKey(x.EventId));
        }

        return await w.CommitNewAsync(began, current, ending);
    }

    /// <summary>
    /// What happened in the runs that continued this one, and what waits for an id in the current one.
    /// </summary>
    private static async Task<List<HistoryEvent>> LaterAsync(LockedWorkflow w, RunEntry of, RunEntry current)
    {
        var later = new List<HistoryEvent>();
        var last = of;
        while (last.State.ContinuedAsRunId is { } next && await w.FindAsync(next) is { } entry)
        {
            later.AddRange((await w.EventsAsync(entry, 1)).Where(e => !IsOfOneRunOnly(e.EventType)));
            last = entry;
        }

        if (ReferenceEquals(last, current))
        {
            later.AddRange(current.State.Buffered
                .Where(e => ReferenceEquals(last, of) || !IsOfOneRunOnly(e.EventType)));
        }

        return later;
    }

    // In another run the same event id names another promise.
    private static bool IsOfOneRunOnly(EventType type) => type is not (EventType.WorkflowExecutionSignaled
        or EventType.WorkflowExecutionCancelRequested or EventType.WorkflowExecutionUpdateAccepted);

    private static ResetExclusions Exclusions(ResetWorkflowExecutionRequest r)
    {
#pragma warning disable CS0612 // The older way to say it, and a kind that is marked so: official clients send both.
        var only = r.ResetReapplyType;
        var excluded = r.ResetReapplyExcludeTypes;
        var none = only == ResetReapplyType.None;
        var signalsOnly = only == ResetReapplyType.Signal;
        return new(
            none || excluded.Contains(ResetReapplyExcludeType.Signal),
            none || signalsOnly || excluded.Contains(ResetReapplyExcludeType.Update),
            none || signalsOnly || excluded.Contains(ResetReapplyExcludeType.CancelRequest));
#pragma warning restore CS0612
    }
}
