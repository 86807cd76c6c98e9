using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Runbooks.Engine.History.Postgres;

/// <summary>
/// Brings the schema up to the embedded scripts, in order of their number, each in a transaction of its own, under an
/// advisory lock. A script that was applied and has changed since is refused: history of a schema is not rewritten.
/// </summary>
public sealed class MigrationRunner(NpgsqlDataSource database)
{
    private const long LockKey = 0x52_42_45_4E_47_31;

    public async Task<int> ApplyAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancel);
        try
        {
            return await ApplyLockedAsync(connection, cancel);
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private static async Task<int> ApplyLockedAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await ExecuteAsync(connection, """
            create table if not exists engine_schema_versions (
              name text primary key, checksum text not null, applied_at timestamptz not null default now())
            """, cancel);
        var applied = await ReadAppliedAsync(connection, cancel);
        var count = 0;
        foreach (var (name, sql) in Scripts())
        {
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            if (applied.TryGetValue(name, out var before))
            {
                if (before != checksum)
                {
                    throw new InvalidOperationException(
                        $"Schema script {name} was changed after it was applied to this database. Restore the script "
                        + "and put the change into a new one.");
                }

                continue;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancel);
            await ExecuteAsync(connection, sql, cancel);
            await using var note = new NpgsqlCommand(
                "insert into engine_schema_versions (name, checksum) values ($1, $2)", connection)
            {
                Parameters = { new() { Value = name }, new() { Value = checksum } },
            };
            await note.ExecuteNonQueryAsync(cancel);
            await transaction.CommitAsync(CancellationToken.None);
            count++;
        }

        return count;
    }

    private static async Task<Dictionary<string, string>> ReadAppliedAsync(
        NpgsqlConnection connection, CancellationToken cancel)
    {
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("select name, checksum from engine_schema_versions", connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            applied[reader.GetString(0)] = reader.GetString(1);
        }

        return applied;
    }

    private static IEnumerable<(string Name, string Sql)> Scripts()
    {
        var assembly = typeof(MigrationRunner).Assembly;
        const string prefix = "Schema/";
        foreach (var resource in assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            yield return (resource[prefix.Length..], Read(assembly, resource));
        }
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
