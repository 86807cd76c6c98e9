using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Api;

public sealed record AccountView(
    string UserId, string Name, string Display, bool HasPassword, DateTime? PasswordChangedAt, bool HasSecondFactor,
    int RecoveryCodesLeft);

/// <param name="Current">The present password; absent only while there is none.</param>
public sealed record PasswordChange(string? Current, string Password);

/// <param name="Uri">What an authenticator app takes.</param>
/// <param name="Secret">The key in base 32, for typing; shown here and never again.</param>
/// <param name="Picture">The address as a QR code for a phone's camera; null when it is too long for one.</param>
public sealed record SecondFactorView(string Uri, string Secret, QrPicture? Picture);

public sealed record SecondFactorCode(string Code);

/// <param name="RecoveryCodes">Shown here and never again; each signs in once in place of the app.</param>
public sealed record RecoveryCodesView(IReadOnlyList<string> RecoveryCodes);

/// <param name="Password">Absent makes a random one.</param>
public sealed record PasswordReset(string? Password);

/// <param name="Password">The temporary password, once; it must be changed at the first sign-in.</param>
public sealed record PasswordResetView(string User, string Password);

/// <summary>One's own password and second factor, and what an administrator may do for others.</summary>
internal static class AccountApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var me = api.MapGroup("/me").WithTags("account");
        me.MapGet("/account", GetAsync).WithMetadata(new BeforePasswordChange())
            .Allow(Access.Read, "getAccount", "One's own password and second factor, without secrets.");
        me.MapPut("/password", ChangePasswordAsync).WithMetadata(new BeforePasswordChange())
            .RequireRateLimiting(RateLimits.SignIn)
            .Allow(Access.Read, "changePassword", "Set or change one's own password; ends one's other sessions.");
        me.MapPost("/second-factor", BeginAsync).WithMetadata(new SecretAnswer())
            .Allow(Access.Read, "beginSecondFactor", "A new authenticator key; counts once it is confirmed by a code.");
        me.MapPost("/second-factor/confirm", ConfirmAsync).WithMetadata(new SecretAnswer())
            .RequireRateLimiting(RateLimits.SignIn)
            .Allow(Access.Read, "confirmSecondFactor",
                "Confirm the authenticator by a first code; gives recovery codes.");
        me.MapPost("/second-factor/remove", RemoveAsync).RequireRateLimiting(RateLimits.SignIn)
            .Allow(Access.Read, "removeSecondFactor",
                "Remove the authenticator, with a present code or a recovery code.");
        var users = api.MapGroup("/users/{user}").WithTags("users");
        users.MapPost("/password", ResetAsync).WithMetadata(new SecretAnswer())
            .Allow(Access.Administer, "resetPassword", "Give a user a temporary password; ends their sessions.");
        users.MapDelete("/second-factor", ResetFactorAsync)
            .Allow(Access.Administer, "resetSecondFactor", "Remove a user's authenticator that was lost.");
    }

    private static async Task<Ok<AccountView>> GetAsync(Database database, Call call, CancellationToken cancel)
    {
        var row = await database.ReadAsync(
            c => c.QuerySingleAsync<Row>(
                """
                select u.display, p.changed_at, f.confirmed_at is not null as has_factor,
                  (select count(*) from control.recovery_codes r where r.user_id = u.id
                    and r.used_at is null)::int as codes
                from control.users u left join control.passwords p on p.user_id = u.id
                left join control.second_factors f on f.user_id = u.id where u.id = @UserId
                """,
                new { call.Caller.UserId }),
            cancel);
        return TypedResults.Ok(new AccountView(
            call.Caller.UserId, call.Caller.Name, row.Display, row.Changed_At is not null, row.Changed_At,
                row.Has_Factor,
            row.Codes));
    }

    private static async Task<NoContent> ChangePasswordAsync(
        PasswordChange body, Call call, ChangeWriter changes, CancellationToken cancel)
    {
        RequireGood(body.Password, call.Caller.Name);
        await changes.CommitAsync(
            async change =>
            {
                var kept = await change.Connection.QuerySingleOrDefaultAsync<PasswordHash>(
                    """
                    select algorithm, iterations, salt, hash from control.passwords where user_id = @UserId for update
                    """,
                    new { call.Caller.UserId }, change.Transaction);
                if (kept is not null && (
                    body.Current is not { Length: <= PasswordRules.LengthMax } current || !kept.Matches(current)))
                {
                    throw ApiRefusals.Refuse(
                        ApiRefusalCodes.SignInRefused, "The present password is wrong.",
                            "It is asked for before a change.",
                        "Type the present one, or ask an administrator for a reset.", "current");
                }

                await StoreAsync(change, call.Caller.UserId, body.Password, mustChange: false);
                await EndSessionsAsync(change, call.Caller.UserId, call.Caller.Session?.Id);
                change.Record(call.Audit("password.changed", "user", call.Caller.UserId));
            },
            cancel: cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<SecondFactorView>> BeginAsync(
        Call call, ChangeWriter changes, SecondFactors factors, HttpContext context, CancellationToken cancel)
    {
        var secret = await changes.CommitAsync(
            async change =>
            {
                change.Record(call.Audit("second-factor.begun", "user", call.Caller.UserId));
                return await factors.BeginAsync(change, call.Caller.UserId);
            },
            cancel: cancel);
        var uri = Totp.UriOf(secret, call.Caller.Name, context.Request.Host.Host);
        return TypedResults.Ok(new SecondFactorView(uri, Base32.Write(secret), QrPicture.Of(uri)));
    }

    private static async Task<Ok<RecoveryCodesView>> ConfirmAsync(
        SecondFactorCode body, Call call, ChangeWriter changes, SecondFactors factors, CancellationToken cancel) =>
        TypedResults.Ok(new RecoveryCodesView(await changes.CommitAsync(
            async change =>
            {
                var codes = await factors.ConfirmAsync(change, call.Caller.UserId, body.Code);
                change.Record(call.Audit("second-factor.confirmed", "user", call.Caller.UserId));
                return codes;
            },
            cancel: cancel)));

    private static async Task<NoContent> RemoveAsync(
        SecondFactorCode body, Call call, ChangeWriter changes, SecondFactors factors, CancellationToken cancel)
    {
        await changes.CommitAsync(
            async change =>
            {
                var user = call.Caller.UserId;
                if (!await factors.UseAsync(change, user, body.Code, null)
                    && !await factors.UseAsync(change, user, null, body.Code))
                {
                    throw SecondFactors.WrongCode();
                }

                await SecondFactors.RemoveAsync(change, user);
                change.Record(call.Audit("second-factor.removed", "user", user));
            },
            cancel: cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<PasswordResetView>> ResetAsync(
        string user, PasswordReset body, Call call, ChangeWriter changes, Database database, bool dryRun = false,
        CancellationToken cancel = default)
    {
        var (id, name) = await UsersApi.FindAsync(database, user, cancel);
        var password = body.Password ?? TokenText.Make("")[..20];
        RequireGood(password, name);
        await changes.CommitAsync(
            async change =>
            {
                await StoreAsync(change, id, password, mustChange: true);
                await EndSessionsAsync(change, id, null);
                await change.Connection.ExecuteAsync(
                    "delete from control.sign_in_failures where name = @name", new { name }, change.Transaction);
                change.Record(call.Audit("password.reset", "user", id));
            },
            dryRun, cancel);
        return TypedResults.Ok(new PasswordResetView(name, dryRun ? "" : password));
    }

    private static async Task<NoContent> ResetFactorAsync(
        string user, Call call, ChangeWriter changes, Database database, bool dryRun = false,
            CancellationToken cancel = default)
    {
        var (id, _) = await UsersApi.FindAsync(database, user, cancel);
        await changes.CommitAsync(
            async change =>
            {
                await SecondFactors.RemoveAsync(change, id);
                await EndSessionsAsync(change, id, null);
                change.Record(call.Audit("second-factor.reset", "user", id));
            },
            dryRun, cancel);
        return TypedResults.NoContent();
    }

    private static void RequireGood(string password, string name)
    {
        if (PasswordRules.Objection(password, name) is { } objection)
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.PasswordWeak, "The password cannot be used.", objection,
                $"Choose {PasswordRules.LengthMin} or more characters; a few unrelated words do well.", "password");
        }
    }

    private static Task StoreAsync(Change change, string user, string password, bool mustChange)
    {
        var made = PasswordHash.Of(password);
        return change.Connection.ExecuteAsync(
            """
            insert into control.passwords (user_id, algorithm, iterations, salt, hash, must_change)
            values (@user, @Algorithm, @Iterations, @Salt, @Hash, @mustChange)
            on conflict (user_id) do update set algorithm = excluded.algorithm, iterations = excluded.iterations,
              salt = excluded.salt, hash = excluded.hash, must_change = excluded.must_change,
                changed_at = clock_timestamp()
            """,
            new { user, made.Algorithm, made.Iterations, made.Salt, made.Hash, mustChange }, change.Transaction);
    }

    private static Task EndSessionsAsync(Change change, string user, string? except) => change.Connection.ExecuteAsync(
        """
        update control.sessions set ended_at = clock_timestamp()
        where user_id = @user and ended_at is null and id is distinct from @except
        """,
        new { user, except }, change.Transaction);

    private sealed record Row(string Display, DateTime? Changed_At, bool Has_Factor, int Codes);
}
