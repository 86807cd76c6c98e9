using Microsoft.Extensions.FileProviders;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

/// <summary>Serves the console's built files; every address that is not the interface's own belongs to its router.</summary>
internal static class ConsoleFiles
{
    private static readonly string[] Ours = ["/api", "/agent", "/docs", "/openapi", "/metrics", "/healthz"];

    public static void Use(WebApplication app, ControlPlaneOptions options)
    {
        var root = options.WebRoot ?? Path.Combine(AppContext.BaseDirectory, "wwwroot");
        var index = Path.Combine(root, "index.html");
        if (!File.Exists(index))
        {
            return;
        }

        var files = new PhysicalFileProvider(Path.GetFullPath(root));
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = static file => file.Context.Response.Headers.CacheControl =
                file.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache",
        });
        app.MapFallback(async context =>
        {
            if (!HttpMethods.IsGet(context.Request.Method) || Ours.Any(p => context.Request.Path.StartsWithSegments(p)))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            context.Response.Headers.CacheControl = "no-cache";
            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.SendFileAsync(files.GetFileInfo("index.html"), context.RequestAborted);
        }).WithMetadata(AccessRequirement.Open).ExcludeFromDescription();
    }
}
