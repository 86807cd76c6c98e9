using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

/// <summary>Lets the console of a configured other control plane call this one, and nobody else's page.</summary>
/// <remarks>
/// When a control plane dies, its console is still open in browsers and goes on with the other address. Cookies are
/// SameSite=Strict all the same: between addresses of one site they go along, otherwise the person signs in there.
/// </remarks>
internal sealed class PeerOrigins(RequestDelegate next, ControlPlaneOptions options)
{
    private const string Headers =
        "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, "
        + BrowserSession.Header;

    private readonly HashSet<string> _peers = [.. options.ConsolePeers.Select(p => p.TrimEnd('/'))];

    public Task InvokeAsync(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || !_peers.Contains(origin) || !context.Request.Path.StartsWithSegments("/api"))
        {
            return next(context);
        }

        var answer = context.Response.Headers;
        answer.AccessControlAllowOrigin = origin;
        answer.AccessControlAllowCredentials = "true";
        answer.AccessControlExposeHeaders = "ETag, Location, Retry-After, Idempotency-Replayed";
        answer.Vary = "Origin";
        if (!HttpMethods.IsOptions(context.Request.Method) || !context.Request.Headers.ContainsKey(
            "Access-Control-Request-Method"))
        {
            return next(context);
        }

        answer.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE";
        answer.AccessControlAllowHeaders = Headers;
        answer.AccessControlMaxAge = "600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
