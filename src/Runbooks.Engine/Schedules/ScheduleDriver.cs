using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Runbooks.Engine.Rpc;

namespace Runbooks.Engine.Schedules;

/// <summary>All schedules of the engine, one actor each.</summary>
public sealed class ScheduleDriver(
    IScheduleStore store, ScheduledRuns runs, TimeProvider clock, ILogger<ScheduleDriver> log) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Namespace, string Id), ScheduleActor> _actors = new();

    /// <summary>
    /// Loads every schedule and lets it run: what fell due while nobody ran is caught up by its policy.
    /// </summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        foreach (var record in await store.LoadAsync(cancel))
        {
            Run(record);
        }
    }

    internal async Task CreateAsync(ScheduleRecord record)
    {
        if (!await store.SaveAsync(record))
        {
            // A creation whose answer was lost may have left the row without an actor: its repetition finds it here.
            var stored = (await store.LoadAsync(CancellationToken.None))
                .FirstOrDefault(other => other.Namespace == record.Namespace && other.ScheduleId == record.ScheduleId);
            if (stored is not null && record.Progress.CreateRequestId.Length > 0
                && stored.Progress.CreateRequestId == record.Progress.CreateRequestId
                && Find(record.Namespace, record.ScheduleId) is null)
            {
                Run(stored);
                return;
            }
            throw new RpcFault(
                RpcStatus.AlreadyExists, $"schedule \"{record.ScheduleId}\" is already registered",
                new Temporalio.Api.ErrorDetails.V1.WorkflowExecutionAlreadyStartedFailure());
        }
        Run(record);
    }

    internal ScheduleActor? Find(string ns, string id) => _actors.GetValueOrDefault((ns, id));

    internal ScheduleActor Require(string ns, string id) =>
        Find(ns, id) ?? throw RpcFault.NotFound($"schedule not found for ID: {id}");

    internal async Task DeleteAsync(ScheduleActor actor)
    {
        var key = (actor.Record.Namespace, actor.Record.ScheduleId);
        if (_actors.TryRemove(key, out _))
        {
            await actor.DisposeAsync();
            await store.DeleteAsync(key.Namespace, key.ScheduleId);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var actor in _actors.Values)
        {
            await actor.DisposeAsync();
        }
        _actors.Clear();
    }

    private void Run(ScheduleRecord record)
    {
        var actor = new ScheduleActor(record, store, runs, clock, log, DeleteAsync);
        _actors[(record.Namespace, record.ScheduleId)] = actor;
        actor.Start();
    }
}
