using Runbooks.ControlPlane.Security;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Text;

namespace Runbooks.ControlPlane.Api;

/// <summary>Finds the caller and compares their roles with the endpoint's requirement. No requirement means no access.</summary>
internal sealed class AccessGate(RequestDelegate next, TokenStore tokens)
{
    public const string CookieName = "runbooks";

    // A browser sends cookies by itself but never this header: its presence proves that our own page made the call.
    public const string BrowserHeader = "X-Runbooks";

    public async Task InvokeAsync(HttpContext context, Call call)
    {
        // No endpoint, or one of routing's own that only says 405 or 415: nothing of ours would run.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(context);
            return;
        }

        var requirement = endpoint.Metadata.GetMetadata<AccessRequirement>();
        if (requirement is { IsOpen: true })
        {
            await next(context);
            return;
        }

        var (token, fromCookie) = TokenOf(context.Request);
        var caller = token is null ? null : await tokens.FindAsync(token, context.RequestAborted);
        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"runbooks\"";
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.NotAuthenticated, "The request is not authenticated.",
                token is null ? "It carries no bearer token." : "The token is unknown, expired or revoked.",
                "Send Authorization: Bearer with a token made under Settings or by runbooks token create.");
        }

        if (requirement is null || !caller.HasAny(requirement.Roles))
        {
            var roles = requirement is null ? "none" : string.Join(" or ", requirement.Roles.Select(KebabCase.Of));
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.RoleMissing, "Your roles do not permit this.",
                $"It needs {roles}; you have {Held(caller)}.", "Ask an administrator, or a colleague with that role.");
        }

        if (fromCookie && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
            && !context.Request.Headers.ContainsKey(BrowserHeader))
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.BrowserHeaderMissing, "The request was not made by the console's own page.",
                $"A session cookie without the header {BrowserHeader} may be another site's doing.",
                $"Send {BrowserHeader}: 1, or use a bearer token.");
        }

        call.Authenticated(caller with { Origin = context.Connection.RemoteIpAddress?.ToString() }, requirement);
        await next(context);
    }

    private static string Held(Caller caller) => caller.Bindings.Count == 0
        ? "none"
        : string.Join(", ", caller.Bindings.Select(b => KebabCase.Of(b.Role)).Distinct());

    private static (string? Token, bool FromCookie) TokenOf(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? (header[scheme.Length..].Trim(), false)
            : (request.Cookies[CookieName], true);
    }
}
