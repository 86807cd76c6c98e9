using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

/// <summary>Liveness for supervisors, and the active one for load balancers.</summary>
internal static class HealthApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", Alive).Open("getHealth", "This process answers.").WithTags("health");
        app.MapGet("/healthz/active", ActiveAsync).WithTags("health")
            .Open("getActive", "200 on the one control plane that is active and can write, 503 elsewhere.");
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
}
