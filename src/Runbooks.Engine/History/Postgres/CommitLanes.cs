using System.Threading.Channels;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;

namespace Runbooks.Engine.History.Postgres;

/// <summary>
/// Group commit. Each lane owns one connection and takes all writes that wait, up to <see cref="BatchMax"/>, into one
/// batch: one round trip, one transaction, one flush of the log. With one writer waiting a write goes out alone, so the
/// latency at low load is that of a single commit; under load the cost of a commit is shared.
/// <para>
/// The batch is one implicit transaction, so a refused statement undoes all of
/// it. Writes of different runs fail for each other only then, and each is then
/// tried alone. The fence (assert_owner) is the first statement of every batch.
/// </para>
/// </summary>
internal sealed class CommitLanes : IAsyncDisposable
{
    private const int BatchMax = 48;

    private readonly NpgsqlDataSource _database;
    private readonly OwnerLease _lease;
    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>();
    private readonly Task[] _lanes;

    public CommitLanes(NpgsqlDataSource database, OwnerLease lease, int lanes)
    {
        _database = database;
        _lease = lease;
        _lanes = [.. Enumerable.Range(0, lanes).Select(_ => Task.Run(RunLaneAsync))];
    }

    public Task CommitAsync(StoreWrite write)
    {
        var waiting = new Waiting(write);
        if (!_queue.Writer.TryWrite(waiting))
        {
            throw new StoreFault(StoreFaultKind.Unreachable, "The engine is stopping.");
        }

        return waiting.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAll(_lanes);
    }

