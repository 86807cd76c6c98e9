using Google.Protobuf.WellKnownTypes;
using Npgsql;
using Runbooks.Engine.Visibility;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Workflow.V1;

namespace Runbooks.Engine.History.Postgres;

/// <summary>Lists and counts over <c>engine.executions</c>.</summary>
public sealed class VisibilityRows(NpgsqlDataSource database) : IVisibilityStore
{
    private const string Columns = """
        run_id, workflow_id, workflow_type, task_queue, status, start_time, execution_time, close_time, history_length,
        history_size, state_transitions, memo, search_attributes_raw, parent_workflow_id, parent_run_id,
        root_workflow_id, root_run_id, first_run_id
        """;

    private const string DefaultKey = "(coalesce(close_time, 'infinity'::timestamptz), start_time, run_id)";

    private const string DefaultOrder =
        "coalesce(close_time, 'infinity'::timestamptz) desc, start_time desc, run_id desc";

    public async Task<ListPage> ListAsync(
        SqlCondition filter, SqlCondition? order, ListPosition? after, int size, CancellationToken cancel)
    {
        var parameters = (order ?? filter).Parameters.ToList();
        var where = $"namespace = $1 and {filter.Text}";
        if (order is null && after is not null)
        {
            where += $" and {DefaultKey} < (${parameters.Count + 1}, ${parameters.Count + 2}, ${parameters.Count + 3})";
            parameters.AddRange([after.Closed, after.Started, after.RunId]);
        }
        var skipped = order is null ? 0 : after?.Skipped ?? 0;
        // One row more than asked for tells whether another page follows.
        await using var command = Command(
            $"select {Columns} from engine.executions where {where} order by {order?.Text ?? DefaultOrder} "
            + $"limit {size + 1} offset {skipped}",
            parameters);
        var runs = new List<WorkflowExecutionInfo>(size);
        var end = default(ListPosition);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            if (runs.Count == size)
            {
                return new ListPage(runs, end);
            }
            runs.Add(Read(reader));
            end = new ListPosition(
                reader.IsDBNull(7) ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc) : reader.GetDateTime(7),
                reader.GetDateTime(5), reader.GetGuid(0), skipped + runs.Count);
        }
        return new ListPage(runs, null);
    }

    public async Task<IReadOnlyDictionary<short, long>> CountByStatusAsync(SqlCondition filter, CancellationToken cancel)
    {
        await using var command = Command(
            $"select status, count(*) from engine.executions where namespace = $1 and {filter.Text} group by status",
            filter.Parameters);
        var counts = new Dictionary<short, long>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            counts[reader.GetInt16(0)] = reader.GetInt64(1);
        }
        return counts;
    }

#pragma warning disable CA2100 // The text is made by QuerySql of our own words; every value is a parameter.
    private NpgsqlCommand Command(string text, IEnumerable<object> parameters)
    {
        var command = database.CreateCommand(text);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
#pragma warning restore CA2100

    private static WorkflowExecutionInfo Read(NpgsqlDataReader row)
    {
        var status = (WorkflowExecutionStatus)row.GetInt16(4);
        var info = new WorkflowExecutionInfo
        {
            Execution = new WorkflowExecution { WorkflowId = row.GetString(1), RunId = row.GetGuid(0).ToString() },
            Type = new WorkflowType { Name = row.GetString(2) },
            TaskQueue = row.GetString(3),
            Status = status,
            StartTime = Timestamp.FromDateTime(row.GetDateTime(5)),
            ExecutionTime = Timestamp.FromDateTime(row.GetDateTime(6)),
            HistoryLength = row.GetInt64(8),
            HistorySizeBytes = row.GetInt64(9),
            StateTransitionCount = row.GetInt64(10),
            Memo = Memo.Parser.ParseFrom(row.GetFieldValue<byte[]>(11)),
            SearchAttributes = SearchAttributes.Parser.ParseFrom(row.GetFieldValue<byte[]>(12)),
            RootExecution = new WorkflowExecution
            {
                WorkflowId = row.GetString(15),
                RunId = row.GetGuid(16).ToString(),
            },
            FirstRunId = row.GetGuid(17).ToString(),
        };
        if (!row.IsDBNull(13))
        {
            info.ParentExecution = new WorkflowExecution
            {
                WorkflowId = row.GetString(13),
                RunId = row.IsDBNull(14) ? "" : row.GetGuid(14).ToString(),
            };
        }
        if (!row.IsDBNull(7))
        {
            info.CloseTime = Timestamp.FromDateTime(row.GetDateTime(7));
            info.ExecutionDuration = info.CloseTime - info.ExecutionTime;
        }
        return info;
    }
}
