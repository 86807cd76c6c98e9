using Dapper;
using Npgsql;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Workloads;

namespace Runbooks.ControlPlane.Inventory;

public sealed record StoredWorkload(string Id, string Group, string Site, WorkloadMetadata Metadata, long Version, DateTime CreatedAt);

public sealed record StoredProtection(
    string Id, string Workload, string Group, ProtectionPolicy Policy, string State, string? Run, long Version,
        DateTime CreatedAt,
    string? Cause);

/// <summary>Reads workloads and their protections.</summary>
public sealed class InventoryStore(Database database)
{
    private const string Workloads =
        "select id, grp, site, metadata::text as metadata, version, created_at from control.workloads where removed_at is null";

    // Why a set-up or a removal did not reach its goal is said by its run: the protection names the last one.
    private const string EveryProtection =
        """
        select p.id, p.workload, p.grp, p.policy::text as policy, p.state, p.run, p.version, p.created_at,
          case when p.state in ('setup-failed', 'unprotect-failed')
            then coalesce(r.failure ->> 'message', 'Run ' || p.run || ' ended as ' || r.state || '.') end as cause
        from control.protections p left join control.runs r on r.id = p.run
        """;

    private const string Protections = EveryProtection + " where p.ended_at is null";

    public Task<IReadOnlyList<StoredWorkload>> WorkloadsAsync(
        string? group, IReadOnlyList<string>? readable, CancellationToken cancel = default) => database.ReadAsync(
        async c => (IReadOnlyList<StoredWorkload>)[.. (await c.QueryAsync<WorkloadRow>(
            $"{Workloads} and (@group::text is null or grp = @group) and (@readable::text[] is null or grp = any(@readable)) order by id",
            new { group, readable = readable?.ToArray() })).Select(Read)],
        cancel);

    public Task<StoredWorkload?> WorkloadAsync(string id, CancellationToken cancel = default) => database.ReadAsync(
        async c => await c.QuerySingleOrDefaultAsync<WorkloadRow>($"{Workloads} and id = @id", new { id }) is { } row ? Read(row) : null,
        cancel);

    public Task<IReadOnlyList<StoredProtection>> ProtectionsAsync(
        string? group, IReadOnlyList<string>? readable, CancellationToken cancel = default) => database.ReadAsync(
        async c => (IReadOnlyList<StoredProtection>)[.. (await c.QueryAsync<ProtectionRow>(
            $"{Protections} and (@group::text is null or p.grp = @group) "
                + "and (@readable::text[] is null or p.grp = any(@readable)) order by p.id",
            new { group, readable = readable?.ToArray() })).Select(Read)],
        cancel);

    public Task<StoredProtection?> ProtectionAsync(string id, CancellationToken cancel = default) => database.ReadAsync(
        c => ProtectionAsync(c, null, id), cancel);

    /// <summary>A protection that was removed: its copies may have been kept.</summary>
    public Task<StoredProtection?> RemovedProtectionAsync(string id, CancellationToken cancel = default) =>
        database.ReadAsync(
        async c => await c.QuerySingleOrDefaultAsync<ProtectionRow>(
            $"{EveryProtection} where p.ended_at is not null and p.id = @id", new { id }) is { } row ? Read(row) : null,
        cancel);

    public static async Task<StoredProtection?> ProtectionAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, string id) =>
        await connection.QuerySingleOrDefaultAsync<ProtectionRow>(
            $"{Protections} and (p.id = @id or p.workload = @id)", new { id },
                transaction) is { } row ? Read(row) : null;

    private static StoredWorkload Read(WorkloadRow r) =>
        new(r.Id, r.Grp, r.Site, ApiJson.Read<WorkloadMetadata>(r.Metadata), r.Version, r.Created_At);

    private static StoredProtection Read(ProtectionRow r) =>
        new(r.Id, r.Workload, r.Grp, ApiJson.Read<ProtectionPolicy>(r.Policy), r.State, r.Run, r.Version,
            r.Created_At, r.Cause);

    private sealed record WorkloadRow(string Id, string Grp, string Site, string Metadata, long Version, DateTime Created_At);

    private sealed record ProtectionRow(
        string Id, string Workload, string Grp, string Policy, string State, string? Run, long Version,
            DateTime Created_At,
        string? Cause);
}
