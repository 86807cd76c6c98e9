using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Inventory;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Workloads;

namespace Runbooks.ControlPlane.Api;

/// <param name="Volume">An existing volume's id; absent makes a new one.</param>
public sealed record DiskBody(string Name, long SizeBytes, VolumeId? Volume);

/// <param name="Site">Where the machine lives now.</param>
public sealed record WorkloadBody(
    string Id, string Group, string Site, IReadOnlyList<DiskBody> Disks, string? Title, string? Tier, int? CpuCount,
    int? MemoryMiB, string? Firmware, IReadOnlyList<NicMetadata>? Nics, WorkloadDriver? Driver);

/// <summary>Protected machines, and their volumes as the agents report them.</summary>
internal static class WorkloadsApi
{
    // NBD's own limit is 2^63; a PiB is far beyond any image a site can hold and catches a slipped unit.
    private const long DiskBytesMax = 1L << 50;
    private const int SectorBytes = 512;

    public static void Map(IEndpointRouteBuilder api)
    {
        var workloads = api.MapGroup("/workloads").WithTags("workloads");
        workloads.MapGet("", ListAsync).Allow(Access.Read, "listWorkloads", "Every workload with state and exposure now.");
        workloads.MapGet("/{workload}", GetAsync).Allow(Access.Read, "getWorkload", "One workload.");
        workloads.MapPost("", CreateAsync).Allow(Access.Describe, "createWorkload", "Describe a machine and its disks.");
        workloads.MapPut("/{workload}", ReplaceAsync).Allow(Access.Describe, "replaceWorkload", "Replace the description.");
        workloads.MapDelete("/{workload}", RemoveAsync).Allow(Access.Describe, "removeWorkload", "Forget an unprotected workload.");
        api.MapGet("/volumes", VolumesAsync).WithTags("volumes").Allow(Access.Read, "listVolumes", "Every volume at every site.");
        api.MapGet("/volumes/{volume}", VolumeAsync).WithTags("volumes").Allow(Access.Read, "getVolume", "One volume at every site.");
    }

    private static async Task<Ok<Page<WorkloadView>>> ListAsync(
        InventoryViews views, Call call, string? group, string? cursor, int? limit, CancellationToken cancel)
    {
        var count = Cursor.Limit(limit);
        var after = Cursor.Read(cursor) ?? "";
        var all = await views.WorkloadsAsync(group, call.Caller.ReadableGroups(), cancel);
        return TypedResults.Ok(Cursor.Cut(
            [.. all.Where(w => string.CompareOrdinal(w.Id, after) > 0).OrderBy(w => w.Id, StringComparer.Ordinal).Take(count + 1)],
            count, w => w.Id));
    }

    private static async Task<Ok<WorkloadView>> GetAsync(
        string workload, InventoryViews views, InventoryStore store, Call call, HttpContext context, CancellationToken cancel)
    {
        var stored = await store.WorkloadAsync(workload, cancel) ?? throw ApiRefusals.NotFound("workload", workload);
        ETags.Set(context, stored.Version);
        var all = await views.WorkloadsAsync(stored.Group, call.Caller.ReadableGroups(), cancel);
        return TypedResults.Ok(all.FirstOrDefault(w => w.Id == workload) ?? throw ApiRefusals.NotFound("workload", workload));
    }

    private static async Task<Created<WorkloadMetadata>> CreateAsync(
        WorkloadBody body, Call call, ChangeWriter changes, bool dryRun = false, CancellationToken cancel = default)
    {
        var metadata = Metadata(body, call);
        await changes.CommitAsync(
            async change =>
            {
                await RequireAsync(change, "site", "sites", body.Site);
                await RequireAsync(change, "group", "groups", body.Group);
                if (await change.Connection.ExecuteAsync(
                    """
                    insert into control.workloads (id, grp, site, metadata) values (@Id, @Group, @Site, @text::jsonb)
                    on conflict (id) do update set grp = excluded.grp, site = excluded.site, metadata = excluded.metadata,
                      removed_at = null, version = workloads.version + 1 where workloads.removed_at is not null
                    """,
                    new { body.Id, body.Group, body.Site, text = ApiJson.Write(metadata) }, change.Transaction) == 0)
                {
                    throw ApiRefusals.Exists("workload", body.Id);
                }

                Tell(change, call, "workload.created", body);
            },
            dryRun, cancel);
        return TypedResults.Created($"/api/v1/workloads/{body.Id}", metadata);
    }

    private static async Task<Ok<WorkloadMetadata>> ReplaceAsync(
        string workload, WorkloadBody body, Call call, ChangeWriter changes, InventoryStore store, HttpContext context,
        bool dryRun = false, CancellationToken cancel = default)
    {
        if (body.Id != workload)
        {
            throw ApiRefusals.Field("id", $"It is {body.Id}, the address says {workload}.", "Send the same name.");
        }

        var stored = await store.WorkloadAsync(workload, cancel) ?? throw ApiRefusals.NotFound("workload", workload);
        ETags.Require(context, "workload", workload, stored.Version);
        call.RequireScope(null, stored.Group, $"group {stored.Group}");
        var metadata = Metadata(body with { Disks = Keep(body.Disks, stored.Metadata.Disks) }, call);
        await changes.CommitAsync(
            async change =>
            {
                if (await change.Connection.ExecuteScalarAsync<bool>(
                    "select exists (select from control.protections where workload = @workload and ended_at is null)",
                    new { workload }, change.Transaction) && !metadata.Disks.SequenceEqual(stored.Metadata.Disks))
                {
                    throw ApiRefusals.InUse("disk list of workload", workload, "its protection");
                }

                await RequireAsync(change, "site", "sites", body.Site);
                await RequireAsync(change, "group", "groups", body.Group);
                await change.Connection.ExecuteAsync(
                    """
                    update control.workloads set grp = @Group, site = @Site, metadata = @text::jsonb, version = version + 1
                    where id = @workload
                    """,
                    new { workload, body.Group, body.Site, text = ApiJson.Write(metadata) }, change.Transaction);
                Tell(change, call, "workload.changed", body);
            },
            dryRun, cancel);
        ETags.Set(context, stored.Version + 1);
        return TypedResults.Ok(metadata);
    }

