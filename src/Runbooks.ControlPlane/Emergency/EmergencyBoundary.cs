using Runbooks.ControlPlane.Api;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Emergency;

/// <summary>Says a refusal as a page where a person's browser asked for one; programs get the problem
/// document.</summary>
internal sealed class EmergencyBoundary(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/emergency"))
        {
            await next(context);
            return;
        }

        context.Response.Headers.ContentSecurityPolicy = BrowserHeaders.WithoutScript;
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await next(context);
        }
        catch (RefusalException refused) when (context.Request.Headers.Accept.ToString()
            .Contains("text/html", StringComparison.Ordinal))
        {
            if (refused.Refusal.Code == ApiRefusalCodes.NotAuthenticated)
            {
                context.Response.Redirect("/emergency");
                return;
            }

            var refusal = refused.Refusal;
            context.Response.StatusCode = ApiRefusalCodes.StatusOf(refusal.Code);
            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.WriteAsync(
                EmergencyHtml.Page(
                    refusal.Message, null, null,
                    $"<p class=\"bad\">{EmergencyHtml.E(refusal.Cause)}</p><p>{EmergencyHtml.E(refusal.Correction)}</p>"
                        + $"<p>{EmergencyHtml.E(refusal.Code)}</p>{WayBack(context.Request.Path)}"),
                context.RequestAborted);
        }
    }

    // What was refused was asked of a run: the person goes on there, not at the beginning.
    private static string WayBack(PathString path) =>
        path.Value?.Split('/') is ["", _, "runs", { Length: > 0 } run, _]
            ? $"<p><a href=\"/emergency/runs/{EmergencyHtml.E(Uri.EscapeDataString(run))}\">Back to the run</a></p>"
            : "";
}
