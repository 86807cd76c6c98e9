using Runbooks.Engine.History;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Runs;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Service;

/// <summary>
/// Queries. While a workflow task is pending or started a query waits for the next task and travels with it, so its
/// answer includes everything that happened before the question; otherwise it goes to a worker by itself.
/// </summary>
public sealed class QueryModule(EngineContext engine) : IRpcModule
{
    private const int FailingAttempts = 3;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StickyPatience = TimeSpan.FromSeconds(5);

    public void Register(RpcTable table)
    {
        table.Add<QueryWorkflowRequest, QueryWorkflowResponse>(RpcTable.WorkflowService + "QueryWorkflow", QueryAsync);
        table.Add<RespondQueryTaskCompletedRequest, RespondQueryTaskCompletedResponse>(
            RpcTable.WorkflowService + "RespondQueryTaskCompleted", (r, _) => AnswerAsync(r));
    }

    private async Task<QueryWorkflowResponse> QueryAsync(QueryWorkflowRequest r, RpcCall call)
    {
        var key = engine.RequireWorkflow(r.Namespace, r.Execution?.WorkflowId ?? "");
        var runId = EngineContext.RunId(r.Execution!.RunId);
        if (r.Query is null || string.IsNullOrEmpty(r.Query.QueryType))
        {
            throw RpcFault.Invalid("QueryType is not set on request.");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled);
        limit.CancelAfter(call.HoldFor(LongestWait, engine.Now));
        using var pin = engine.Runs.Pin(key);
        var run = await WaitUntilReadyAsync(key, runId, limit.Token);
        var (status, ticket) = await engine.Runs.WithAsync(key, async w =>
        {
            var entry = await engine.RequireRunAsync(w, run);
            var rejects = Rejects(entry.State, r.QueryRejectCondition);
            return (entry.State.Status, Ticket: rejects ? null : Ask(entry, r.Query));
        }, limit.Token);
        if (ticket is null)
        {
            return new QueryWorkflowResponse { QueryRejected = new() { Status = status } };
        }

        try
        {
            return Answer(await WaitAsync(key, run, ticket, limit.Token));
        }
        finally
        {
            await engine.Runs.WithAsync(key, async w => (await w.FindAsync(run))?.Queries.Remove(ticket.Id), default);
        }
    }

    private QueryTicket Ask(RunEntry entry, WorkflowQuery query)
    {
        var s = entry.State;
        if (s.IsOpen && s.Task is { Attempt: >= FailingAttempts })
        {
            throw NotReady("Unable to query workflow due to Workflow Task in failed state.");
        }

        var ticket = new QueryTicket(query);
        entry.Queries.Add(ticket.Id, ticket);
        engine.Dispatcher.Follow(entry);
        return ticket;
    }

    private async Task<WorkflowQueryResult> WaitAsync(
        WorkflowKey key, Guid run, QueryTicket ticket, CancellationToken limit)
    {
        try
        {
            // A sticky worker that does not answer may be gone; another one can rebuild the run from its history.
            await Task.WhenAny(ticket.Answer.Task, Task.Delay(StickyPatience, limit));
            if (!ticket.Answer.Task.IsCompleted && ticket.Direct && !limit.IsCancellationRequested)
            {
                await engine.Runs.WithAsync(key, async w =>
                {
                    if (await w.FindAsync(run) is { } entry && entry.Queries.ContainsKey(ticket.Id))
                    {
                        entry.State.Sticky = null;
                        engine.Dispatcher.QueueQuery(entry, ticket, allowSticky: false);
                    }
                }, limit);
            }

            return await ticket.Answer.Task.WaitAsync(limit);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested)
        {
            throw new RpcFault(RpcStatus.DeadlineExceeded, "query timed out before a worker could process it", null, e);
        }
    }

    private async Task<Guid> WaitUntilReadyAsync(WorkflowKey key, Guid? runId, CancellationToken limit)
    {
        while (true)
        {
            var (run, ready, changed) = await engine.Runs.WithAsync(key, async w =>
            {
                var entry = await engine.RequireRunAsync(w, runId);
                var s = entry.State;
                if (!s.IsOpen && s.LastCompletedTaskStartedId == 0)
                {
                    throw NotReady("Workflow closed before its first workflow task was completed.");
                }

                return (entry.Key.RunId, s.LastCompletedTaskStartedId > 0 || s.Task is { Attempt: >= FailingAttempts },
                    entry.Changed);
            }, limit);
            if (ready)
            {
                return run;
            }

            try
            {
                await changed.WaitAsync(limit);
            }
            catch (OperationCanceledException e) when (limit.IsCancellationRequested)
            {
                throw new RpcFault(RpcStatus.FailedPrecondition,
                    "workflow must handle at least one workflow task before it can be queried",
                    new WorkflowNotReadyFailure(), e);
            }
        }
    }

    private Task<RespondQueryTaskCompletedResponse> AnswerAsync(RespondQueryTaskCompletedRequest r)
    {
        var token = TaskToken.Decode(r.TaskToken);
        return engine.Runs.WithAsync(token.Run.Workflow, async w =>
        {
            var entry = await w.FindAsync(token.Run.RunId);
            if (entry is null || !entry.Queries.Remove(token.QueryId, out var ticket))
            {
                throw RpcFault.NotFound("query task not found, or already expired");
            }

            ticket.Answer.TrySetResult(new WorkflowQueryResult
            {
                ResultType = r.CompletedType, Answer = r.QueryResult, ErrorMessage = r.ErrorMessage, Failure = r.Failure,
            });
            return new RespondQueryTaskCompletedResponse();
        });
    }

    private static QueryWorkflowResponse Answer(WorkflowQueryResult result)
    {
        if (result.ResultType == QueryResultType.Failed)
        {
            throw new RpcFault(RpcStatus.InvalidArgument, result.ErrorMessage,
                new QueryFailedFailure { Failure = result.Failure });
        }

        return new QueryWorkflowResponse { QueryResult = result.Answer };
    }

    private static bool Rejects(RunState s, QueryRejectCondition condition) => condition switch
    {
        QueryRejectCondition.NotOpen => !s.IsOpen,
        QueryRejectCondition.NotCompletedCleanly => s.Status is not (WorkflowExecutionStatus.Running
            or WorkflowExecutionStatus.Completed),
        _ => false,
    };

    private static RpcFault NotReady(string message) =>
        new(RpcStatus.FailedPrecondition, message, new WorkflowNotReadyFailure());
}
