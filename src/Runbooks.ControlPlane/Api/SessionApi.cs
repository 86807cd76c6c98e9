using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.States;

namespace Runbooks.ControlPlane.Api;

/// <param name="Token">A bearer token, alone.</param>
/// <param name="User">With <paramref name="Password"/>, and a code when the user has a second factor.</param>
/// <param name="Totp">The authenticator app's present code.</param>
/// <param name="RecoveryCode">One of the codes shown when the app was confirmed; each works once.</param>
/// <param name="Code">The code of a one-time sign-in link, alone.</param>
public sealed record SessionBody(
    string? Token, string? User, string? Password, string? Totp, string? RecoveryCode, string? Code);

/// <param name="Method">token, password, link; or bearer when the call itself carried a token.</param>
/// <param name="Antiforgery">To be sent as X-Runbooks-Antiforgery with everything but GET; absent for a bearer
/// token.</param>
/// <param name="Operations">Names of the operations that this person's roles permit somewhere.</param>
public sealed record SessionView(
    string UserId, string Name, string Method, IReadOnlyList<RoleBindingView> Roles, bool MustChangePassword,
    IReadOnlyList<string> Operations, string? Antiforgery, string? SessionId, DateTime? CreatedAt, DateTime? ExpiresAt,
    DateTime? IdleExpiresAt);

/// <param name="Path">Address of the console's page that takes the code: <c>/signin?code=…</c>.</param>
public sealed record SignInLinkView(string Path, DateTime ExpiresAt);

public sealed record SessionEntryView(
    string Id, string User, string Method, string Origin, string Browser, DateTime CreatedAt, DateTime LastSeenAt,
    DateTime ExpiresAt, bool Current);

