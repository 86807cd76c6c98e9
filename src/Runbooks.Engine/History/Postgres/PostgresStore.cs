using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.History.Postgres;

/// <summary>
/// The engine's tables. Writes go through <see cref="CommitLane"/>s, which put the transitions of many runs into one
/// transaction when many are waiting; reads use the pool directly.
/// </summary>
public sealed class PostgresStore : IEngineStore, IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly CommitLanes _lanes;

    public PostgresStore(NpgsqlDataSource database, OwnerLease lease, int lanes)
    {
        _database = database;
        _lanes = new CommitLanes(database, lease, lanes);
    }

    public Task CommitAsync(StoreWrite write) => _lanes.CommitAsync(write);

    public async Task<Guid?> FindCurrentRunAsync(WorkflowKey workflow, CancellationToken cancel) =>
        (Guid?)await ReadAsync(
            "select run_id from engine.current_executions where namespace = $1 and workflow_id = $2",
            [new() { Value = workflow.Namespace }, new() { Value = workflow.WorkflowId }],
            async reader => await reader.ReadAsync(cancel) ? reader.GetGuid(0) : (Guid?)null, cancel);

    public Task<StoredRun?> LoadAsync(RunKey run, CancellationToken cancel) => ReadAsync(
        "select version, open, state from engine.run_states where run_id = $1 and namespace = $2 and workflow_id = $3",
        [new() { Value = run.RunId }, new() { Value = run.Namespace }, new() { Value = run.WorkflowId }],
        async reader => await reader.ReadAsync(cancel)
            ? new StoredRun(run, reader.GetInt64(0), reader.GetBoolean(1), reader.GetFieldValue<byte[]>(2))
            : null, cancel);

    public Task<IReadOnlyList<HistoryEvent>> ReadEventsAsync(
        Guid runId, long fromEventId, int maxEvents, CancellationToken cancel) => ReadAsync<IReadOnlyList<HistoryEvent>>(
        """
        select events from engine.history_batches
         where run_id = $1 and first_event_id >= coalesce(
           (select max(first_event_id) from engine.history_batches where run_id = $1 and first_event_id <= $2), 0)
         order by first_event_id limit $3
        """,
        [new() { Value = runId }, new() { Value = fromEventId }, new() { Value = maxEvents }],
        async reader =>
        {
            var events = new List<HistoryEvent>();
            while (events.Count < maxEvents && await reader.ReadAsync(cancel))
            {
                events.AddRange(Parse(reader).Where(e => e.EventId >= fromEventId));
            }

            return events;
        }, cancel);

    public Task<IReadOnlyList<HistoryEvent>> ReadEventsBackwardAsync(
        Guid runId, long beforeEventId, int maxEvents, CancellationToken cancel) =>
        ReadAsync<IReadOnlyList<HistoryEvent>>(
        """
        select events from engine.history_batches where run_id = $1 and first_event_id < $2
         order by first_event_id desc limit $3
        """,
        [new() { Value = runId }, new() { Value = beforeEventId }, new() { Value = maxEvents }],
        async reader =>
        {
            var events = new List<HistoryEvent>();
            while (events.Count < maxEvents && await reader.ReadAsync(cancel))
            {
                events.AddRange(Parse(reader).Where(e => e.EventId < beforeEventId).Reverse());
            }

            return events;
        }, cancel);

    public Task<IReadOnlyList<OpenRun>> ListOpenRunsAsync(CancellationToken cancel) =>
        ReadAsync<IReadOnlyList<OpenRun>>(
        """
        select namespace, workflow_id, run_id, pending_dispatch, next_deadline
          from engine.run_states where open
        """,
        [],
        async reader =>
        {
            var runs = new List<OpenRun>();
            while (await reader.ReadAsync(cancel))
            {
                runs.Add(new OpenRun(
                    new RunKey(reader.GetString(0), reader.GetString(1), reader.GetGuid(2)), reader.GetBoolean(3),
                    reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4)));
            }

            return runs;
        }, cancel);

    public Task<int> RemoveExpiredAsync(int limit, CancellationToken cancel) => ReadAsync(
        """
        with gone as (
          select e.run_id, e.namespace, e.workflow_id
            from engine.executions e join engine.namespaces n on n.name = e.namespace
           where e.close_time is not null and e.close_time < now() - make_interval(secs => n.retention_seconds)
           order by e.close_time limit $1),
        s as (delete from engine.run_states r using gone g where r.run_id = g.run_id and not r.pending_dispatch),
        h as (delete from engine.history_batches b using gone g where b.run_id = g.run_id),
        c as (delete from engine.current_executions x using gone g
               where x.namespace = g.namespace and x.workflow_id = g.workflow_id and x.run_id = g.run_id)
        delete from engine.executions e using gone g where e.run_id = g.run_id returning e.run_id
        """,
        [new() { Value = limit }],
        async reader =>
        {
            var count = 0;
            while (await reader.ReadAsync(cancel))
            {
                count++;
            }

            return count;
        }, cancel);

    public ValueTask DisposeAsync() => _lanes.DisposeAsync();

    private static IEnumerable<HistoryEvent> Parse(NpgsqlDataReader reader) =>
        Temporalio.Api.History.V1.History.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)).Events;

    private async Task<T> ReadAsync<T>(
        string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancel)
    {
        try
        {
            await using var command = _database.CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            await using var reader = await command.ExecuteReaderAsync(cancel);
            return await read(reader);
        }
        catch (NpgsqlException e)
        {
            throw new StoreFault(StoreFaultKind.Unreachable, "The engine's database did not answer a read.", e);
        }
    }
}
