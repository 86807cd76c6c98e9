using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Runbooks.Engine.Namespaces;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Engine.History.Postgres;

/// <summary>Namespaces and their search attributes in the engine's tables.</summary>
public sealed class NamespaceRows(NpgsqlDataSource database) : INamespaceStore
{
    public async Task<IReadOnlyList<NamespaceRecord>> LoadAsync(CancellationToken cancel)
    {
        var attributes = new Dictionary<string, Dictionary<string, IndexedValueType>>(StringComparer.Ordinal);
        await using (var command = database.CreateCommand("select namespace, name, type from engine.search_attributes"))
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel))
            {
                var ns = reader.GetString(0);
                attributes.TryAdd(ns, []);
                attributes[ns][reader.GetString(1)] = (IndexedValueType)reader.GetInt16(2);
            }
        }
        var records = new List<NamespaceRecord>();
        await using var rows = database.CreateCommand(
            "select name, id, description, owner_email, data::text, retention_seconds from engine.namespaces order by name");
        await using var row = await rows.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
        {
            records.Add(new NamespaceRecord
            {
                Name = row.GetString(0),
                Id = row.GetGuid(1),
                Description = row.GetString(2),
                OwnerEmail = row.GetString(3),
                Data = JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(4))!,
                Retention = TimeSpan.FromSeconds(row.GetInt64(5)),
                Attributes = attributes.GetValueOrDefault(row.GetString(0)) ?? [],
            });
        }
        return records;
    }

    public async Task<bool> InsertAsync(NamespaceRecord record)
    {
        await using var command = database.CreateCommand("""
            insert into engine.namespaces (name, id, description, owner_email, data, retention_seconds)
            values ($1, $2, $3, $4, $5, $6) on conflict (name) do nothing
            """);
        command.Parameters.Add(new() { Value = record.Name });
        command.Parameters.Add(new() { Value = record.Id });
        AddSettings(command, record);
        return await command.ExecuteNonQueryAsync(CancellationToken.None) == 1;
    }

    public async Task UpdateAsync(NamespaceRecord record)
    {
        await using var command = database.CreateCommand("""
            update engine.namespaces set description = $2, owner_email = $3, data = $4, retention_seconds = $5,
              updated_at = now() where name = $1
            """);
        command.Parameters.Add(new() { Value = record.Name });
        AddSettings(command, record);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    public async Task AddAttributesAsync(string ns, IReadOnlyDictionary<string, IndexedValueType> attributes)
    {
        await using var command = database.CreateCommand("""
            insert into engine.search_attributes (namespace, name, type)
            select $1, * from unnest($2::text[], $3::smallint[]) on conflict (namespace, name) do nothing
            """);
        command.Parameters.Add(new() { Value = ns });
        command.Parameters.Add(new() { Value = attributes.Keys.ToArray() });
        command.Parameters.Add(new() { Value = attributes.Values.Select(type => (short)type).ToArray() });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    public async Task RemoveAttributesAsync(string ns, IReadOnlyList<string> names)
    {
        await using var command = database.CreateCommand(
            "delete from engine.search_attributes where namespace = $1 and name = any($2)");
        command.Parameters.Add(new() { Value = ns });
        command.Parameters.Add(new() { Value = names.ToArray() });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static void AddSettings(NpgsqlCommand command, NamespaceRecord record)
    {
        command.Parameters.Add(new() { Value = record.Description });
        command.Parameters.Add(new() { Value = record.OwnerEmail });
        command.Parameters.Add(new()
        {
            Value = JsonSerializer.Serialize(record.Data),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        command.Parameters.Add(new() { Value = (long)record.Retention.TotalSeconds });
    }
}