/// <summary>Browser sessions: sign in, who am I, sign out, and which others there are.</summary>
internal static class SessionApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/session", SignInAsync).WithTags("session").RequireRateLimiting(RateLimits.SignIn)
            .Produces<Problem>(401, "application/problem+json").Produces<Problem>(429, "application/problem+json")
            .Open("signIn", "Sign in with a token, a password, or a one-time link; sets the session cookie.");
        api.MapGet("/session", GetAsync).WithTags("session").WithMetadata(new BeforePasswordChange())
            .Allow(Access.Read, "getSession", "Who am I, what may I do, and until when?");
        api.MapDelete("/session", SignOutAsync).WithTags("session").Open("signOut", "End this browser's session.");
        api.MapPost("/session/links", LinkAsync).WithTags("session").WithMetadata(new SecretAnswer())
            .Allow(Access.Read, "createSignInLink",
                "A link that signs the caller's browser in once, within 10 minutes.");
        api.MapGet("/sessions", ListAsync).WithTags("session")
            .Allow(Access.Read, "listSessions",
                "The caller's open sessions; an administrator may name a user, or all=true.");
        api.MapDelete("/sessions/{session}", EndAsync).WithTags("session")
            .Allow(Access.Read, "endSession", "End one session at once: one's own, or as an administrator any.");
    }

    private static async Task<Ok<SessionView>> SignInAsync(
        SessionBody body, SignInDesk desk, SessionStore sessions, EndpointDataSource endpoints, HttpContext context,
        CancellationToken cancel)
    {
        var origin = context.Connection.RemoteIpAddress?.ToString() ?? "";
        var secret = await desk.SignInAsync(body, origin, context.Request.Headers.UserAgent.ToString(), cancel);
        var caller = await sessions.FindAsync(secret, cancel)
            ?? throw new InvalidOperationException("A session that was just made is not found.");
        BrowserSession.Write(context, secret, caller.Session!.ExpiresAt);
        return TypedResults.Ok(View(caller, endpoints, secret));
    }

    private static Ok<SessionView> GetAsync(Call call, EndpointDataSource endpoints, HttpContext context) =>
        TypedResults.Ok(View(
            call.Caller, endpoints, call.Caller.Session is null ? null : BrowserSession.Read(context)));

    private static async Task<NoContent> SignOutAsync(
        SessionStore sessions, ChangeWriter changes, HttpContext context, CancellationToken cancel)
    {
        if (BrowserSession.Read(context) is { } secret && await sessions.FindAsync(secret, cancel) is { } caller)
        {
            AccessGate.RequireOwnPage(context);
            await CloseAsync(changes, caller, caller.TokenId, caller.UserId, cancel);
        }

        BrowserSession.Remove(context);
        return TypedResults.NoContent();
    }

    private static async Task<Created<SignInLinkView>> LinkAsync(
        Call call, SignInDesk desk, bool dryRun = false, CancellationToken cancel = default)
    {
        var (code, expires) = await desk.LinkAsync(call, dryRun, cancel);
        return TypedResults.Created((string?)null, new SignInLinkView(dryRun ? "" : $"/signin?code={code}", expires));
    }

    private static async Task<Ok<Page<SessionEntryView>>> ListAsync(
        Database database, Call call, string? user, bool all = false, CancellationToken cancel = default)
    {
        var who = all ? null : user is null ? call.Caller.UserId : (await UsersApi.FindAsync(database, user, cancel))
            .Id;
        if (who != call.Caller.UserId && !call.Caller.HasAny(Access.Administer))
        {
            throw ApiRefusals.Scope("other people's sessions");
        }

        var rows = await database.ReadAsync(
            c => c.QueryAsync<Row>(
                """
                select s.id, u.name as user, s.method, s.origin, s.browser, s.created_at, s.last_seen_at, s.expires_at
                from control.sessions s join control.users u on u.id = s.user_id
                where s.ended_at is null and s.expires_at > now() and (@who::text is null or s.user_id = @who)
                order by s.last_seen_at desc limit 1000
                """,
                new { who }),
            cancel);
        return TypedResults.Ok(new Page<SessionEntryView>(
            [.. rows.Select(r => new SessionEntryView(
                r.Id, r.User, r.Method, r.Origin, r.Browser, r.Created_At, r.Last_Seen_At, r.Expires_At,
                r.Id == call.Caller.Session?.Id))],
            null));
    }

    private static async Task<NoContent> EndAsync(
        string session, Call call, Database database, ChangeWriter changes, CancellationToken cancel)
    {
        var owner = await database.ReadAsync(
            c => c.ExecuteScalarAsync<string?>(
                "select user_id from control.sessions where id = @session and ended_at is null", new { session }),
            cancel);
        if (owner is null || (owner != call.Caller.UserId && !call.Caller.HasAny(Access.Administer)))
        {
            throw ApiRefusals.NotFound("session", session);
        }

        await CloseAsync(changes, call.Caller, session, owner, cancel);
        return TypedResults.NoContent();
    }

    public static Task CloseAsync(
        ChangeWriter changes, Caller caller, string session, string owner, CancellationToken cancel) =>
            changes.CommitAsync(
        async change =>
        {
            await change.Connection.ExecuteAsync(
                "update control.sessions set ended_at = clock_timestamp() where id = @session and ended_at is null",
                new { session }, change.Transaction);
            change.Record(new Audit.AuditEntry("session.ended", caller.Actor(), new Audit.AuditSubject("user", owner))
            {
                Data = new() { ["session"] = session },
            });
        },
        cancel: cancel);

    private static SessionView View(Caller caller, EndpointDataSource endpoints, string? secret) => new(
        caller.UserId, caller.Name, caller.Session?.Method ?? "bearer", [.. caller.Bindings.Select(RoleBindingView.Of)],
        caller.Session?.MustChangePassword ?? false, OperationsOf(caller, endpoints),
        secret is null ? null : BrowserSession.Antiforgery(secret), caller.Session?.Id, caller.Session?.CreatedAt,
        caller.Session?.ExpiresAt, caller.Session?.IdleExpiresAt);

    private static IReadOnlyList<string> OperationsOf(Caller caller, EndpointDataSource endpoints)
    {
        var roles = caller.Bindings.Select(b => b.Role).ToHashSet();
        return
        [
            .. endpoints.Endpoints
                .Where(e => e.Metadata.GetMetadata<AccessRequirement>() is { IsOpen: false } r && r.Roles.Any(
                    roles.Contains))
                .Select(e => e.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName).OfType<string>()
                .Distinct().Order(StringComparer.Ordinal),
        ];
    }

    private sealed record Row(
        string Id, string User, string Method, string Origin, string Browser, DateTime Created_At,
            DateTime Last_Seen_At,
        DateTime Expires_At);
}
