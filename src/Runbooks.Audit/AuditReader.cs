using System.Data;
using Dapper;
using Npgsql;

namespace Runbooks.Audit;

/// <summary>What an audit search asks for; every part may be absent.</summary>
public sealed record AuditQuery(
    long After = 0, int Limit = 100, string? Run = null, string? Kind = null, string? Subject = null,
    string? Actor = null, string? Site = null, string? Group = null, bool NewestFirst = false)
{
    /// <summary>Part of the record's text, whatever the case.</summary>
    public string? Text { get; init; }

    /// <summary>The record's outcome, as it is written.</summary>
    public string? Outcome { get; init; }

    /// <summary>From this time on, by the record itself.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>Reads the chain and its signed heads.</summary>
public sealed class AuditReader(NpgsqlDataSource source)
{
    // 4,000 records of about 1 KiB: a page is 4 MiB, so a chain of any length is verified in constant memory.
    private const int PageRecords = 4_000;

    public async Task<IReadOnlyList<ChainEntry>> FindAsync(AuditQuery query, CancellationToken cancel = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var edge = query.NewestFirst ? "(@After = 0 or sequence < @After)" : "sequence > @After";
        var order = query.NewestFirst ? "desc" : "asc";
        var rows = await connection.QueryAsync<ChainEntry>(new CommandDefinition(
            $"""
            select sequence, record, hash from audit.records
            where {edge} and (@Run::text is null or run = @Run) and (@Kind::text is null or kind like @Kind || '%')
              and (@Subject::text is null or subject = @Subject) and (@Actor::text is null or actor = @Actor)
              and (@Site::text is null or site = @Site) and (@Group::text is null or grp = @Group)
              and (@Outcome::text is null or (record::jsonb) ->> 'outcome' = @Outcome)
              and (@from::timestamptz is null or ((record::jsonb) ->> 'at')::timestamptz >= @from)
              and (@to::timestamptz is null or ((record::jsonb) ->> 'at')::timestamptz < @to)
              and (@Text::text is null or position(lower(@Text) in lower(record)) > 0)
            order by sequence {order} limit @Limit
            """,
            new
            {
                query.After, query.Limit, query.Run, query.Kind, query.Subject, query.Actor, query.Site, query.Group,
                query.Outcome, query.Text, from = query.From?.ToUniversalTime(), to = query.To?.ToUniversalTime(),
            },
            cancellationToken: cancel)).ConfigureAwait(false);
        return rows.AsList();
    }

    public async Task<ChainHead?> HeadAsync(string chain, CancellationToken cancel = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var last = await connection.QuerySingleOrDefaultAsync<ChainEntry>(new CommandDefinition(
            "select sequence, record, hash from audit.records order by sequence desc limit 1",
            cancellationToken: cancel)).ConfigureAwait(false);
        return last is null ? null : new ChainHead(chain, last.Sequence, last.Hash);
    }

    public async Task<IReadOnlyList<SignedHead>> SignedHeadsAsync(CancellationToken cancel = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var rows = await connection.QueryAsync<(string Statement, byte[] Signature)>(new CommandDefinition(
            "select statement, signature from audit.heads order by sequence, statement",
            cancellationToken: cancel)).ConfigureAwait(false);
        return [.. rows.Select(r => new SignedHead(r.Statement, r.Signature))];
    }

    public async Task<SignedHead?> LatestSignedHeadAsync(CancellationToken cancel = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var rows = await connection.QueryAsync<(string Statement, byte[] Signature)>(new CommandDefinition(
            "select statement, signature from audit.heads order by sequence desc, statement desc limit 1",
            cancellationToken: cancel)).ConfigureAwait(false);
        return rows.Select(r => new SignedHead(r.Statement, r.Signature)).FirstOrDefault();
    }

    public async Task<IReadOnlyDictionary<string, string>> PublicKeysAsync(CancellationToken cancel = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var rows = await connection.QueryAsync<(string Id, string Pem)>(new CommandDefinition(
            "select key_id, public_pem from audit.keys", cancellationToken: cancel)).ConfigureAwait(false);
        return rows.ToDictionary(r => r.Id, r => r.Pem);
    }

    public async Task RecordHeadAsync(SignedHead head, string publicKeyPem, CancellationToken cancel = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await connection.ExecuteAsync(
            """
            insert into audit.keys (key_id, public_pem) values (@KeyId, @publicKeyPem) on conflict do nothing;
            insert into audit.heads (sequence, statement, signature) values (@Sequence, @Statement, @Signature)
            on conflict do nothing;
            """,
            new { head.KeyId, publicKeyPem, head.Sequence, head.Statement, head.Signature }).ConfigureAwait(false);
    }

    /// <summary>The records from <paramref name="first"/> on, in pages of one snapshot, lazily.</summary>
    /// <remarks>Blocking: the verifier is pure and pulls. Call it off the request's hot path.</remarks>
    public IEnumerable<ChainEntry> Entries(long first = 1, long last = long.MaxValue)
    {
        using var connection = source.OpenConnection();
        // One snapshot: records appended while a long verification runs must not meet heads read before them.
        using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
        var after = first - 1;
        while (true)
        {
            var page = connection.Query<ChainEntry>(
                """
                select sequence, record, hash from audit.records
                where sequence > @after and sequence <= @last order by sequence limit @PageRecords
                """,
                new { after, last, PageRecords }, transaction).AsList();
            foreach (var entry in page)
            {
                yield return entry;
            }

            if (page.Count < PageRecords)
            {
                yield break;
            }

            after = page[^1].Sequence;
        }
    }
}
