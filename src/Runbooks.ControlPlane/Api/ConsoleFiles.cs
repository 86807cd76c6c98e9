using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Security;

namespace Runbooks.ControlPlane.Api;

/// <summary>Serves the console's built files; every address that is not the interface's own belongs to its
/// router.</summary>
/// <remarks>
/// The build leaves <c>.br</c> and <c>.gz</c> beside each file: they are sent as they
/// are, nothing is compressed per request. The first page is written per response,
/// because its styles carry a nonce where the build has left a place for one.
/// </remarks>
internal static class ConsoleFiles
{
    private const string NoncePlace = "__CSP_NONCE__";
    private static readonly string[] Ours = ["/api", "/agent", "/docs", "/openapi", "/metrics", "/healthz",
        "/emergency"];
    private static readonly (string Encoding, string Suffix)[] Compressed = [("br", ".br"), ("gzip", ".gz")];

    public static void Use(WebApplication app, ControlPlaneOptions options)
    {
        var root = options.WebRoot ?? Path.Combine(AppContext.BaseDirectory, "wwwroot");
        var index = Path.Combine(root, "index.html");
        if (!File.Exists(index))
        {
            return;
        }

        var files = new PhysicalFileProvider(Path.GetFullPath(root));
        app.Use((context, next) =>
        {
            PreferCompressed(context, files);
            return next(context);
        });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files, ContentTypeProvider = new TypesWithinCompression(), OnPrepareResponse = Prepare,
        });
        var connect = string.Join(' ', options.ConsolePeers.Prepend("'self'"));
        app.MapFallback(async context =>
        {
            if (!HttpMethods.IsGet(context.Request.Method) || Ours.Any(p => context.Request.Path.StartsWithSegments(p)))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            await WriteFirstPageAsync(context, index, connect);
        }).WithMetadata(AccessRequirement.Open).ExcludeFromDescription();
    }

    private static async Task WriteFirstPageAsync(HttpContext context, string index, string connect)
    {
        var page = await File.ReadAllTextAsync(index, context.RequestAborted);
        if (page.Contains(NoncePlace, StringComparison.Ordinal))
        {
            var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));
            page = page.Replace(NoncePlace, nonce, StringComparison.Ordinal);
            context.Response.Headers.ContentSecurityPolicy = BrowserHeaders.Policy(connect, $"'nonce-{nonce}'");
        }

        context.Response.Headers.CacheControl = "no-cache";
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(page, context.RequestAborted);
    }

    private static void PreferCompressed(HttpContext context, PhysicalFileProvider files)
    {
        var path = context.Request.Path.Value;
        if (path is null || path.EndsWith('/') || !(
            HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            || Ours.Any(p => context.Request.Path.StartsWithSegments(p)))
        {
            return;
        }

        var accepted = context.Request.Headers.AcceptEncoding.ToString();
        foreach (var (encoding, suffix) in Compressed)
        {
            if (accepted.Contains(encoding, StringComparison.OrdinalIgnoreCase) && files.GetFileInfo(path + suffix)
                .Exists)
            {
                context.Request.Path = path + suffix;
                context.Response.Headers.ContentEncoding = encoding;
                context.Response.Headers.Vary = "Accept-Encoding";
                return;
            }
        }
    }

    private static void Prepare(StaticFileResponseContext file)
    {
        var request = file.Context.Request;
        file.Context.Response.Headers.CacheControl = request.Path.StartsWithSegments("/assets")
            ? "public, max-age=31536000, immutable"
            : "no-cache";
    }

    /// <summary>The type of what is inside: <c>app.js.br</c> is script.</summary>
    private sealed class TypesWithinCompression : IContentTypeProvider
    {
        private readonly FileExtensionContentTypeProvider _types = new();

        public bool TryGetContentType(
            string subpath, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out string contentType)
        {
            var inner = subpath.EndsWith(".br", StringComparison.Ordinal) || subpath.EndsWith(
                ".gz", StringComparison.Ordinal)
                ? subpath[..^3]
                : subpath;
            return _types.TryGetContentType(inner, out contentType);
        }
    }
}
