using Dapper;
using Npgsql;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Events;

/// <summary>The durable list of events behind every stream.</summary>
/// <remarks>
/// Numbers come from one counter row, whose lock is held to the end of the transaction: numbers are committed in order,
/// so a reader that has seen n will never find an n-1 appear later, and resuming by number loses nothing.
/// </remarks>
public sealed class EventLog(Database database)
{
    private const int Kept = 200_000;

    public static async Task AppendAsync(NpgsqlTransaction transaction, IReadOnlyList<EventEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var last = await transaction.Connection!.ExecuteScalarAsync<long>(
            "update control.event_counter set last = last + @Count returning last", new { entries.Count }, transaction);
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            await transaction.Connection!.ExecuteAsync(
                """
                insert into control.events (seq, kind, subject, run, site, grp, data)
                values (@seq, @Kind, @Subject, @Run, @Site, @Group, @data::jsonb)
                """,
                new
                {
                    seq = last - entries.Count + 1 + i, entry.Kind, entry.Subject, entry.Run, entry.Site, entry.Group,
                    data = entry.Data.ToJsonString(),
                },
                transaction);
        }
    }

    public Task<IReadOnlyList<StoredEvent>> AfterAsync(
        long seq, string? run, IReadOnlyList<string>? groups, int limit, CancellationToken cancel) => database.ReadAsync(
        async c => (IReadOnlyList<StoredEvent>)(await c.QueryAsync<StoredEvent>(
            """
            select seq, at, kind, subject, run, site, grp, data::text as data from control.events
            where seq > @seq and (@run::text is null or run = @run)
              and (@groups::text[] is null or grp is null or grp = any(@groups))
            order by seq limit @limit
            """,
            new { seq, run, groups = groups?.ToArray(), limit })).AsList(),
        cancel);

    public Task<long> LastAsync(CancellationToken cancel) => database.ReadAsync(
        c => c.ExecuteScalarAsync<long>("select last from control.event_counter"), cancel);

    /// <summary>The oldest number still kept, or 0: a client that asks for an older one must read everything again.</summary>
    public Task<long> FirstAsync(CancellationToken cancel) => database.ReadAsync(
        c => c.ExecuteScalarAsync<long>("select coalesce(min(seq), 0) from control.events"), cancel);

    public Task PruneAsync(CancellationToken cancel) => database.WriteAsync(
        t => t.Connection!.ExecuteAsync(
            "delete from control.events where seq <= (select last - @Kept from control.event_counter)", new { Kept }, t),
        cancel);
}