    private async Task RunLaneAsync()
    {
        var batch = new List<Waiting>(BatchMax);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < BatchMax && _queue.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            if (batch.Count > 0)
            {
                await WriteAsync(batch);
            }
        }
    }

    private async Task WriteAsync(List<Waiting> batch)
    {
        var fault = await TryWriteAsync(batch);
        if (fault is null)
        {
            batch.ForEach(w => w.Done.TrySetResult());
        }
        else if (batch.Count == 1 || fault.Kind != StoreFaultKind.Conflict)
        {
            batch.ForEach(w => w.Done.TrySetException(fault));
        }
        else
        {
            // One of them was refused and took the others along: nothing was written, so each may try alone.
            foreach (var single in batch)
            {
                await WriteAsync([single]);
            }
        }
    }

    private async Task<StoreFault?> TryWriteAsync(List<Waiting> writes)
    {
        try
        {
            await using var connection = await _database.OpenConnectionAsync();
            CommitNotices.Reset(connection);
            await using var batch = new NpgsqlBatch(connection);
            batch.BatchCommands.Add(Command(
                "select engine.assert_owner($1, $2)", Number(OwnerLease.Shard), Number(_lease.Epoch)));
            foreach (var waiting in writes)
            {
                Add(batch, waiting.Write);
            }

            // No token: a cancelled commit could be durable or not, and would be reported as neither.
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
            return CommitNotices.WasNotReplicated(connection)
                ? new StoreFault(StoreFaultKind.Unreachable, "The commit was not confirmed by the standby; its outcome is unknown.")
                : null;
        }
        catch (PostgresException e) when (e.SqlState == "RBE01")
        {
            _lease.Lose(e);
            return new StoreFault(StoreFaultKind.Fenced, "Another process owns this engine's database now.", e);
        }
        catch (PostgresException e) when (e.SqlState is "RBE02" or "RBE03" or PostgresErrorCodes.UniqueViolation
            or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
        {
            return new StoreFault(StoreFaultKind.Conflict, $"The run changed under this write: {e.MessageText}", e);
        }
        catch (NpgsqlException e)
        {
            return new StoreFault(StoreFaultKind.Unreachable, "The engine's database did not confirm a write.", e);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or TimeoutException)
        {
            return new StoreFault(StoreFaultKind.Unreachable, "The connection to the engine's database broke.", e);
        }
    }

    private static void Add(NpgsqlBatch batch, StoreWrite write)
    {
        foreach (var run in write.Runs)
        {
            AddState(batch, run);
            if (run.Deleted)
            {
                continue;
            }

            if (run.NewEvents.Count > 0)
            {
                var events = new Temporalio.Api.History.V1.History();
                events.Events.AddRange(run.NewEvents);
                batch.BatchCommands.Add(Command(
                    "insert into engine.history_batches (run_id, first_event_id, event_count, events) values ($1, $2, $3, $4)",
                    new() { Value = run.Key.RunId }, Number(run.NewEvents[0].EventId), Number(run.NewEvents.Count),
                    new() { Value = events.ToByteArray() }));
            }

            if (run.Visibility is not null)
            {
                AddVisibility(batch, run.Key, run.Visibility);
            }
        }

        if (write.Current is { } current)
        {
            batch.BatchCommands.Add(Command("select engine.set_current_run($1, $2, $3, $4)",
                Text(current.Workflow.Namespace), Text(current.Workflow.WorkflowId), new() { Value = current.RunId },
                Uuid(current.Expected)));
        }
    }

    private static void AddState(NpgsqlBatch batch, RunWrite run)
    {
        if (run.Deleted)
        {
            foreach (var table in new[] { "run_states", "history_batches", "executions", "current_executions" })
            {
                batch.BatchCommands.Add(Command(
                    $"delete from engine.{table} where run_id = $1", new NpgsqlParameter { Value = run.Key.RunId }));
            }

            return;
        }

        var deadline = new NpgsqlParameter
        {
            Value = run.NextDeadline?.ToUniversalTime() as object ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz,
        };
        if (run.ExpectedVersion == 0)
        {
            batch.BatchCommands.Add(Command(
                """
                insert into engine.run_states
                  (run_id, namespace, workflow_id, version, open, pending_dispatch, next_deadline, state)
                values ($1, $2, $3, 1, $4, $5, $6, $7)
                """,
                new() { Value = run.Key.RunId }, Text(run.Key.Namespace), Text(run.Key.WorkflowId),
                new() { Value = run.Open }, new() { Value = run.PendingDispatch }, deadline, new() { Value = run.State }));
            return;
        }

        batch.BatchCommands.Add(Command("select engine.save_run_state($1, $2, $3, $4, $5, $6)",
            new() { Value = run.Key.RunId }, Number(run.ExpectedVersion), new() { Value = run.Open },
            new() { Value = run.PendingDispatch }, deadline, new() { Value = run.State }));
    }

    private static void AddVisibility(NpgsqlBatch batch, RunKey key, VisibilityRow v) =>
        batch.BatchCommands.Add(Command(
            """
            insert into engine.executions as x (run_id, namespace, workflow_id, workflow_type, task_queue, status,
              start_time, execution_time, close_time, history_length, history_size, state_transitions, memo,
              search_attributes, search_attributes_raw, parent_workflow_id, parent_run_id, root_workflow_id,
              root_run_id, first_run_id)
            values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20)
            on conflict (run_id) do update set status = excluded.status, close_time = excluded.close_time,
              execution_time = excluded.execution_time, history_length = excluded.history_length,
              history_size = excluded.history_size, state_transitions = excluded.state_transitions,
              memo = excluded.memo, search_attributes = excluded.search_attributes,
              search_attributes_raw = excluded.search_attributes_raw
            """,
            new() { Value = key.RunId }, Text(key.Namespace), Text(key.WorkflowId), Text(v.WorkflowType),
            Text(v.TaskQueue), new() { Value = v.Status }, Time(v.StartTime), Time(v.ExecutionTime),
            Time(v.CloseTime), Number(v.HistoryLength), Number(v.HistorySize), Number(v.StateTransitions),
            new() { Value = v.Memo }, new() { Value = v.SearchAttributesJson, NpgsqlDbType = NpgsqlDbType.Jsonb },
            new() { Value = v.SearchAttributesRaw },
            new() { Value = v.ParentWorkflowId as object ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            Uuid(v.ParentRunId), Text(v.RootWorkflowId), Uuid(v.RootRunId), Uuid(v.FirstRunId)));

    private static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter Text(string value) => new() { Value = value };

    private static NpgsqlParameter Number(long value) => new() { Value = value };

    private static NpgsqlParameter Number(int value) => new() { Value = value };

    private static NpgsqlParameter Uuid(Guid? value) =>
        new() { Value = value as object ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    private static NpgsqlParameter Time(DateTimeOffset? value) => new()
    {
        Value = value?.ToUniversalTime() as object ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz,
    };

    private sealed record Waiting(StoreWrite Write)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
