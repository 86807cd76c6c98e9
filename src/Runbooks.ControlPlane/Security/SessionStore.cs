using System.Collections.Concurrent;
using Dapper;
using Runbooks.ControlPlane.Hosting;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;

namespace Runbooks.ControlPlane.Security;

/// <summary>Finds the caller of a browser's session. Roles are read with it, so what is taken away is gone at
/// once.</summary>
public sealed class SessionStore(Database database, ControlPlaneOptions options, TimeProvider clock)
{
    // Idle time is counted in tens of minutes; a write per request would be a write per console poll.
    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _touched = new();

    public async Task<Caller?> FindAsync(string secret, CancellationToken cancel)
    {
        if (!TokenText.HasShape(secret, BrowserSession.Prefix))
        {
            return null;
        }

        var rows = await database.ReadAsync(
            async c => (await c.QueryAsync<Row>(
                """
                select s.id, u.id as user_id, u.name, s.method, s.created_at, s.last_seen_at,
                  least(s.expires_at, t.expires_at) as expires_at,
                  coalesce(p.must_change, false) and s.method = 'password' as must_change, b.role, b.site, b.grp
                from control.sessions s
                join control.users u on u.id = s.user_id and u.disabled_at is null
                left join control.tokens t on t.id = s.token_id
                left join control.passwords p on p.user_id = u.id
                left join control.role_bindings b on b.user_id = u.id
                where s.hash = @hash and s.ended_at is null and s.expires_at > now()
                  and s.last_seen_at > now() - @SessionIdle
                  and (s.token_id is null or (t.revoked_at is null and t.expires_at > now()))
                """,
                new { hash = TokenText.Hash(secret), options.SessionIdle })).AsList(),
            cancel);
        if (rows.Count == 0)
        {
            return null;
        }

        var first = rows[0];
        var seen = await TouchAsync(first, cancel);
        var bindings = rows.Where(r => r.Role is not null)
            .Select(r => KebabCase.TryParse<AccessRole>(r.Role, out var role) ? new RoleBinding(role, r.Site, r.Grp)
                : null)
            .OfType<RoleBinding>();
        return new Caller(first.User_Id, first.Name, first.Id, [.. bindings])
        {
            Session = new SessionFacts(
                first.Id, first.Method, first.Created_At, first.Expires_At, seen + options.SessionIdle,
                    first.Must_Change),
        };
    }

    private async Task<DateTime> TouchAsync(Row session, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (_touched.TryGetValue(session.Id, out var at) && now - at < TouchEvery)
        {
            return session.Last_Seen_At;
        }

        // Bounded by forgetting everything: the next requests write once more than they had to.
        if (_touched.Count > 10_000)
        {
            _touched.Clear();
        }

        _touched[session.Id] = now;
        return await database.WriteAsync(
            t => t.Connection!.ExecuteScalarAsync<DateTime>(
                "update control.sessions set last_seen_at = now() where id = @Id returning last_seen_at",
                    new { session.Id }, t),
            cancel);
    }

    private sealed record Row(
        string Id, string User_Id, string Name, string Method, DateTime Created_At, DateTime Last_Seen_At,
        DateTime Expires_At, bool Must_Change, string? Role, string? Site, string? Grp);
}
