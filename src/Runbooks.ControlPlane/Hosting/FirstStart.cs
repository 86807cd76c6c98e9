using System.Text;
using Dapper;
using Runbooks.Audit;
using Runbooks.ControlPlane.Security;
using Runbooks.ControlPlane.Security.Pki;
using Runbooks.ControlPlane.Storage;
using Runbooks.Domain.States;
using Runbooks.Domain.Text;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>What an installation needs once: its identity, and one administrator with a token in a file.</summary>
internal static class FirstStart
{
    private const string AdminUser = "usr_admin";
    private static readonly TimeSpan TokenLife = TimeSpan.FromDays(30);

    public static string TokenFile(string data) => Path.Combine(data, "admin-token");

    /// <summary>The installation's id; made by whoever comes first.</summary>
    public static Task<string> ClusterIdAsync(Database database, CancellationToken cancel) => database.WriteAsync(
        async t => (await t.Connection!.ExecuteScalarAsync<string>(
            """
            insert into control.cluster (id) values (@id) on conflict (only_row) do nothing;
            select id from control.cluster
            """,
            new { id = $"cp_{Guid.CreateVersion7():N}" }, t))!,
        cancel);

    /// <summary>
    /// Makes the first administrator when there is no user yet. The file is written before the commit: a token that
    /// nobody can read would lock everybody out, a file without a token only has to be made again.
    /// </summary>
    public static async Task<bool> EnsureAdminAsync(
        Database database, ChangeWriter changes, string data, CancellationToken cancel)
    {
        if (await database.ReadAsync(c => c.ExecuteScalarAsync<bool>("select exists (select from control.users)"), cancel))
        {
            return false;
        }

        var token = TokenText.Make(TokenText.BearerPrefix);
        return await changes.CommitAsync(
            async change =>
            {
                var made = await change.Connection.ExecuteAsync(
                    "insert into control.users (id, name, display) values (@AdminUser, 'admin', 'First administrator') on conflict do nothing",
                    new { AdminUser }, change.Transaction);
                if (made == 0)
                {
                    return false;
                }

                foreach (var role in Enum.GetValues<AccessRole>())
                {
                    await change.Connection.ExecuteAsync(
                        "insert into control.role_bindings (user_id, role) values (@AdminUser, @role)",
                        new { AdminUser, role = KebabCase.Of(role) }, change.Transaction);
                }

                await TokenStore.InsertAsync(
                    change.Transaction, $"tok_{Guid.CreateVersion7():N}", AdminUser, "first start", token, TokenLife);
                KeyFile.Write(TokenFile(data), Encoding.ASCII.GetBytes(token + "\n"), ownerMayWrite: true);
                change.Record(new AuditEntry(
                    "user.created", AuditActor.System("first-start"), new AuditSubject("user", AdminUser)));
                return true;
            },
            cancel: cancel);
    }
}
