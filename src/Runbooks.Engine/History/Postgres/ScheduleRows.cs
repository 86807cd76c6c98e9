using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;
using Runbooks.Engine.Machines;
using Runbooks.Engine.Schedules;
using Runbooks.Engine.Visibility;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Schedule.V1;

namespace Runbooks.Engine.History.Postgres;

/// <summary>Schedules in <c>engine.schedules</c>.</summary>
public sealed class ScheduleRows(NpgsqlDataSource database) : IScheduleStore
{
    public async Task<IReadOnlyList<ScheduleRecord>> LoadAsync(CancellationToken cancel)
    {
        await using var command = database.CreateCommand("""
            select namespace, schedule_id, version, schedule, info, progress::text, memo, search_attributes_raw
            from engine.schedules
            """);
        var records = new List<ScheduleRecord>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
        {
            records.Add(new ScheduleRecord
            {
                Namespace = row.GetString(0),
                ScheduleId = row.GetString(1),
                Version = row.GetInt64(2),
                Schedule = Schedule.Parser.ParseFrom(row.GetFieldValue<byte[]>(3)),
                Info = ScheduleInfo.Parser.ParseFrom(row.GetFieldValue<byte[]>(4)),
                Progress = JsonSerializer.Deserialize<ScheduleProgress>(row.GetString(5))!,
                Memo = Memo.Parser.ParseFrom(row.GetFieldValue<byte[]>(6)),
                SearchAttributes = SearchAttributes.Parser.ParseFrom(row.GetFieldValue<byte[]>(7)),
            });
        }
        return records;
    }

    public async Task<bool> SaveAsync(ScheduleRecord record)
    {
        await using var command = database.CreateCommand(record.Version == 0
            ? """
              insert into engine.schedules (namespace, schedule_id, schedule, info, progress, memo,
                search_attributes_raw, search_attributes, version)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9 + 1) on conflict do nothing
              """
            : """
              update engine.schedules set schedule = $3, info = $4, progress = $5, memo = $6,
                search_attributes_raw = $7, search_attributes = $8, version = $9 + $10 + 1
              where namespace = $1 and schedule_id = $2 and version between $9 and $9 + $10
              """);
        command.Parameters.Add(new() { Value = record.Namespace });
        command.Parameters.Add(new() { Value = record.ScheduleId });
        command.Parameters.Add(new() { Value = record.Schedule.ToByteArray() });
        command.Parameters.Add(new() { Value = record.Info.ToByteArray() });
        command.Parameters.Add(Json(JsonSerializer.Serialize(record.Progress)));
        command.Parameters.Add(new() { Value = record.Memo.ToByteArray() });
        command.Parameters.Add(new() { Value = record.SearchAttributes.ToByteArray() });
        command.Parameters.Add(Json(Queried(record)));
        command.Parameters.Add(new() { Value = record.Version });
        var doubt = record.Version > 0 && record.VersionInDoubt ? 1L : 0L;
        if (record.Version > 0)
        {
            command.Parameters.Add(new() { Value = doubt });
        }
        // In doubt until the answer: a write that fails half way is repeated against the version it may have made.
        record.VersionInDoubt = true;
        var written = await command.ExecuteNonQueryAsync(CancellationToken.None) == 1;
        record.VersionInDoubt = false;
        record.Version += written ? 1 + doubt : 0;
        return written;
    }

    public async Task DeleteAsync(string ns, string scheduleId)
    {
        await using var command = database.CreateCommand(
            "delete from engine.schedules where namespace = $1 and schedule_id = $2");
        command.Parameters.Add(new() { Value = ns });
        command.Parameters.Add(new() { Value = scheduleId });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    public async Task<IReadOnlyList<string>> FindAsync(
        SqlCondition filter, string after, int size, CancellationToken cancel)
    {
        await using var command = Command(
            $"select schedule_id from engine.schedules where namespace = $1 and {filter.Text} "
            + $"and schedule_id > ${filter.Parameters.Count + 1} order by schedule_id limit {size}",
            [.. filter.Parameters, after]);
        var found = new List<string>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
        {
            found.Add(row.GetString(0));
        }
        return found;
    }

    public async Task<long> CountAsync(SqlCondition filter, CancellationToken cancel)
    {
        await using var command = Command(
            $"select count(*) from engine.schedules where namespace = $1 and {filter.Text}", filter.Parameters);
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>The values queries see: the schedule's own attributes and whether it is paused.</summary>
    private static string Queried(ScheduleRecord record)
    {
        var values = JsonNode.Parse(SearchAttributeTypes.ToJson(record.SearchAttributes))!.AsObject();
        values["TemporalSchedulePaused"] = record.Schedule.State?.Paused ?? false;
        return values.ToJsonString();
    }

    private static NpgsqlParameter Json(string text) => new() { Value = text, NpgsqlDbType = NpgsqlDbType.Jsonb };

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
}
