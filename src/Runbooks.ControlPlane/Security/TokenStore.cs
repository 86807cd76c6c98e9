using System.Collections.Concurrent;
using Dapper;
using Npgsql;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;

namespace Runbooks.ControlPlane.Security;

/// <summary>Finds the caller of a bearer token.</summary>
public sealed class TokenStore(Database database, TimeProvider clock)
{
    // "Last used" is for people who clean up; a write per request would be a write per console poll.
    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _touched = new();

    public async Task<Caller?> FindAsync(string token, CancellationToken cancel)
    {
        if (!TokenText.HasShape(token, TokenText.BearerPrefix))
        {
            return null;
        }

        var hash = TokenText.Hash(token);
        var rows = await database.ReadAsync(
            async connection => (await connection.QueryAsync<Row>(
                """
                select t.id as token_id, u.id as user_id, u.name, b.role, b.site, b.grp
                from control.tokens t
                join control.users u on u.id = t.user_id and u.disabled_at is null
                left join control.role_bindings b on b.user_id = u.id
                where t.hash = @hash and t.revoked_at is null and t.expires_at > now()
                """,
                new { hash })).AsList(),
            cancel);
        if (rows.Count == 0)
        {
            return null;
        }

        await TouchAsync(rows[0].Token_Id, cancel);
        var bindings = rows.Where(r => r.Role is not null)
            .Select(r => KebabCase.TryParse<AccessRole>(r.Role, out var role) ? new RoleBinding(role, r.Site, r.Grp) : null)
            .OfType<RoleBinding>();
        return new Caller(rows[0].User_Id, rows[0].Name, rows[0].Token_Id, [.. bindings]);
    }

    public static Task InsertAsync(
        NpgsqlTransaction transaction, string id, string userId, string name, string token, TimeSpan life) =>
        transaction.Connection!.ExecuteAsync(
            """
            insert into control.tokens (id, user_id, name, hash, expires_at)
            values (@id, @userId, @name, @hash, now() + @life) on conflict (id) do nothing
            """,
            new { id, userId, name, hash = TokenText.Hash(token), life }, transaction);

    private async Task TouchAsync(string tokenId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (_touched.TryGetValue(tokenId, out var at) && now - at < TouchEvery)
        {
            return;
        }

        _touched[tokenId] = now;
        await database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                "update control.tokens set last_used_at = now() where id = @tokenId", new { tokenId }, transaction),
            cancel);
    }

    private sealed record Row(string Token_Id, string User_Id, string Name, string? Role, string? Site, string? Grp);
}
