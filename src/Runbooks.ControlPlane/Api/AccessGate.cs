using Runbooks.ControlPlane.Security;
using Runbooks.Domain.Errors;
using Runbooks.Domain.Text;

namespace Runbooks.ControlPlane.Api;

/// <summary>Finds the caller and compares their roles with the endpoint's requirement. No requirement means no
/// access.</summary>
internal sealed class AccessGate(RequestDelegate next, TokenStore tokens, SessionStore sessions)
{
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

        var caller = await CallerAsync(context);
        if (requirement is null || !caller.HasAny(requirement.Roles))
        {
            var roles = requirement is null ? "none" : string.Join(" or ", requirement.Roles.Select(KebabCase.Of));
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.RoleMissing, "Your roles do not permit this.",
                $"It needs {roles}; you have {Held(caller)}.", "Ask an administrator, or a colleague with that role.");
        }

        if (caller.Session is { MustChangePassword: true }
            && endpoint.Metadata.GetMetadata<BeforePasswordChange>() is null)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.PasswordMustChange, "The password must be changed first.",
                "An administrator made the present one.", "Choose a password of your own under Account.");
        }

        if (caller.Session is not null)
        {
            // A form has no header of its own: it carries the value in a field.
            RequireOwnPage(context, context.Request.HasFormContentType
                ? (await context.Request.ReadFormAsync(context.RequestAborted))[BrowserSession.Field].ToString()
                : null);
        }

        call.Authenticated(caller with { Origin = context.Connection.RemoteIpAddress?.ToString() }, requirement);
        await next(context);
    }

    private static string Held(Caller caller) => caller.Bindings.Count == 0
        ? "none"
        : string.Join(", ", caller.Bindings.Select(b => KebabCase.Of(b.Role)).Distinct());

    /// <summary>A browser sends cookies by itself, but only our own page can read the value this asks for.</summary>
    public static void RequireOwnPage(HttpContext context, string? field = null)
    {
        var method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method))
        {
            return;
        }

        var sent = field ?? context.Request.Headers[BrowserSession.Header].ToString();
        if (BrowserSession.Read(context) is not { } secret || !BrowserSession.IsAntiforgeryOf(secret, sent))
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.BrowserHeaderMissing, "The request was not made by the console's own page.",
                $"A session cookie without its own {BrowserSession.Header} may be another site's doing.",
                $"Send {BrowserSession.Header} with the antiforgery value of GET /api/v1/session, or a token.");
        }
    }

    /// <summary>Who sends this request, by its bearer token or else its session; null when neither is good.</summary>
    public static async Task<Caller?> FindAsync(HttpContext context, TokenStore tokens, SessionStore sessions)
    {
        if (BearerOf(context) is { } bearer)
        {
            return await tokens.FindAsync(bearer, context.RequestAborted);
        }

        return BrowserSession.Read(context) is { } secret
            ? await sessions.FindAsync(secret, context.RequestAborted)
            : null;
    }

    private async Task<Caller> CallerAsync(HttpContext context)
    {
        if (await FindAsync(context, tokens, sessions) is { } caller)
        {
            return caller;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"runbooks\"";
        throw ApiRefusals.Refuse(
            ApiRefusalCodes.NotAuthenticated, "The request is not authenticated.",
            BearerOf(context) is not null ? "The token is unknown, expired or revoked."
                : BrowserSession.Read(context) is not null ? "The session has ended."
                : "It carries no bearer token and no session.",
            "Sign in, or send Authorization: Bearer with a token made under Settings or by runbooks token create.");
    }

    private static string? BearerOf(HttpContext context)
    {
        const string scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header[scheme.Length..].Trim() : null;
    }
}
