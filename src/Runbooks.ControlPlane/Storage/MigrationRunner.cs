using Dapper;
using Npgsql;
using Runbooks.Audit;

namespace Runbooks.ControlPlane.Storage;

/// <summary>
/// Brings the schema up to date: one advisory lock so that two starting control planes take turns, one transaction per
/// file, and a checksum table that refuses a database whose history differs from the files we carry.
/// </summary>
public sealed class MigrationRunner(NpgsqlDataSource owner, IReadOnlyList<Migration> migrations)
{
    private const long LockKey = 0x5242_4D49_4752_41;

    public static IReadOnlyList<Migration> All { get; } =
    [
        .. Migration.Embedded(AuditSchema.Room, AuditSchema.Assembly, AuditSchema.ResourcePrefix),
        .. Migration.Embedded("control", typeof(MigrationRunner).Assembly, "Runbooks.ControlPlane.Schema."),
        .. Migration.Embedded("console", typeof(MigrationRunner).Assembly, "Runbooks.ControlPlane.ConsoleSchema."),
    ];

    /// <returns>The migrations applied, or with <paramref name="dryRun"/> those that would be.</returns>
    public async Task<IReadOnlyList<Migration>> RunAsync(bool dryRun = false, CancellationToken cancel = default)
    {
        await using var connection = await owner.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync("select pg_advisory_lock(@LockKey)", new { LockKey }, commandTimeout: 120);
        try
        {
            var applied = await AppliedAsync(connection, dryRun);
            var pending = Pending(applied);
            if (!dryRun)
            {
                foreach (var migration in pending)
                {
                    await ApplyAsync(connection, migration, cancel);
                }

                await GrantAsync(connection);
            }

            return pending;
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await connection.ExecuteAsync("select pg_advisory_unlock(@LockKey)", new { LockKey });
            }
        }
    }

    private static async Task<Dictionary<(string, int), string>> AppliedAsync(NpgsqlConnection connection, bool dryRun)
    {
        if (!dryRun)
        {
            await connection.ExecuteAsync(
                """
                create table if not exists public.runbooks_migrations (
                  room text not null, number integer not null, name text not null, checksum text not null,
                  applied_at timestamptz not null default clock_timestamp(), primary key (room, number))
                """);
        }
        else if (await connection.ExecuteScalarAsync<bool>("select to_regclass('public.runbooks_migrations') is null"))
        {
            return [];
        }

        var rows = await connection.QueryAsync<(string Room, int Number, string Checksum)>(
            "select room, number, checksum from public.runbooks_migrations");
        return rows.ToDictionary(r => (r.Room, r.Number), r => r.Checksum);
    }

    private List<Migration> Pending(Dictionary<(string Room, int Number), string> applied)
    {
        foreach (var (key, checksum) in applied)
        {
            var ours = migrations.FirstOrDefault(m => (m.Room, m.Number) == key);
            if (ours is null)
            {
                throw new SchemaMismatchException(
                    $"The database has migration {key.Number} of {key.Room}, which this version does not know: "
                    + "it was upgraded by a newer one. Start that version, or restore a backup.");
            }

            if (ours.Checksum != checksum)
            {
                throw new SchemaMismatchException(
                    $"Migration {ours.Room}/{ours.Name} in the database is not the file of this version "
                    + $"({checksum[..12]} against {ours.Checksum[..12]}). Start the version that made the database.");
            }
        }

        return [.. migrations.Where(m => !applied.ContainsKey((m.Room, m.Number)))];
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await connection.ExecuteAsync(migration.Sql, transaction: transaction, commandTimeout: 600);
        await connection.ExecuteAsync(
            """
            insert into public.runbooks_migrations (room, number, name, checksum)
            values (@Room, @Number, @Name, @Checksum)
            """,
            migration, transaction);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Roles belong to the server, not to the database: another database's start may be making the same one.</summary>
    private static async Task GrantAsync(NpgsqlConnection connection)
    {
        const string role = DatabaseConnection.AppRole;
        await connection.ExecuteAsync(
            $"""
            do $$ begin
              if not exists (select from pg_roles where rolname = '{role}') then
                create role {role} nologin;
              end if;
            exception when duplicate_object or unique_violation then null;
            end $$;
            do $$ begin
              if not pg_has_role(current_user, '{role}', 'member') then
                execute format('grant {role} to %I', current_user);
              end if;
            exception when unique_violation then null;
            end $$;
            grant usage on schema control, audit to {role};
            grant select, insert, update, delete on all tables in schema control to {role};
            grant usage on all sequences in schema control to {role};
            grant select, insert on all tables in schema audit to {role};
            """);
    }
}
