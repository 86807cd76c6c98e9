using System.Data;
using System.Text;
using Dapper;
using Npgsql;

namespace Runbooks.Audit;

/// <summary>What an audit search asks for; every part may be absent.</summary>
public sealed record AuditQuery(
    long After = 0, int Limit = 100, string? Run = null, string? Kind = null, string? Subject = null,
    string? Actor = null, string? Site = null, string? Group = null, bool NewestFirst = false)
{
    /// <summary>Part of the record's text, whatever the case of its letters.</summary>
    public string? Text { get; init; }

    /// <summary>In how many records a look for text reads: about a second's work, however long the chain is.</summary>
    public int Look { get; init; } = 100_000;

    /// <summary>The record's outcome, as it is written.</summary>
    public string? Outcome { get; init; }

    /// <summary>From this time on, by the record itself.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A record that a look for text reached: one that holds it, or the last that the look reads.</summary>
internal sealed record Seen(long Sequence, string Record, string Hash, bool Hit, bool Ends);

/// <summary>Reads the chain and its signed heads.</summary>
public sealed class AuditReader(NpgsqlDataSource source)
{
    // 4,000 records of about 1 KiB: a page is 4 MiB, so a chain of any length is verified in constant memory.
    private const int PageRecords = 4_000;

    /// <summary>The records that match; for a query with text, of those that one look reaches.</summary>
    public async Task<IReadOnlyList<ChainEntry>> FindAsync(AuditQuery query, CancellationToken cancel = default) =>
        (await LookAsync(query, cancel).ConfigureAwait(false)).Found;

    /// <summary>Looks for the records that match. A search for text ends after a bounded number of records.</summary>
    /// <returns>
    /// What was found, and where to go on when the look ended before the chain did: less than was asked for may have
    /// been found by then, and more may be there.
    /// </returns>
    public async Task<(IReadOnlyList<ChainEntry> Found, long? GoOn)> LookAsync(
        AuditQuery query, CancellationToken cancel = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var arguments = new
        {
            query.After, query.Limit, query.Run, query.Subject, query.Actor, query.Site, query.Group, query.Outcome,
            kind = query.Kind is { } kind ? $"{Literal(kind)}%" : null,
            text = query.Text is { } text ? $"%{Literal(text)}%" : null,
            from = Instant(query.From), to = Instant(query.To), query.Look,
            capitals = Letters(query.Text, Rune.ToUpperInvariant), smalls = Letters(query.Text, Rune.ToLowerInvariant),
        };
        var order = $"order by sequence {(query.NewestFirst ? "desc" : "asc")}";
        var where = string.Join(" and ", Conditions(query));
        var rows = $"select sequence, record, hash from audit.records where {where} {order}";
        if (query.Text is null)
        {
            return ((await connection.QueryAsync<ChainEntry>(new CommandDefinition(
                $"{rows} limit @Limit", arguments, cancellationToken: cancel)).ConfigureAwait(false)).AsList(), null);
        }

        string Folded(string text) =>
            arguments.capitals.Length == 0 ? $"lower({text})" : $"lower(translate({text}, @capitals, @smalls))";

        // One pass, which ends with what was asked for or at the look's last record; that one comes along in any case.
        var seen = (await connection.QueryAsync<Seen>(new CommandDefinition(
            $"""
            select sequence, record, hash, hit, place = @Look as ends from (
              select sequence, record, hash, {Folded("record")} like {Folded("@text")} as hit,
                row_number() over ({order}) as place
              from ({rows} limit @Look) reached
            ) looked
            where hit or place = @Look {order} limit @Limit
            """,
            arguments, cancellationToken: cancel)).ConfigureAwait(false)).AsList();
        var found = seen.Where(s => s.Hit).Select(s => new ChainEntry(s.Sequence, s.Record, s.Hash)).ToList();
        return (found, found.Count < query.Limit && seen is [.., { Ends: true } last] ? last.Sequence : null);
    }

    // Only what is asked for is in the statement: "@x is null or ..." would keep every index from being used.
    private static IEnumerable<string> Conditions(AuditQuery query)
    {
        (bool Asked, string Sql)[] conditions =
        [
            (true, query.NewestFirst ? "(@After = 0 or sequence < @After)" : "sequence > @After"),
            (query.Run is not null, "run = @Run"),
            (query.Kind is not null, "kind like @kind"),
            (query.Subject is not null, "subject = @Subject"),
            (query.Actor is not null, "actor = @Actor"),
            (query.Site is not null, "site = @Site"),
            (query.Group is not null, "grp = @Group"),
            (query.Outcome is not null, "(record::jsonb) ->> 'outcome' = @Outcome"),
            // Instants have one text form, which sorts as time does.
            (query.From is not null, "((record::jsonb) ->> 'at') collate \"C\" >= @from"),
            (query.To is not null, "((record::jsonb) ->> 'at') collate \"C\" < @to"),
        ];
        return conditions.Where(c => c.Asked).Select(c => c.Sql);
    }

    // A database in locale C folds A to Z alone; the other letters that are looked for are folded one by one.
    private static string Letters(string? text, Func<Rune, Rune> fold) => string.Concat((text ?? string.Empty)
        .EnumerateRunes().Where(r => !r.IsAscii && Rune.ToUpperInvariant(r) != Rune.ToLowerInvariant(r)).Select(fold));

    private static string? Instant(DateTimeOffset? at) => at is { } known ? AuditTime.Write(known.UtcDateTime) : null;

    private static string Literal(string text) =>
        text.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_");

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
