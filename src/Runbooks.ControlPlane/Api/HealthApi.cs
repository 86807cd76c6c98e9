using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

/// <param name="Protection">protected (a synchronous standby confirms), not-protected (one copy only).</param>
public sealed record ControlPlaneView(
    string Id, string Instance, bool Active, long Epoch, string ActiveInstance, DateTime ActiveSince, string Version,
    IReadOnlyList<string> Roles, string Protection, IReadOnlyList<StandbyView> DatabaseStandbys, double AuthorityDaysLeft,
    double ServerCertificateDaysLeft);

public sealed record StandbyView(string Name, string State, string SyncState);

/// <summary>Liveness for supervisors, the active one for load balancers, and the state page for people.</summary>
internal static class HealthApi
{
    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/healthz", Alive).Open("getHealth", "This process answers.").WithTags("health");
        app.MapGet("/healthz/active", ActiveAsync).WithTags("health")
            .Open("getActive", "200 on the one control plane that is active and can write, 503 elsewhere.");
        api.MapGet("/control-plane", StateAsync).WithTags("health")
            .Allow(Access.Read, "getControlPlane", "Who is active, and what happens if it dies.");
    }

    private static ContentHttpResult Alive() => TypedResults.Text("ok\n");

    private static async Task<Results<ContentHttpResult, StatusCodeHttpResult>> ActiveAsync(
        Leadership leadership, Database database, CancellationToken cancel)
    {
        if (!leadership.IsActive)
        {
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        var readOnly = await database.ReadAsync(
            c => c.ExecuteScalarAsync<string>("show transaction_read_only"), cancel);
        return readOnly == "off"
            ? TypedResults.Text("active\n")
            : TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<Ok<ControlPlaneView>> StateAsync(
        Leadership leadership, Database database, ControlPlaneOptions options, ControlPlaneInstance instance,
        CertificateAuthority authority, ServerCertificate server, TimeProvider clock, CancellationToken cancel)
    {
        var (cluster, standbys) = await database.ReadAsync(
            async c => (
                await c.QuerySingleAsync<Row>("select id, epoch, active, active_at from control.cluster"),
                (await c.QueryAsync<StandbyView>(
                    """
                    select coalesce(application_name, '') as name, coalesce(state, '') as state,
                           coalesce(sync_state, '') as "syncState"
                    from pg_stat_replication order by 1
                    """)).AsList()),
            cancel);
        var now = clock.GetUtcNow();
        return TypedResults.Ok(new ControlPlaneView(
            cluster.Id, instance.Name, leadership.IsActive, cluster.Epoch, cluster.Active, cluster.Active_At,
            ControlPlaneInstance.Version, [.. Enum.GetValues<ControlPlaneRoles>()
                .Where(r => r is not ControlPlaneRoles.None and not ControlPlaneRoles.All && options.Roles.HasFlag(r))
                .Select(r => Domain.Text.KebabCase.Of(r))],
            standbys.Any(s => s.SyncState is "sync" or "quorum") ? "protected" : "not-protected", standbys,
            (authority.NotAfter - now).TotalDays, (server.Current.NotAfter.ToUniversalTime() - now.UtcDateTime).TotalDays));
    }

    private sealed record Row(string Id, long Epoch, string Active, DateTime Active_At);
}
