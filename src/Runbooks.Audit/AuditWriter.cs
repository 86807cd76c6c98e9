using Dapper;
using Npgsql;

namespace Runbooks.Audit;

/// <summary>
/// Appends to the chain inside the caller's transaction: the change and its record commit together or not at all.
/// </summary>
public sealed class AuditWriter(string chain)
{
    // "RBAUDIT" in ASCII: one lock per database serialises the chain, so sequence numbers have no gaps and readers
    // that see record n see every record before it.
    private const long LockKey = 0x5242_4155_4449_54;

    public string Chain { get; } = chain;

    /// <summary>
    /// Appends <paramref name="entry"/>. An entry with an id that is already in the chain is not written again; the
    /// stored one is returned, so repeating a transaction whose outcome was unknown is harmless.
    /// </summary>
    /// <remarks>Takes the chain's lock until the transaction ends: append last, then commit.</remarks>
    public async Task<ChainEntry> AppendAsync(NpgsqlTransaction transaction, AuditEntry entry)
    {
        var connection = transaction.Connection
            ?? throw new InvalidOperationException("The transaction of an audit record has already ended.");
        await connection.ExecuteAsync(
            "select pg_advisory_xact_lock(@LockKey)", new { LockKey }, transaction).ConfigureAwait(false);
        var stored = await connection.QuerySingleOrDefaultAsync<ChainEntry>(
            "select sequence, record, hash from audit.records where id = @Id", new { entry.Id }, transaction)
            .ConfigureAwait(false);
        if (stored is not null)
        {
            return stored;
        }

        var (sequence, hash, now) = await connection.QuerySingleAsync<(long?, string?, DateTime)>(
            """
            select h.sequence, h.hash, clock_timestamp()
            from (select 1) one
            left join lateral (select sequence, hash from audit.records order by sequence desc limit 1) h on true
            """,
            transaction: transaction).ConfigureAwait(false);
        var next = (sequence ?? 0) + 1;
        var record = entry.Canonical(Chain, next, now);
        var appended = new ChainEntry(next, record, AuditChain.Next(hash ?? AuditChain.Genesis, record));
        await connection.ExecuteAsync(
            "insert into audit.records (sequence, record, hash) values (@Sequence, @Record, @Hash)",
            appended, transaction).ConfigureAwait(false);
        return appended;
    }
}
