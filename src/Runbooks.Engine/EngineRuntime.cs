using Microsoft.Extensions.Logging;
using Runbooks.Engine.History;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Matching;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Runs;
using Runbooks.Engine.Service;
using Runbooks.Engine.Timers;
using Runbooks.Engine.Transfer;

namespace Runbooks.Engine;

/// <summary>
/// The run side of the engine, put together over a store: registry, queues, deadlines, outbox, and the RPC modules.
/// Starting it lists the open runs; those with tasks or promises are loaded in the background, the others only have
/// their deadline remembered.
/// </summary>
public sealed class EngineRuntime : IAsyncDisposable
{
    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly EngineContext _engine;
    private readonly OutboxRunner _outbox;
    private readonly DeadlineQueue _deadlines;
    private readonly RunRepairer _repairs;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private Task _background = Task.CompletedTask;

    public EngineRuntime(
        IEngineStore store, INamespaceCatalog namespaces, EngineOptions options, TimeProvider clock, ILogger log)
    {
        _log = log;
        var queues = new TaskQueues();
        var committer = new RunCommitter(store, clock, options);
        var runs = new RunRegistry(store, committer, options);
        var dispatcher = new Dispatcher(queues, clock, options);
        committer.FollowUp = dispatcher;
        _repairs = new RunRepairer(log)
        {
            Load = run => runs.WithAsync(run.Workflow, async w => await w.FindAsync(run.RunId)),
        };
        committer.Forgotten = _repairs.Reload;
        _engine = new EngineContext(options, clock, namespaces, store, runs, queues, dispatcher, _repairs);
        var start = new StartModule(_engine);
        _outbox = new OutboxRunner(_engine, start);
        _deadlines = new DeadlineQueue(clock, FireAsync);
        dispatcher.Deadlines = _deadlines;
        dispatcher.RunOutbox = _outbox.Enqueue;
        var polls = new WorkflowTaskPolls(_engine);
        Reader = new RunReader(_engine);
        Starts = start;
        Control = new ControlModule(_engine, start);
        Modules =
        [
            start, Control, new ResetModule(_engine), polls, new WorkflowTaskAnswers(_engine, polls),
            new ActivityModule(_engine), new QueryModule(_engine),
            new UpdateModule(_engine, start), new TaskQueueModule(_engine),
        ];
    }

    public IReadOnlyList<IRpcModule> Modules { get; }

    public IRunReader Reader { get; }

    /// <summary>For callers in this process, such as schedules: same rules as over the wire.</summary>
    public StartModule Starts { get; }

    public ControlModule Control { get; }

    public async Task StartAsync(CancellationToken cancel)
    {
        var open = await _engine.Store.ListOpenRunsAsync(cancel);
        foreach (var run in open)
        {
            _deadlines.Set(run.Key, run.NextDeadline);
        }

        _deadlines.Start();
        _outbox.Start();
        _repairs.Start();
        var pending = open.Where(r => r.PendingDispatch).Select(r => r.Key).ToList();
        _log.LogInformation("Engine took over {Open} open runs, {Pending} of them with work waiting", open.Count, pending.Count);
        // Loading a run puts its tasks on their queues and its promises to the runner.
        pending.ForEach(_repairs.Reload);
        _background = Task.Run(KeepHouseAsync, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _background;
        await _deadlines.DisposeAsync();
        await _outbox.DisposeAsync();
        await _repairs.DisposeAsync();
        _stop.Dispose();
    }

    private async Task FireAsync(RunKey run)
    {
        try
        {
            await _engine.Runs.WithAsync(run.Workflow, async w =>
            {
                if (await w.FindAsync(run.RunId) is not { State.IsOpen: true } entry)
                {
                    return;
                }

                var first = entry.State.RunExpiresAt <= _engine.Now ? await w.EventAsync(entry, 1) : null;
                var t = w.Begin(entry);
                var durable = Deadlines.FireDue(t, expired =>
                {
                    RunCloser.TimeOut(expired, first);
                    return true;
                });
                if (durable)
                {
                    await w.CommitAsync(entry, t);
                }
                else
                {
                    w.Defer(entry, t);
                }
            });
        }
        catch (Exception e) when (e is StoreFault or RpcFault)
        {
            _log.LogWarning(e, "Deadline of run {Run} could not be written; trying again", run);
            _deadlines.Set(run, _engine.Now + RetryDelay);
        }
    }

    private async Task KeepHouseAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await PauseAsync(HousekeepingInterval);
            try
            {
                await _engine.Runs.TrimAsync();
                _engine.Queues.Sweep(_engine.Now - TimeSpan.FromMinutes(10));
                await _engine.Store.RemoveExpiredAsync(500, CancellationToken.None);
            }
            catch (Exception e) when (e is StoreFault or RpcFault)
            {
                _log.LogWarning(e, "Housekeeping was interrupted");
            }
        }
    }

    private Task PauseAsync(TimeSpan time) => Task.Delay(time, _stop.Token).ContinueWith(
        _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
