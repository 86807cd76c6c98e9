using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;

namespace Runbooks.ControlPlane.Api;

/// <summary>A role, everywhere or limited to one site or one group.</summary>
public sealed record RoleBindingView(AccessRole Role, string? Site = null, string? Group = null)
{
    public static RoleBindingView Of(RoleBinding binding) => new(binding.Role, binding.Site, binding.Group);
}

public sealed record UserBody(string Name, string? Display, IReadOnlyList<RoleBindingView> Roles);

public sealed record UserChange(string? Display, IReadOnlyList<RoleBindingView>? Roles, bool? Disabled);

public sealed record UserView(
    string Id, string Name, string Display, bool Disabled, DateTime CreatedAt, IReadOnlyList<RoleBindingView> Roles)
{
    public bool HasPassword { get; init; }

    public bool HasSecondFactor { get; init; }

    /// <summary>Open browser sessions.</summary>
    public int Sessions { get; init; }

    /// <summary>By a session or a token.</summary>
    public DateTime? LastSeenAt { get; init; }
}

/// <summary>Local users and their roles.</summary>
internal static class UsersApi
{
    /// <summary>Told to everybody who listens: whoever it names reads their own session again.</summary>
    public const string Changed = "user.changed";

    public static void Map(IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("users");
        users.MapGet("", ListAsync).Allow(Access.Administer, "listUsers", "Every user with their roles.");
        users.MapPost("", CreateAsync).Allow(Access.Administer, "createUser", "Make a user; then make them a token.");
        users.MapPatch("/{user}", ChangeAsync).Allow(Access.Administer, "changeUser", "Change roles, name shown, or disable.");
    }

    public static async Task<(string Id, string Name)> FindAsync(Database database, string user, CancellationToken cancel)
    {
        var found = await database.ReadAsync(
            c => c.QuerySingleOrDefaultAsync<Named>(
                "select id, name from control.users where id = @user or name = @user", new { user }),
            cancel) ?? throw ApiRefusals.NotFound("user", user);
        return (found.Id, found.Name);
    }

    private static async Task<Ok<Page<UserView>>> ListAsync(Database database, CancellationToken cancel)
    {
        var rows = await database.ReadAsync(
            async c => (await c.QueryAsync<Row>(
                """
                select u.id, u.name, u.display, u.disabled_at is not null as disabled, u.created_at, b.role, b.site,
                  b.grp,
                  exists (select from control.passwords p where p.user_id = u.id) as has_password,
                  exists (select from control.second_factors f
                    where f.user_id = u.id and f.confirmed_at is not null) as has_factor,
                  (select count(*) from control.sessions s
                    where s.user_id = u.id and s.ended_at is null and s.expires_at > now())::int as sessions,
                  greatest((select max(last_seen_at) from control.sessions s where s.user_id = u.id),
                    (select max(last_used_at) from control.tokens t where t.user_id = u.id)) as seen
                from control.users u left join control.role_bindings b on b.user_id = u.id order by u.name, b.role
                """)).AsList(),
            cancel);
        return TypedResults.Ok(new Page<UserView>(
            [.. rows.GroupBy(r => r.Id).Select(g => new UserView(
                g.Key, g.First().Name, g.First().Display, g.First().Disabled, g.First().Created_At,
                [.. g.Select(BindingOf).OfType<RoleBindingView>()])
            {
                HasPassword = g.First().Has_Password, HasSecondFactor = g.First().Has_Factor, Sessions = g.First()
                    .Sessions,
                LastSeenAt = g.First().Seen,
            })],
            null));
    }

