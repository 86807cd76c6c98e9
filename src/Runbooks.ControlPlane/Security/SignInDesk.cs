using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Api;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Security;

/// <summary>Turns proof of who somebody is into a session: a bearer token, a password with its second factor, or a
/// link.</summary>
/// <remarks>
/// Three things slow a guesser: the rate limit per address, a wait per name that doubles after the fifth failure
/// (kept for unknown names too, so it says nothing about who exists), and the derivation itself, which an unknown
/// name costs as well. A refusal never says which part was wrong. A code, a link and a step of a one-time code
/// are used up by one statement that changes their row, so two requests with the same one cannot both pass.
/// </remarks>
public sealed class SignInDesk(
        Database database, ChangeWriter changes, TokenStore tokens, SecondFactors factors, ControlPlaneOptions options)
{
    private const int FreeFailures = 5;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LinkLife = TimeSpan.FromMinutes(10);

    /// <returns>The new session's secret, for the cookie only.</returns>
    public async Task<string> SignInAsync(SessionBody body, string origin, string browser, CancellationToken cancel)
    {
        var start = new Start(
            TokenText.Make(BrowserSession.Prefix), $"ses_{Guid.CreateVersion7():N}", origin, Short(browser));
        switch (body)
        {
            case { Token: { } token, User: null, Code: null }:
                var caller = await tokens.FindAsync(token, cancel) ?? throw Refused();
                await changes.CommitAsync(
                    change => InsertAsync(change, start, caller.UserId, caller.Name, "token", caller.TokenId),
                        cancel: cancel);
                break;
            case { Code: { } code, User: null, Token: null }:
                await WithLinkAsync(start, code, cancel);
                break;
            case { User: { } user, Password: { } password, Token: null, Code: null }:
                await WithPasswordAsync(start, user, password, body, cancel);
                break;
            default:
                throw ApiRefusals.Field(
                    "user", "It is not clear who signs in.", "Send a token, or a code, or user and password together.");
        }

        return start.Secret;
    }

    /// <summary>A link that signs this user in once, within minutes. Only its hash is kept.</summary>
    public async Task<(string Code, DateTime ExpiresAt)> LinkAsync(Call call, bool dryRun, CancellationToken cancel)
    {
        var code = TokenText.Make(BrowserSession.LinkPrefix);
        var expires = await changes.CommitAsync(
            async change =>
            {
                change.Record(call.Audit("sign-in.link-created", "user", call.Caller.UserId));
                return await change.Connection.ExecuteScalarAsync<DateTime>(
                    """
                    insert into control.sign_in_links (id, user_id, hash, expires_at)
                    values (@id, @UserId, @hash, clock_timestamp() + @LinkLife) returning expires_at
                    """,
                    new { id = $"lnk_{Guid.CreateVersion7():N}", call.Caller.UserId, hash = TokenText.Hash(code),
                        LinkLife },
                    change.Transaction);
            },
            dryRun, cancel);
        return (code, expires);
    }

    private async Task WithLinkAsync(Start start, string code, CancellationToken cancel)
    {
        var signedIn = TokenText.HasShape(code, BrowserSession.LinkPrefix) && await changes.CommitAsync(
            async change =>
            {
                var user = await change.Connection.QuerySingleOrDefaultAsync<Named>(
                    """
                    update control.sign_in_links l set used_at = clock_timestamp() from control.users u
                    where l.hash = @hash and l.used_at is null and l.expires_at > clock_timestamp()
                      and u.id = l.user_id and u.disabled_at is null returning u.id, u.name
                    """,
                    new { hash = TokenText.Hash(code) }, change.Transaction);
                if (user is null)
                {
                    return false;
                }

                await InsertAsync(change, start, user.Id, user.Name, "link", null);
                return true;
            },
            cancel: cancel);
        if (!signedIn)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.SignInRefused, "The sign-in link is refused.",
                    "It is unknown, used or older than 10 minutes.",
                "Make a new one: runbooks token link, or sign in with a token or a password.", "code");
        }
    }

    private async Task WithPasswordAsync(
        Start start, string name, string password, SessionBody body, CancellationToken cancel)
    {
        await RequireWaitedAsync(name, cancel);
        var person = await database.ReadAsync(
            c => c.QuerySingleOrDefaultAsync<Person>(
                """
                select u.id, u.name, p.algorithm, p.iterations, p.salt, p.hash, f.confirmed_at is not null as has_factor
                from control.users u join control.passwords p on p.user_id = u.id
                left join control.second_factors f on f.user_id = u.id
                where u.name = @name and u.disabled_at is null
                """,
                new { name }),
            cancel);
        var kept = person is null
            ? PasswordHash.OfNobody
            : new PasswordHash(person.Algorithm, person.Iterations, person.Salt, person.Hash);
        if (password.Length > PasswordRules.LengthMax || !kept.Matches(password) || person is null)
        {
            throw await FailAsync(name, person, start.Origin, cancel);
        }

        if (person.Has_Factor && body is { Totp: null, RecoveryCode: null })
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.SecondFactorNeeded, "A second factor is needed.", "This user has an authenticator app.",
                "Send the app's present code, or one of the recovery codes.", "totp");
        }

        var signedIn = await changes.CommitAsync(
            async change =>
            {
                if (person.Has_Factor && !await factors.UseAsync(change, person.Id, body.Totp, body.RecoveryCode))
                {
                    return false;
                }

                await change.Connection.ExecuteAsync(
                    "delete from control.sign_in_failures where name = @name", new { name }, change.Transaction);
                await InsertAsync(change, start, person.Id, person.Name, "password", null);
                return true;
            },
            cancel: cancel);
        if (!signedIn)
        {
            throw await FailAsync(name, person, start.Origin, cancel);
        }
    }

    private async Task RequireWaitedAsync(string name, CancellationToken cancel)
    {
        var seconds = await database.ReadAsync(
            c => c.ExecuteScalarAsync<double?>(
                """
                select extract(epoch from not_before - clock_timestamp())::float8 from control.sign_in_failures
                where name = @name and not_before > clock_timestamp()
                """,
                new { name }),
            cancel);
        if (seconds is { } left)
        {
            throw new RefusalException(new Refusal(
                ApiRefusalCodes.SignInTooSoon, "Too many wrong attempts for this name.",
                $"The next one is taken in {Math.Ceiling(left):0} s.",
                "Wait, then try once; an administrator can reset the password.")
            {
                Details = new Dictionary<string, string> { ["retryAfterSeconds"] = $"{Math.Ceiling(left):0}" },
            });
        }
    }

    private async Task<RefusalException> FailAsync(string name, Person? person, string origin, CancellationToken cancel)
    {
        await changes.CommitAsync(
            async change =>
            {
                await change.Connection.ExecuteAsync(
                    """
                    delete from control.sign_in_failures where last_at < clock_timestamp() - interval '1 day';
                    insert into control.sign_in_failures as f (name, failures, last_at, not_before)
                    values (@name, 1, clock_timestamp(), clock_timestamp())
                    on conflict (name) do update set failures = f.failures + 1, last_at = excluded.last_at,
                      not_before = excluded.last_at + case when f.failures + 1 < @FreeFailures then interval '0'
                        else least(@LongestWait, interval '1 second' * power(2, least(f.failures + 1 - @FreeFailures,
                          20))) end
                    """,
                    new { name = name.Length <= 63 ? name : name[..63], FreeFailures, LongestWait },
                        change.Transaction);

                // The name as typed may be somebody's password in the wrong field: only known users are named.
                change.Record(new AuditEntry(
                    "sign-in.refused", new AuditActor("human", person?.Id ?? "unknown", person?.Name, null, origin),
                    new AuditSubject("user", person?.Id ?? "unknown")) { Outcome = "refused" });
            },
            cancel: cancel);
        return Refused();
    }

    private async Task InsertAsync(
        Change change, Start start, string userId, string name, string method, string? tokenId)
    {
        await change.Connection.ExecuteAsync(
            """
            insert into control.sessions (id, user_id, hash, method, token_id, origin, browser, expires_at)
            values (@Id, @userId, @hash, @method, @tokenId, @Origin, @Browser, clock_timestamp() + @SessionLife)
            """,
            new
            {
                start.Id, userId, hash = TokenText.Hash(start.Secret), method, tokenId, start.Origin, start.Browser,
                options.SessionLife,
            },
            change.Transaction);
        change.Record(new AuditEntry(
            "session.started", new AuditActor("human", userId, name, null, start.Origin), new AuditSubject(
                "user", userId))
        {
            Data = new() { ["session"] = start.Id, ["method"] = method },
        });
    }

    private static RefusalException Refused() => ApiRefusals.Refuse(
        ApiRefusalCodes.SignInRefused, "The sign-in is refused.",
        "The token, or the name, the password or the code, is wrong, expired or revoked.",
        "Check them and try again, or ask an administrator.");

    private static string Short(string browser) => browser.Length <= 200 ? browser : browser[..200];

    private sealed record Start(string Secret, string Id, string Origin, string Browser);

    private sealed record Named(string Id, string Name);

    private sealed record Person(
        string Id, string Name, string Algorithm, int Iterations, byte[] Salt, byte[] Hash, bool Has_Factor);
}
