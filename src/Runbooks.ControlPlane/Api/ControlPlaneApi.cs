using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

/// <param name="Protection">protected (a synchronous standby confirms), not-protected (one copy only).</param>
public sealed record ControlPlaneView(
    string Id, string Instance, bool Active, long Epoch, string ActiveInstance, DateTime ActiveSince, string Version,
    IReadOnlyList<string> Roles, string Protection, IReadOnlyList<StandbyView> DatabaseStandbys,
        double AuthorityDaysLeft,
    double ServerCertificateDaysLeft)
{
    public required ControlPlaneAddresses Addresses { get; init; }

    public required ControlPlaneDatabase Database { get; init; }

    public required ControlPlaneEngine Engine { get; init; }

    /// <summary>What happens if a part dies, for this installation as it stands.</summary>
    public required IReadOnlyList<LossFact> WhatIf { get; init; }
}

public sealed record StandbyView(string Name, string State, string SyncState);

/// <param name="Peers">Consoles of the other control planes, as configured.</param>
public sealed record ControlPlaneAddresses(
    string Api, string Agent, IReadOnlyList<string> ControlPlanes, IReadOnlyList<string> Peers);

/// <param name="Private">True when this control plane runs the database itself.</param>
public sealed record ControlPlaneDatabase(
    bool Private, string Address, string Name, string Version, long SizeBytes, long AuditRecords, DateTime StartedAt);

/// <param name="Kind">embedded or external.</param>
public sealed record ControlPlaneEngine(string Kind, string? Address, string Namespace);

/// <param name="Part">Who or what dies.</param>
/// <param name="Takeover">By whom, and whether a person must act.</param>
public sealed record LossFact(string Part, string Effect, string Takeover);

public sealed record LicenceView(string Name, string Version, string Licence, string Use);

public sealed record AboutView(string Product, string Version, string Runtime, IReadOnlyList<LicenceView> Licences);

/// <summary>The state page: who is active, what it stands on, and what happens if a part dies.</summary>
internal static class ControlPlaneApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/control-plane", StateAsync).WithTags("health")
            .Allow(Access.Read, "getControlPlane", "Who is active, and what happens if it dies.");
        api.MapGet("/about", About).WithTags("health").Allow(
            Access.Read, "getAbout", "Version, and what it is built with.");
    }

    private static async Task<Ok<ControlPlaneView>> StateAsync(
        Leadership leadership, Database database, ControlPlaneOptions options, ControlPlaneInstance instance,
        Addresses addresses, CertificateAuthority authority, ServerCertificate server, TimeProvider clock,
        CancellationToken cancel)
    {
        var (cluster, standbys) = await database.ReadAsync(
            async c => (
                await c.QuerySingleAsync<Row>(
                    """
                    select id, epoch, active, active_at, current_setting('server_version') as server,
                      pg_database_size(current_database()) as size, pg_postmaster_start_time() as started,
                      (select coalesce(max(sequence), 0) from audit.records) as records
                    from control.cluster
                    """),
                (await c.QueryAsync<StandbyView>(
                    """
                    select coalesce(application_name, '') as name, coalesce(state, '') as state,
                           coalesce(sync_state, '') as "syncState"
                    from pg_stat_replication order by 1
                    """)).AsList()),
            cancel);
        var now = clock.GetUtcNow();
        var isSafe = standbys.Any(s => s.SyncState is "sync" or "quorum");
        var target = new NpgsqlConnectionStringBuilder(database.Source.ConnectionString);
        return TypedResults.Ok(new ControlPlaneView(
            cluster.Id, instance.Name, leadership.IsActive, cluster.Epoch, cluster.Active, cluster.Active_At,
            ControlPlaneInstance.Version, [.. Enum.GetValues<ControlPlaneRoles>()
                .Where(r => r is not ControlPlaneRoles.None and not ControlPlaneRoles.All && options.Roles.HasFlag(r))
                .Select(r => Domain.Text.KebabCase.Of(r))],
            isSafe ? "protected" : "not-protected", standbys,
            (authority.NotAfter - now).TotalDays, (server.Current.NotAfter.ToUniversalTime() - now.UtcDateTime)
                .TotalDays)
        {
            Addresses = new ControlPlaneAddresses(
                addresses.Api, addresses.Agent, options.ControlPlanes, options.ConsolePeers),
            Database = new ControlPlaneDatabase(
                options.Postgres is null, $"{target.Host}:{target.Port}", target.Database ?? "", cluster.Server,
                    cluster.Size,
                cluster.Records, cluster.Started),
            Engine = new ControlPlaneEngine(
                options.Temporal is null ? "embedded" : "external", options.Temporal, options.Namespace),
            WhatIf = LossFacts.Of(isSafe, standbys.Count, options),
        });
    }

    private static Ok<AboutView> About() => TypedResults.Ok(new AboutView(
        "Runbooks", ControlPlaneInstance.Version,
            System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
        Licences.All));

    private sealed record Row(
        string Id, long Epoch, string Active, DateTime Active_At, string Server, long Size, DateTime Started,
            long Records);
}
