using Microsoft.Extensions.Logging;
using Runbooks.Engine.Rpc;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Engine.Schedules;

// Drives one schedule: the loop around the pure ScheduleMoves.
//
//   look at the time -> Consider -> SAVE -> make one move -> record its outcome -> SAVE -> … -> wait
//
// The first SAVE makes the request id of every start durable before the start is made. A crash between a start and the
// second SAVE therefore repeats the start with the same request id, which the engine answers with the same run.
// Runs are awaited outside the gate; only their end comes in through it.
internal sealed class ScheduleActor : IAsyncDisposable
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryLongest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KeptAfterDone = TimeSpan.FromDays(7);
    private static readonly TimeSpan WaitLongest = TimeSpan.FromHours(1);

    private readonly IScheduleStore _store;
    private readonly ScheduledRuns _runs;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Func<ScheduleActor, Task> _remove;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly SemaphoreSlim _changed = new(0);
    private readonly CancellationTokenSource _ended = new();
    private readonly HashSet<WatchedRun> _awaited = [];
    private CompiledSpec _spec;
    private Task _loop = Task.CompletedTask;

    // Changed in memory and not yet saved; nothing is started while this is so.
    private bool _dirty;

    public ScheduleActor(
        ScheduleRecord record, IScheduleStore store, ScheduledRuns runs, TimeProvider clock, ILogger log,
        Func<ScheduleActor, Task> remove)
    {
        Record = record;
        _spec = CompiledSpec.Compile(record.Schedule.Spec ?? new());
        (_store, _runs, _clock, _log, _remove) = (store, runs, clock, log, remove);
    }

    public ScheduleRecord Record { get; }

    public CompiledSpec Spec => _spec;

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    public void Start() => _loop = Task.Run(LoopAsync);

    /// <summary>Reads under the gate.</summary>
    public async Task<T> ReadAsync<T>(Func<ScheduleRecord, CompiledSpec, DateTime, T> read)
    {
        await _gate.WaitAsync(_ended.Token);
        try
        {
            return read(Record, _spec, Now);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Brings the record up to now, changes it and saves it; the loop takes it from there.</summary>
    public async Task ChangeAsync(Action<ScheduleRecord, DateTime> change)
    {
        await _gate.WaitAsync(_ended.Token);
        try
        {
            // What was due before the change is decided by the rules before the change.
            _dirty |= ScheduleMoves.Consider(Record, _spec, Now, Guid.NewGuid);
            change(Record, Now);
            _dirty = true;
            _spec = CompiledSpec.Compile(Record.Schedule.Spec ?? new());
            await SaveAsync();
        }
        finally
        {
            _gate.Release();
        }
        _changed.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _loop;
    }

    private async Task LoopAsync()
    {
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                var wait = await PassAsync();
                if (wait > TimeSpan.Zero)
                {
                    await WaitAsync(wait);
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The schedule was deleted or the engine stops.
        }
    }

    /// <summary>One round; answers how long nothing can happen by itself.</summary>
    private async Task<TimeSpan> PassAsync()
    {
        await _gate.WaitAsync(_ended.Token);
        try
        {
            _dirty |= ScheduleMoves.Consider(Record, _spec, Now, Guid.NewGuid);
            await SaveAsync();
            while (ScheduleMoves.Next(Record, Now) is { } move)
            {
                _dirty = true;
                await MakeAsync(move);
                await SaveAsync();
            }
            AwaitRuns();
            return await RestAsync();
        }
        catch (Exception fault) when (fault is History.StoreFault or System.Data.Common.DbException or RpcFault)
        {
            // Environment: the record in memory is as durable as its last save; look again soon.
            _log.LogWarning(fault, "schedule {Schedule} waits for the database", Record.ScheduleId);
            return RetryFirst;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task MakeAsync(ScheduleMove move)
    {
        if (move is ScheduleMove.StopOthers stop)
        {
            foreach (var run in Record.Progress.Watched.Where(run => !run.Overlapping))
            {
                await _runs.StopAsync(
                    Record.Namespace, run, stop.Terminate, $"schedule {Record.ScheduleId}: overlap policy", _ended.Token);
            }
            stop.Due.OthersStopped = true;
            return;
        }
        var due = ((ScheduleMove.Start)move).Due;
        try
        {
            if (await _runs.StartAsync(Record, due, _ended.Token) is { } run)
            {
                ScheduleMoves.Started(Record, due, run, Now);
            }
            else
            {
                ScheduleMoves.Dropped(Record, due);
            }
        }
        catch (RpcFault refused) when (refused.Status is RpcStatus.InvalidArgument or RpcStatus.NotFound
            or RpcStatus.FailedPrecondition)
        {
            _log.LogError(refused, "schedule {Schedule}: its action is refused", Record.ScheduleId);
            ScheduleMoves.Dropped(Record, due);
        }
        catch (RpcFault busy)
        {
            var delay = TimeSpan.FromSeconds(Math.Min(
                RetryLongest.TotalSeconds, RetryFirst.TotalSeconds * Math.Pow(2, Math.Min(due.Attempts, 10))));
            due.Attempts++;
            due.NotBefore = Now + delay;
            _log.LogWarning(busy, "schedule {Schedule}: start postponed by {Delay}", Record.ScheduleId, delay);
        }
    }

    private void AwaitRuns()
    {
        foreach (var run in Record.Progress.Watched.Where(_awaited.Add).ToList())
        {
            _ = AwaitRunAsync(run);
        }
    }

    private async Task AwaitRunAsync(WatchedRun run)
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                var end = await _runs.AwaitEndAsync(Record.Namespace, run, _ended.Token)
                    ?? new RunEnd(WorkflowExecutionStatus.Unspecified, null, null);
                await ChangeAsync((record, _) =>
                    ScheduleMoves.Closed(record, run, end.Status, end.Result, end.Failure));
                return;
            }
            catch (OperationCanceledException) when (_ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is History.StoreFault or System.Data.Common.DbException or RpcFault)
            {
                _log.LogWarning(fault, "schedule {Schedule} lost sight of {Run}", Record.ScheduleId, run.WorkflowId);
                await Task.Delay(RetryFirst, _clock, CancellationToken.None);
            }
        }
    }

    private async Task<TimeSpan> RestAsync()
    {
        if (ScheduleMoves.WakeAt(Record, _spec, Now) is { } wake)
        {
            return wake <= Now ? TimeSpan.Zero : Later(wake - Now);
        }
        if (Record.Progress.Waiting.Count + Record.Progress.Watched.Count > 0 || Record.Schedule.State.Paused)
        {
            return WaitLongest;
        }
        if (Record.Progress.DoneSince is not { } since)
        {
            Record.Progress.DoneSince = Now;
            _dirty = true;
            await SaveAsync();
            return WaitLongest;
        }
        if (Now - since >= KeptAfterDone)
        {
            _ = _remove(this);
        }
        return WaitLongest;
    }

    private static TimeSpan Later(TimeSpan wait) => wait > WaitLongest ? WaitLongest : wait;

    private async Task WaitAsync(TimeSpan wait)
    {
        using var timeout = new CancellationTokenSource(wait, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _ended.Token);
        try
        {
            await _changed.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!_ended.IsCancellationRequested)
        {
            // The wait is over: look at the time again.
        }
    }

    private async Task SaveAsync()
    {
        if (!_dirty)
        {
            return;
        }
        if (!await _store.SaveAsync(Record))
        {
            throw new History.StoreFault(
                History.StoreFaultKind.Fenced, $"schedule {Record.ScheduleId} was changed by another process");
        }
        _dirty = false;
    }
}
