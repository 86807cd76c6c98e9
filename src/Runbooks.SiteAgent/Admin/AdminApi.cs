using Microsoft.AspNetCore.Server.Kestrel.Core;
using Runbooks.BlockPath.Site;
using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;

namespace Runbooks.SiteAgent.Admin;

/// <summary>
/// The agent's own interface: JSON over a Unix socket in its data folder. Who may open the socket file (mode 0600, the agent's
/// user) may do everything here; there is no other authentication and no other listener.
/// </summary>
internal static class AdminApi
{
    public static WebApplication Build(string socketPath, Site site)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            File.Delete(socketPath);
            kestrel.ListenUnixSocket(socketPath, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
        });
        var app = builder.Build();
        app.Use(TranslateFailuresAsync);
        Map(app, site);
        return app;
    }

    private static void Map(WebApplication app, Site site)
    {
        app.MapGet("/v1/status", () => site.Describe());
        app.MapGet("/v1/inventory", () => site.TakeInventory());
        app.MapGet("/v1/events", (long after, int? max) => site.EventsAfter(after, max ?? 200));
        app.MapPost("/v1/volumes", (CreateVolumeRequest r) => AnswerAsync(site.Volumes.CreateAsync(
            new NewVolume(r.Volume, r.Protection, r.Role, r.SizeBytes, r.Image ?? string.Empty)
            {
                ExportName = r.ExportName ?? string.Empty,
                Peer = r.Peer ?? default,
                PeerAddress = r.PeerAddress ?? string.Empty,
                Policy = r.Policy ?? new LinkPolicy(),
            })));
        var one = app.MapGroup("/v1/volumes/{id}");
        one.MapPost("/attach", (string id, AttachRequest r) => ForAsync(id, volume =>
            AnswerAsync(site.Volumes.AttachAsync(volume, r.Peer, r.Address, r.Policy ?? new LinkPolicy()))));
        one.MapPost("/detach", (string id, PeerRequest r) => ForAsync(id, volume =>
            AnswerAsync(site.Volumes.DetachAsync(volume, r.Peer))));
        one.MapPost("/give-back", (string id, GiveBackRequest r) => ForAsync(id, async volume =>
        {
            var given = await site.Volumes.GiveBackAsync(volume, !r.DeleteImage);
            return given.IsOk ? Results.Json(new GivenBack(given.Value)) : Refused(given.Refusal);
        }));
        one.MapPost("/promote", (string id, PromoteByHandRequest r) => ForAsync(id, volume =>
            AnswerAsync(PromotionByHand.PromoteAsync(site, volume, r.AcceptLoss))));
        one.MapPost("/fence", (string id) => ForAsync(id, volume =>
            AnswerAsync(PromotionByHand.FenceAsync(site, volume))));
        one.MapPost("/compare", (string id, CompareByHandRequest r, CancellationToken cancel) => ForAsync(id, volume =>
            PromotionByHand.ProtectionOf(site, volume) is { } protection
                ? AnswerAsync(site.Replication.CompareAsync(protection, r.Peer, r.RangesMax, cancel))
                : Task.FromResult(Refused(SiteRefusals.UnknownVolume(volume, site.Id)))));
    }

    private static Task<IResult> ForAsync(string id, Func<VolumeId, Task<IResult>> act) =>
        VolumeId.TryParse(id, out var volume)
            ? act(volume)
            : Task.FromResult(Refused(new Refusal(
                "RB-AGENT-103", $"'{id}' is no volume id.", $"It is not {VolumeId.Shape}.", "List the volumes with 'status'.")));

    private static async Task<IResult> AnswerAsync<T>(Task<Outcome<T>> work)
    {
        var outcome = await work;
        return outcome.IsOk ? Results.Json(outcome.Value) : Refused(outcome.Refusal);
    }

    private static IResult Refused(Refusal refusal) => Results.Json(refusal, statusCode: StatusCodes.Status409Conflict);

    // The boundary of this interface: faults become documents, bugs end the connection as they should.
    private static async Task TranslateFailuresAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (RefusalException refused)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            await context.Response.WriteAsJsonAsync(refused.Refusal);
        }
        catch (Fault fault)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsJsonAsync(new Refusal(
                $"RB-FAULT-{fault.Side}".ToUpperInvariant(), fault.Message, $"Stage: {fault.Stage}.", fault.IsTransient ? "Repeat." : "Repair it."));
        }
    }
}
