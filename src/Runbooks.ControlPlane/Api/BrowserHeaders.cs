using Runbooks.ControlPlane.Hosting;

namespace Runbooks.ControlPlane.Api;

/// <summary>What browsers are told about every page: no inline script, no frames, no guessing, no leaking
/// addresses.</summary>
/// <remarks>
/// Styles are the one soft spot: component libraries insert style elements. A
/// page that carries a nonce of this response (the console's) gets a policy that
/// allows those only, and no style attribute: what its scripts set goes through
/// the object model, which no policy forbids. One that does not (the description
/// at /docs) is allowed inline styles, which cannot run anything.
/// </remarks>
internal sealed class BrowserHeaders(RequestDelegate next, ControlPlaneOptions options)
{
    /// <summary>For pages that have neither script nor connections of their own.</summary>
    public const string WithoutScript =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        + "frame-ancestors 'none'";

    private readonly string _connect = string.Join(' ', options.ConsolePeers.Prepend("'self'"));

    /// <param name="styles">Sources of styles: a nonce, or 'unsafe-inline', which also lets attributes in.</param>
    public static string Policy(string connect, string styles) =>
        $"default-src 'none'; script-src 'self'; style-src 'self' {styles}; "
        + "img-src 'self' data: blob:; font-src 'self' data:; "
        + $"connect-src {connect}; worker-src 'self' blob:; manifest-src 'self'; object-src 'none'; base-uri 'none'; "
        + "form-action 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy(_connect, "'unsafe-inline'");
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        if (context.Request.Path.StartsWithSegments("/api"))
        {
            headers.CacheControl = "no-store";
        }

        return next(context);
    }
}
