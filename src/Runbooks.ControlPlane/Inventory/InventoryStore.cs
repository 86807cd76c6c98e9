using Dapper;
using Npgsql;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Workloads;

namespace Runbooks.ControlPlane.Inventory;

public sealed record StoredWorkload(string Id, string Group, string Site, WorkloadMetadata Metadata, long Version, DateTime CreatedAt);

public sealed record StoredProtection(
    string Id, string Workload, string Group, ProtectionPolicy Policy, string State, string? Run, long Version, DateTime CreatedAt);

/// <summary>Reads workloads and their protections.</summary>
public sealed class InventoryStore(Database database)
{
    private const string Workloads =
        "select id, grp, site, metadata::text as metadata, version, created_at from control.workloads where removed_at is null";

    private const string Protections =
        "select id, workload, grp, policy::text as policy, state, run, version, created_at from control.protections where ended_at is null";

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
            $"{Protections} and (@group::text is null or grp = @group) and (@readable::text[] is null or grp = any(@readable)) order by id",
            new { group, readable = readable?.ToArray() })).Select(Read)],
        cancel);

    public Task<StoredProtection?> ProtectionAsync(string id, CancellationToken cancel = default) => database.ReadAsync(
        c => ProtectionAsync(c, null, id), cancel);

    public static async Task<StoredProtection?> ProtectionAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, string id) =>
        await connection.QuerySingleOrDefaultAsync<ProtectionRow>(
            $"{Protections} and (id = @id or workload = @id)", new { id }, transaction) is { } row ? Read(row) : null;

    private static StoredWorkload Read(WorkloadRow r) =>
        new(r.Id, r.Grp, r.Site, ApiJson.Read<WorkloadMetadata>(r.Metadata), r.Version, r.Created_At);

    private static StoredProtection Read(ProtectionRow r) =>
        new(r.Id, r.Workload, r.Grp, ApiJson.Read<ProtectionPolicy>(r.Policy), r.State, r.Run, r.Version, r.Created_At);

    private sealed record WorkloadRow(string Id, string Grp, string Site, string Metadata, long Version, DateTime Created_At);

    private sealed record ProtectionRow(
        string Id, string Workload, string Grp, string Policy, string State, string? Run, long Version, DateTime Created_At);
}