    private static async Task<NoContent> RemoveAsync(
        string workload, Call call, ChangeWriter changes, InventoryStore store, bool dryRun = false,
        CancellationToken cancel = default)
    {
        var stored = await store.WorkloadAsync(workload, cancel) ?? throw ApiRefusals.NotFound("workload", workload);
        call.RequireScope(null, stored.Group, $"group {stored.Group}");
        await changes.CommitAsync(
            async change =>
            {
                if (await InventoryStore.ProtectionAsync(change.Connection, change.Transaction, workload) is { } protection)
                {
                    throw ApiRefusals.InUse("workload", workload, $"protection {protection.Id}");
                }

                await change.Connection.ExecuteAsync(
                    "update control.workloads set removed_at = clock_timestamp() where id = @workload", new { workload }, change.Transaction);
                change.Record(call.Audit("workload.removed", "workload", workload) with { Group = stored.Group });
                change.Tell(new EventEntry("workload.removed", workload) { Group = stored.Group });
            },
            dryRun, cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Page<VolumeView>>> VolumesAsync(InventoryViews views, Call call, CancellationToken cancel) =>
        TypedResults.Ok(new Page<VolumeView>(
            [.. (await views.WorkloadsAsync(null, call.Caller.ReadableGroups(), cancel)).SelectMany(w => w.Volumes)], null));

    private static async Task<Ok<Page<VolumeView>>> VolumeAsync(
        string volume, InventoryViews views, Call call, CancellationToken cancel)
    {
        var found = (await views.WorkloadsAsync(null, call.Caller.ReadableGroups(), cancel))
            .SelectMany(w => w.Volumes).Where(v => v.Status.Volume.ToString() == volume).ToList();
        return found.Count > 0
            ? TypedResults.Ok(new Page<VolumeView>(found, null))
            : throw ApiRefusals.NotFound("volume", volume);
    }

    private static IReadOnlyList<DiskBody> Keep(IReadOnlyList<DiskBody> disks, IReadOnlyList<DiskMetadata> stored) =>
        [.. disks.Select(d => d.Volume is null && stored.FirstOrDefault(s => s.Name == d.Name) is { } kept
            ? d with { Volume = kept.Volume }
            : d)];

    private static WorkloadMetadata Metadata(WorkloadBody body, Call call)
    {
        if (!WorkloadId.TryParse(body.Id, out var id))
        {
            throw ApiRefusals.Field("id", $"'{body.Id}' is not {WorkloadId.Shape}.", "Choose a short name such as db-1.");
        }

        if (!GroupId.TryParse(body.Group, out var group))
        {
            throw ApiRefusals.Field("group", $"'{body.Group}' is not {GroupId.Shape}.", "Name an existing group.");
        }

        call.RequireScope(null, body.Group, $"group {group}");
        if (body.Disks.Count is 0 or > 64 || body.Disks.Select(d => d.Name).Distinct().Count() != body.Disks.Count)
        {
            throw ApiRefusals.Field("disks", "There must be 1 to 64 disks with different names.", "Name them disk0, disk1 and so on.");
        }

        for (var i = 0; i < body.Disks.Count; i++)
        {
            if (body.Disks[i].SizeBytes is < SectorBytes or > DiskBytesMax || body.Disks[i].SizeBytes % SectorBytes != 0)
            {
                throw ApiRefusals.Field(
                    $"disks[{i}].sizeBytes", $"{body.Disks[i].SizeBytes} is not a multiple of {SectorBytes} up to 1 PiB.",
                    "Give the image's exact size in bytes.");
            }
        }

        return new WorkloadMetadata(
            id, body.Title ?? body.Id, group, body.Tier ?? "", body.CpuCount ?? 1, body.MemoryMiB ?? 1024, body.Firmware ?? "bios",
            [.. body.Disks.Select(d => new DiskMetadata(
                d.Volume ?? VolumeId.Parse(call.NewId(VolumeId.Prefix, d.Name)), d.Name, d.SizeBytes))],
            body.Nics ?? [], body.Driver ?? new WorkloadDriver("none"));
    }

    private static async Task RequireAsync(Change change, string what, string table, string id)
    {
        if (!await change.Connection.ExecuteScalarAsync<bool>(
            $"select exists (select from control.{table} where id = @id and removed_at is null)", new { id }, change.Transaction))
        {
            throw ApiRefusals.Field(what, $"There is no {what} {id}.", $"Make the {what} first, or name an existing one.");
        }
    }

    private static void Tell(Change change, Call call, string kind, WorkloadBody body)
    {
        change.Record(call.Audit(kind, "workload", body.Id) with { Group = body.Group, Site = body.Site });
        change.Tell(new EventEntry(kind, body.Id) { Group = body.Group, Site = body.Site });
    }
}