    private static async Task<Created<UserView>> CreateAsync(
        UserBody body, Call call, ChangeWriter changes, bool dryRun = false, CancellationToken cancel = default)
    {
        if (!WordRules.IsSlug(body.Name))
        {
            throw ApiRefusals.Field("name", $"'{body.Name}' is not 1 to 63 characters of a-z, 0-9 and inner hyphens.", "Choose a login name.");
        }

        var id = call.NewId("usr_");
        var created = await changes.CommitAsync(
            async change =>
            {
                var at = await change.Connection.ExecuteScalarAsync<DateTime?>(
                    """
                    insert into control.users (id, name, display) values (@id, @Name, @Display)
                    on conflict do nothing returning created_at
                    """,
                    new { id, body.Name, Display = body.Display ?? "" }, change.Transaction)
                    ?? throw ApiRefusals.Exists("user", body.Name);
                await BindAsync(change, id, body.Roles);
                change.Record(call.Audit("user.created", "user", id) with
                {
                    Data = new() { ["name"] = body.Name, ["roles"] = Text(body.Roles) },
                });
                return at;
            },
            dryRun, cancel);
        return TypedResults.Created((string?)null, new UserView(id, body.Name, body.Display ?? "", false, created, body.Roles));
    }

    private static async Task<NoContent> ChangeAsync(
        string user, UserChange body, Call call, ChangeWriter changes, Database database, bool dryRun = false,
        CancellationToken cancel = default)
    {
        var (id, _) = await FindAsync(database, user, cancel);
        if (id == call.Caller.UserId && (body.Disabled == true || body.Roles is not null))
        {
            throw ApiRefusals.Refuse(
                ApiRefusalCodes.InUse, "Nobody changes their own roles.", "The last administrator could lock everybody out.",
                "Ask another administrator.");
        }

        await changes.CommitAsync(
            async change =>
            {
                await change.Connection.ExecuteAsync(
                    """
                    update control.users set display = coalesce(@Display, display), version = version + 1,
                      disabled_at = case when @Disabled::boolean is null then disabled_at
                                         when @Disabled then coalesce(disabled_at, clock_timestamp()) end
                    where id = @id
                    """,
                    new { id, body.Display, body.Disabled }, change.Transaction);
                if (body.Roles is not null)
                {
                    await change.Connection.ExecuteAsync(
                        "delete from control.role_bindings where user_id = @id", new { id }, change.Transaction);
                    await BindAsync(change, id, body.Roles);
                }

                change.Record(call.Audit("user.changed", "user", id) with
                {
                    Data = new()
                    {
                        ["roles"] = body.Roles is null ? null : Text(body.Roles), ["disabled"] = body.Disabled,
                    },
                });
                change.Tell(new EventEntry(Changed, id));
            },
            dryRun, cancel);
        return TypedResults.NoContent();
    }

    private static async Task BindAsync(Change change, string id, IReadOnlyList<RoleBindingView> roles)
    {
        foreach (var (role, i) in roles.Distinct().Select((role, i) => (role, i)))
        {
            await RequireKnownAsync(change, "sites", $"roles[{i}].site", role.Site);
            await RequireKnownAsync(change, "groups", $"roles[{i}].group", role.Group);
            await change.Connection.ExecuteAsync(
                "insert into control.role_bindings (user_id, role, site, grp) values (@id, @role, @Site, @Group)",
                new { id, role = KebabCase.Of(role.Role), role.Site, role.Group }, change.Transaction);
        }
    }

    // A role for a name that does not exist gives nothing today and everything there to whoever makes it tomorrow.
    private static async Task RequireKnownAsync(Change change, string table, string field, string? name)
    {
        if (name is not null && !await change.Connection.ExecuteScalarAsync<bool>(
            $"select exists (select from control.{table} where id = @name and removed_at is null)",
            new { name }, change.Transaction))
        {
            throw ApiRefusals.Field(
                field, $"There is no {table[..^1]} {name}.", $"Name one of: runbooks {table[..^1]} list.");
        }
    }

    private static RoleBindingView? BindingOf(Row row) => KebabCase.TryParse<AccessRole>(row.Role, out var role)
        ? new RoleBindingView(role, row.Site, row.Grp)
        : null;

    private static string Text(IReadOnlyList<RoleBindingView> roles) => string.Join(' ', roles.Select(r =>
        KebabCase.Of(r.Role) + (r.Site is null ? "" : $"@site:{r.Site}") + (r.Group is null ? "" : $"@group:{r.Group}")));

    private sealed record Named(string Id, string Name);

    private sealed record Row(
        string Id, string Name, string Display, bool Disabled, DateTime Created_At, string? Role, string? Site,
            string? Grp,
        bool Has_Password, bool Has_Factor, int Sessions, DateTime? Seen);
}
