using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.Errors;

namespace Runbooks.ControlPlane.Api;

/// <param name="User">Whose token; absent means the caller's own.</param>
public sealed record TokenBody(string Name, string? User, int ExpiresDays = 90);

/// <param name="Token">The secret, only in the answer that makes it.</param>
public sealed record TokenView(
    string Id, string User, string Name, DateTime CreatedAt, DateTime ExpiresAt, DateTime? LastUsedAt, DateTime? RevokedAt)
{
    public string? Token { get; init; }
}

public sealed record MeView(string UserId, string Name, string TokenId, IReadOnlyList<RoleBindingView> Roles);

/// <summary>Bearer tokens: for programs, the command line, and a person's first sign-in.</summary>
internal static class TokensApi
{
    private const int LifeDaysMax = 366;

    public static void Map(IEndpointRouteBuilder api)
    {
        var tokens = api.MapGroup("/tokens").WithTags("tokens");
        tokens.MapGet("", ListAsync).Allow(Access.Administer, "listTokens", "Every token, without its secret.");
        tokens.MapPost("", CreateAsync).WithMetadata(new SecretAnswer())
            .Allow(Access.Administer, "createToken", "Make a token for a user; its secret is shown once.");
        tokens.MapDelete("/{token}", RevokeAsync).Allow(Access.Administer, "revokeToken", "Revoke a token at once.");
        api.MapGet("/me", Me).WithTags("tokens").Allow(Access.Read, "getMe", "Who am I, and what may I do?");
    }

    public static RefusalException ShownOnce() => ApiRefusals.Refuse(
        ApiRefusalCodes.ShownOnce, "The secret was shown once and is not kept.",
        "This Idempotency-Key has made it before.", "Revoke that one and make a new one with a fresh key.");

    private static async Task<Ok<Page<TokenView>>> ListAsync(Database database, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(
            c => c.QueryAsync<Row>(
                """
                select t.id, u.name as user, t.name, t.created_at, t.expires_at, t.last_used_at, t.revoked_at
                from control.tokens t join control.users u on u.id = t.user_id order by t.created_at desc, t.id limit 1000
                """),
            cancel);
        return TypedResults.Ok(new Page<TokenView>(
            [.. rows.Select(r => new TokenView(
                r.Id, r.User, r.Name, r.Created_At, r.Expires_At, r.Last_Used_At, r.Revoked_At))],
            null));
    }

    private static async Task<Created<TokenView>> CreateAsync(
        TokenBody body, Call call, ChangeWriter changes, Database database, bool dryRun = false, CancellationToken cancel = default)
    {
        if (body.ExpiresDays is < 1 or > LifeDaysMax)
        {
            throw ApiRefusals.Field("expiresDays", $"{body.ExpiresDays} is not between 1 and {LifeDaysMax}.", "Choose a shorter life.");
        }

        var user = body.User is null
            ? (Id: call.Caller.UserId, call.Caller.Name)
            : await UsersApi.FindAsync(database, body.User, cancel);
        var (id, token) = (call.NewId("tok_"), TokenText.Make(TokenText.BearerPrefix));
        var life = TimeSpan.FromDays(body.ExpiresDays);
        var created = await changes.CommitAsync(
            async change =>
            {
                if (await change.Connection.ExecuteScalarAsync<bool>(
                    "select exists (select from control.tokens where id = @id)", new { id }, change.Transaction))
                {
                    throw ShownOnce();
                }

                await TokenStore.InsertAsync(change.Transaction, id, user.Id, body.Name, token, life);
                change.Record(call.Audit("token.created", "user", user.Id) with { Data = new() { ["token"] = id } });
                return await change.Connection.ExecuteScalarAsync<DateTime>(
                    "select created_at from control.tokens where id = @id", new { id }, change.Transaction);
            },
            dryRun, cancel);
        return TypedResults.Created((string?)null, new TokenView(id, user.Name, body.Name, created, created + life, null, null)
        {
            Token = dryRun ? null : token,
        });
    }

    private static async Task<NoContent> RevokeAsync(
        string token, Call call, ChangeWriter changes, bool dryRun = false, CancellationToken cancel = default)
    {
        await changes.CommitAsync(
            async change =>
            {
                var user = await change.Connection.ExecuteScalarAsync<string?>(
                    """
                    update control.tokens set revoked_at = coalesce(revoked_at, clock_timestamp())
                    where id = @token returning user_id
                    """,
                    new { token }, change.Transaction) ?? throw ApiRefusals.NotFound("token", token);
                change.Record(call.Audit("token.revoked", "user", user) with { Data = new() { ["token"] = token } });
            },
            dryRun, cancel);
        return TypedResults.NoContent();
    }

    private static Ok<MeView> Me(Call call) => TypedResults.Ok(new MeView(
        call.Caller.UserId, call.Caller.Name, call.Caller.TokenId, [.. call.Caller.Bindings.Select(RoleBindingView.Of)]));

    private sealed record Row(
        string Id, string User, string Name, DateTime Created_At, DateTime Expires_At, DateTime? Last_Used_At,
        DateTime? Revoked_At);
}
