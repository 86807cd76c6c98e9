using System.Runtime.CompilerServices;
using Npgsql;

namespace Runbooks.Engine.History.Postgres;

/// <summary>
/// Watches for the one warning that turns a reported commit into an unknown one: PostgreSQL stops waiting for its
/// synchronous standby (an administrator cancelled the wait), commits locally and answers success.
/// </summary>
internal static class CommitNotices
{
    private static readonly ConditionalWeakTable<NpgsqlConnection, Watch> Watches = [];

    public static void Reset(NpgsqlConnection connection)
    {
        var watch = Watches.GetValue(connection, Attach);
        watch.Seen = false;
    }

    public static bool WasNotReplicated(NpgsqlConnection connection) =>
        Watches.TryGetValue(connection, out var watch) && watch.Seen;

    private static Watch Attach(NpgsqlConnection connection)
    {
        var watch = new Watch();
        connection.Notice += (_, e) =>
        {
            // 01000 is shared by many warnings; this one is known by what it speaks of.
            if (e.Notice.SqlState == "01000"
                && e.Notice.MessageText.Contains("synchronous replication", StringComparison.Ordinal))
            {
                watch.Seen = true;
            }
        };
        return watch;
    }

    private sealed class Watch
    {
        public bool Seen { get; set; }
    }
}
