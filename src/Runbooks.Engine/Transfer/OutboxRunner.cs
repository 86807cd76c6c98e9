using System.Threading.Channels;
using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Runs;
using Runbooks.Engine.Service;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Engine.Transfer;

/// <summary>
/// Keeps the promises of runs to other runs. A promise is part of the promising run's state; it is kept by a
/// transaction
/// on the other run, and struck off by a transaction that also records the result. Between the two the process may die:
/// the promise is then kept again, and the receiver knows it by its request id (run id and event id of the promise) or,
/// for results, by the pending child that is there no longer. Only one lock is held at a time, so two runs that promise
/// each other things cannot block each other.
/// </summary>
public sealed class OutboxRunner(EngineContext engine, StartModule start) : IAsyncDisposable
{
    private const int RunnersMax = 8;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Channel<RunKey> _waiting = Channel.CreateUnbounded<RunKey>();
    private readonly CancellationTokenSource _stop = new();
    private Task[] _runners = [];

    public void Start() => _runners = [.. Enumerable.Range(0, RunnersMax).Select(_ => Task.Run(RunAsync))];

    /// <summary>Called under the run's lock.</summary>
    public void Enqueue(RunEntry entry)
    {
        entry.OutboxRunning = true;
        _waiting.Writer.TryWrite(entry.Key);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _waiting.Writer.TryComplete();
        await Task.WhenAll(_runners);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var run in _waiting.Reader.ReadAllAsync(_stop.Token))
            {
                await KeepAllAsync(run);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is left is in the database and is taken up after the restart.
        }
    }

    private async Task KeepAllAsync(RunKey run)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (await FirstAsync(run) is not { } promise)
                {
                    return;
                }

                await KeepAsync(run, promise.Task, promise.Initiated, promise.Root, promise.FirstRunId);
            }
            catch (Exception e) when (e is StoreFault or RpcFault { Status: RpcStatus.Unavailable })
            {
                await Task.Delay(RetryDelay, _stop.Token);
            }
        }
    }

    private Task<Promise?> FirstAsync(RunKey run) => engine.Runs.WithAsync(run.Workflow, async w =>
    {
        if (await w.FindAsync(run.RunId) is not { } entry)
        {
            return null;
        }

        if (entry.State.Outbox.Count == 0)
        {
            entry.OutboxRunning = false;
            if (entry.State is { DeleteRequested: true, IsOpen: false })
            {
                await w.DeleteAsync(entry);
            }

            return null;
        }

        entry.OutboxRunning = true;
        var task = entry.State.Outbox[0];
        var initiated = task.Kind == CrossRunKind.CloseChild ? new HistoryEvent() : await w.EventAsync(entry, task.EventId);
        return new Promise(task, initiated, entry.State.Root ?? EngineContext.Execution(entry.State), entry.State.FirstRunId);
    });

    private Task KeepAsync(RunKey run, CrossRunTask task, HistoryEvent initiated, WorkflowExecution root, Guid firstRun) =>
        task.Kind switch
        {
            CrossRunKind.StartChild => StartChildAsync(run, task, initiated, root),
            CrossRunKind.SignalExternal => SignalAsync(run, task, initiated),
            CrossRunKind.CancelExternal => CancelAsync(run, task, initiated),
            CrossRunKind.ReportToParent => ReportAsync(run, task, initiated, firstRun),
            _ => CloseChildAsync(run, task),
        };

    private async Task StartChildAsync(RunKey run, CrossRunTask task, HistoryEvent initiated, WorkflowExecution root)
    {
        var a = initiated.StartChildWorkflowExecutionInitiatedEventAttributes;
        var request = new StartWorkflowExecutionRequest
        {
            Namespace = task.Namespace, WorkflowId = a.WorkflowId, WorkflowType = a.WorkflowType,
            TaskQueue = a.TaskQueue, Input = a.Input, WorkflowExecutionTimeout = a.WorkflowExecutionTimeout,
            WorkflowRunTimeout = a.WorkflowRunTimeout, WorkflowTaskTimeout = a.WorkflowTaskTimeout,
            RequestId = RequestId(run, task), WorkflowIdReusePolicy = a.WorkflowIdReusePolicy,
            RetryPolicy = a.RetryPolicy, CronSchedule = a.CronSchedule, Memo = a.Memo,
            SearchAttributes = a.SearchAttributes, Header = a.Header, Priority = a.Priority,
            UserMetadata = initiated.UserMetadata,
        };
        Guid? child = null;
        try
        {
            child = await engine.Runs.WithAsync(new(task.Namespace, a.WorkflowId), async w =>
                (await start.StartLockedAsync(w, request, null, new ChildOrigin(run, initiated.EventId, root)))
                .Entry.Key.RunId);
        }
        catch (RpcFault fault) when (fault.Status is RpcStatus.AlreadyExists or RpcStatus.ResourceExhausted)
        {
            // The workflow hears of it by StartFailed.
        }

        await StrikeAsync(run, task, t =>
        {
            if (child is { } started)
            {
                ChildMachine.Started(t, task.EventId, started);
            }
            else
            {
                ChildMachine.StartFailed(
                    t, initiated, StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists);
            }
        });
    }

    private async Task SignalAsync(RunKey run, CrossRunTask task, HistoryEvent initiated)
    {
        var a = initiated.SignalExternalWorkflowExecutionInitiatedEventAttributes;
        var delivered = await DeliverAsync(run, task, a.ChildWorkflowOnly, (w, entry) => start.SignalAsync(w, entry, new()
        {
            SignalName = a.SignalName, Input = a.Input, Header = a.Header, RequestId = RequestId(run, task),
            Identity = "history-service",
            ExternalWorkflowExecution = new() { WorkflowId = run.WorkflowId, RunId = run.RunId.ToString() },
        }));
        await StrikeAsync(run, task, t => ExternalMachine.SignalResolved(t, initiated, delivered
            ? SignalExternalWorkflowExecutionFailedCause.Unspecified
            : SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound));
    }

    private async Task CancelAsync(RunKey run, CrossRunTask task, HistoryEvent initiated)
    {
        var a = initiated.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes;
        var delivered = await DeliverAsync(run, task, a.ChildWorkflowOnly, (w, entry) => RequestCancelAsync(
            w, entry, run, task, a.Reason));
        await StrikeAsync(run, task, t => ExternalMachine.CancelResolved(t, initiated, delivered
            ? CancelExternalWorkflowExecutionFailedCause.Unspecified
            : CancelExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound));
    }

    private async Task ReportAsync(RunKey run, CrossRunTask task, HistoryEvent close, Guid firstRun)
    {
        var initiated = await engine.Runs.WithAsync(run.Workflow, async w =>
            (await w.FindAsync(run.RunId))!.State.Parent!.InitiatedEventId);
        await engine.Runs.WithAsync(new(task.Namespace, task.WorkflowId), async w =>
        {
            if (await FindParentAsync(w, task.RunId!.Value, initiated, firstRun) is { } parent)
            {
                var t = w.Begin(parent);
                ChildMachine.Closed(t, initiated, firstRun, run.RunId, close);
                await w.CommitAsync(parent, t);
            }
        });
        await StrikeAsync(run, task, _ => { });
    }

    /// <summary>The run that waits for this child: the one that started it, or what a reset made of that one.</summary>
    private static async Task<RunEntry?> FindParentAsync(LockedWorkflow w, Guid runId, long initiated, Guid firstRun)
    {
        var entry = await w.FindAsync(runId);
        var wasReset = false;
        while (entry is { State: { IsOpen: false, ResetRunId: { } next } })
        {
            entry = await w.FindAsync(next);
            wasReset = true;
        }

        // After a reset another child may have been promised by an event of the same id.
        return entry is { State.IsOpen: true } && entry.State.Children.TryGetValue(initiated, out var child)
            && (child.RunId == firstRun || (child.RunId is null && !wasReset)) ? entry : null;
    }

    private async Task CloseChildAsync(RunKey run, CrossRunTask task)
    {
        await DeliverAsync(run, task, childOnly: true, async (w, entry) =>
        {
            if (task.Policy == ParentClosePolicy.RequestCancel)
            {
                await RequestCancelAsync(w, entry, run, task, "by parent close policy");
                return;
            }

            var t = w.Begin(entry);
            RunCloser.Terminate(t, "by parent close policy", null, "history-service");
            await w.CommitAsync(entry, t);
        });
        await StrikeAsync(run, task, _ => { });
    }

    private static async Task RequestCancelAsync(
        LockedWorkflow w, RunEntry entry, RunKey from, CrossRunTask task, string reason)
    {
        var t = w.Begin(entry);
        var request = new WorkflowExecutionCancelRequestedEventAttributes
        {
            Cause = reason, ExternalInitiatedEventId = task.EventId, Identity = "history-service",
            ExternalWorkflowExecution = new() { WorkflowId = from.WorkflowId, RunId = from.RunId.ToString() },
        };
        if (InboxMachine.RequestCancel(t, RequestId(from, task), request))
        {
            await w.CommitAsync(entry, t);
        }
        else
        {
            w.Drop(entry);
        }
    }

    /// <summary>False when the target is not there, is closed, or is not the child it must be.</summary>
    private Task<bool> DeliverAsync(
        RunKey run, CrossRunTask task, bool childOnly, Func<LockedWorkflow, RunEntry, Task> deliver) =>
        engine.Runs.WithAsync(new(task.Namespace, task.WorkflowId), async w =>
        {
            // A child's chain may have moved on to another run: its first run id names the chain, not the run.
            var entry = task.RunId is { } id && !childOnly ? await w.FindAsync(id) : await w.CurrentAsync();
            if (entry is not { State.IsOpen: true } || (childOnly && !IsChild(entry.State, run, task.RunId)))
            {
                return false;
            }

            await deliver(w, entry);
            return true;
        });

    // A child that was running when its parent was reset names the run before the reset: it is known by its own chain.
    private static bool IsChild(RunState s, RunKey parent, Guid? firstRun) =>
        s.Parent is { } link && link.WorkflowId == parent.WorkflowId
        && (link.RunId == parent.RunId || s.FirstRunId == firstRun);

    /// <summary>Records the result and removes the promise, in one transaction of the promising run.</summary>
    private Task StrikeAsync(RunKey run, CrossRunTask task, Action<Transition> record) =>
        engine.Runs.WithAsync(run.Workflow, async w =>
        {
            if (await w.FindAsync(run.RunId) is not { } entry || !entry.State.Outbox.Contains(task))
            {
                return;
            }

            var t = w.Begin(entry);
            entry.State.Outbox.Remove(task);
            if (entry.State.IsOpen)
            {
                record(t);
            }

            entry.OutboxRunning = true;
            await w.CommitAsync(entry, t);
        });

    private static string RequestId(RunKey run, CrossRunTask task) => $"{run.RunId}:{task.EventId}";

    private sealed record Promise(CrossRunTask Task, HistoryEvent Initiated, WorkflowExecution Root, Guid FirstRunId);
}
