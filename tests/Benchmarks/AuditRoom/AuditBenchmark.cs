using System.Diagnostics;
using Dapper;
using Npgsql;
using Runbooks.Audit;
using Runbooks.ControlPlane.Storage;
using Runbooks.Tests.Benchmarks.Measuring;

namespace Runbooks.Tests.Benchmarks.AuditRoom;

/// <summary>Searches of a chain of a million records, in a private cluster as it ships.</summary>
internal static class AuditBenchmark
{
    private const int Records = 1_000_000;

    public static async Task RunAsync(BenchmarkSettings settings)
    {
        // Not a private temporary folder: the account of the database server must be able to walk in.
        var folder = Path.Combine(Path.GetTempPath(), $"runbooks-bench-{Guid.NewGuid():N}"[..24]);
        Directory.CreateDirectory(folder);
        try
        {
            await using var cluster = await PrivateCluster.StartAsync(
                new PrivateClusterOptions { DataFolder = Path.Combine(folder, "cluster") });
            await using var source = NpgsqlDataSource.Create(await cluster.EnsureDatabaseAsync("audit"));
            await new MigrationRunner(source, MigrationRunner.All).RunAsync();
            await FillAsync(source);
            Console.WriteLine($"{"",-62}{"found",7}{"looks",7}{"first look",12}{"whole chain",13}");
            foreach (var (job, query) in Jobs())
            {
                if (job.Contains(settings.Only, StringComparison.OrdinalIgnoreCase))
                {
                    await MeasureAsync(new AuditReader(source), job, query, settings.Rounds);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<(string Job, AuditQuery Query)> Jobs()
    {
        var newest = new AuditQuery(Limit: 101, NewestFirst: true);
        yield return ("newest page", newest);
        yield return ("newest page of one actor", newest with { Actor = "usr_007" });
        yield return ("a word in every record: the page is full at once", newest with { Text = "WINDOW" });
        yield return ("a word in one record of a thousand", newest with { Text = "NEEDLE-OF-500" });
        yield return ("a word in no record", newest with { Text = "nowhere" });
        yield return ("a word in no record, with a letter beyond Z", newest with { Text = "NIRGENDWO-Ü" });
        yield return ("a word in no record of one actor", newest with { Text = "nowhere", Actor = "usr_007" });
        yield return ("a word in no record of one day", newest with
        {
            Text = "nowhere", From = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero),
            To = new DateTimeOffset(2026, 1, 6, 0, 0, 0, TimeSpan.Zero),
        });
    }

    private static async Task MeasureAsync(AuditReader reader, string job, AuditQuery query, int rounds)
    {
        var (first, whole, looks, found) = (new List<double>(), new List<double>(), 0, 0);
        for (var round = 0; round < rounds; round++)
        {
            (looks, found) = (0, 0);
            var began = Stopwatch.GetTimestamp();
            for (long? after = query.After; after is { } from; looks++)
            {
                var (some, next) = await reader.LookAsync(query with { After = from });
                if (looks == 0)
                {
                    first.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }

                (found, after) = (found + some.Count, next);
            }

            whole.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        Console.WriteLine(
            $"  {job,-60}{found,7}{looks,7}{Rounds.Median(first),9:N0} ms{Rounds.Median(whole),10:N0} ms");
    }

    // The columns of a record derive from its text, as in any chain; only the hashes are none.
    private static async Task FillAsync(NpgsqlDataSource source)
    {
        var began = Stopwatch.GetTimestamp();
        await using var connection = await source.OpenConnectionAsync();
        for (var from = 1; from <= Records; from += Records / 20)
        {
            await connection.ExecuteAsync(
                """
                insert into audit.records (sequence, record, hash)
                select n, jsonb_build_object('sequence', n, 'id', 'aud_' || n, 'kind', 'run.requested', 'at',
                    to_char(timestamp '2026-01-01' + n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                    'outcome', 'success', 'actor', jsonb_build_object('id', 'usr_' || lpad((n % 100)::text, 3, '0')),
                    'subject', jsonb_build_object('id', 'run_' || n / 20), 'run', 'run_' || n / 20,
                    'reason', 'the window is open, needle-of-' || n % 1000, 'data', repeat('what a record says ', 30)
                )::text, repeat('0', 64)
                from generate_series(@from::bigint, @from + @count - 1) n
                """,
                new { from, count = Records / 20 }, commandTimeout: 600);
        }

        await connection.ExecuteAsync("vacuum analyze audit.records", commandTimeout: 600);
        var size = await connection.ExecuteScalarAsync<long>("select pg_total_relation_size('audit.records') >> 20");
        Console.WriteLine(
            $"{Records:N0} records, {size:N0} MiB with indexes, "
            + $"written in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
    }
}
