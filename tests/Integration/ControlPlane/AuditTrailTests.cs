using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Runbooks.Audit;
using Runbooks.Audit.Bundle;
using Runbooks.ControlPlane.Storage;
using Runbooks.Testing.Postgres;

namespace Runbooks.Tests.Integration.ControlPlane;

public sealed class AuditTrailTests : IAsyncLifetime
{
    private ControlPlaneFixture _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlaneFixture.StartAsync();
        foreach (var id in new[] { "a", "b", "c", "d" })
        {
            await _plane.Admin.PostAsync("/api/v1/groups", new { id }, key: null).OkAsync();
        }

        await _plane.Admin.GetAsync("/api/v1/audit/head").OkAsync();
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData("update audit.records set record = record || ' ' where sequence = 3")]
    [InlineData("delete from audit.records where sequence = 3")]
    [InlineData("truncate audit.records")]
    public async Task Row_ChangedByTheProgramsRole_IsRefused(string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => _plane.Get<Database>().ReadAsync(c => c.ExecuteAsync(sql)));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Theory]
    [InlineData("delete from audit.records where sequence = 3", "record-missing", 3)]
    [InlineData("update audit.records set record = replace(record, 'usr_admin', 'usr_other') where sequence = 3", "record-altered", 3)]
    [InlineData("delete from audit.records where sequence >= 5", "chain-truncated", 5)]
    public async Task Row_ChangedByADatabaseAdministrator_IsNamed(string sql, string failure, long sequence)
    {
        await using (var owner = new NpgsqlConnection(_plane.Options.Postgres))
        {
            await owner.ExecuteAsync($"set session_replication_role = replica; {sql}");
        }

        var verdict = await _plane.Admin.PostAsync("/api/v1/audit/verify", new { }, key: null).OkAsync();
        Assert.False((bool)verdict["verified"]!);
        Assert.Equal((failure, sequence), ((string)verdict["failure"]!, (long)verdict["sequence"]!));
    }

    [Fact]
    public async Task Export_OfTheChain_VerifiesByItself()
    {
        await using var stream = await _plane.Admin.GetStreamAsync("/api/v1/audit/export");
        var verdict = AuditBundle.Read(stream).Verify();
        Assert.True(verdict.Verified, verdict.Failure?.Message);
        Assert.Equal(verdict.Records, verdict.SignedThrough);
    }

    [Fact]
    public async Task Migration_OfAnotherText_StopsTheStart()
    {
        await using (var owner = new NpgsqlConnection(_plane.Options.Postgres))
        {
            await owner.ExecuteAsync("update public.runbooks_migrations set checksum = repeat('0', 64) where room = 'control' and number = 1");
        }

        await Assert.ThrowsAsync<SchemaMismatchException>(() => _plane.RestartAsync());
    }

    [Fact]
    public async Task Chain_LongerThanOneLook_IsSearchedFromWhereTheLookEnded()
    {
        var database = await TestPostgres.NewDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        var before = MigrationRunner.All.Where(m => m is not { Room: AuditSchema.Room, Number: > 1 }).ToList();
        await new MigrationRunner(source, before).RunAsync(cancel: TestContext.Current.CancellationToken);
        await using var owner = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await owner.ExecuteAsync(
            """
            insert into audit.records (sequence, record, hash)
            select n, jsonb_build_object('sequence', n, 'id', 'aud_' || n, 'kind', 'run.requested', 'at',
                to_char(timestamp '2026-01-01' + n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'outcome',
                'success', 'actor', '{"id": "usr_a"}'::jsonb, 'subject', '{"id": "run_a"}'::jsonb,
                'reason', 'needle-of-' || n || case n when 77 then ' für Ärger in Århus, ŻÓŁĆ' else '' end)::text,
                repeat('0', 64)
            from generate_series(1, 2000) n
            """);
        var applied = await new MigrationRunner(source, MigrationRunner.All)
            .RunAsync(cancel: TestContext.Current.CancellationToken);
        Assert.Contains(applied, m => m is { Room: AuditSchema.Room, Number: 2 });

        var reader = new AuditReader(source);
        var needle = new AuditQuery(NewestFirst: true) { Text = "NEEDLE-OF-123\"", Look = 1500 };
        var (found, goOn) = await reader.LookAsync(needle, TestContext.Current.CancellationToken);
        Assert.Empty(found);
        Assert.Equal(501, goOn);
        (found, goOn) = await reader.LookAsync(needle with { After = 501 }, TestContext.Current.CancellationToken);
        Assert.Equal(123, Assert.Single(found).Sequence);
        Assert.Null(goOn);
        foreach (var words in new[] { "FÜR ärger", "IN århus", "żółć\"", "für Ärger in Århus, ŻÓŁĆ" })
        {
            var heard = await reader.FindAsync(new AuditQuery { Text = words }, TestContext.Current.CancellationToken);
            Assert.Equal(77, Assert.Single(heard).Sequence);
        }

        Assert.Empty(await reader.FindAsync(new AuditQuery { Text = "fur" }, TestContext.Current.CancellationToken));
        (found, goOn) = await reader.LookAsync(
            new AuditQuery { Text = "needle", Look = 100, Limit = 100 }, TestContext.Current.CancellationToken);
        Assert.Equal((100, null), (found.Count, goOn));
        (found, goOn) = await reader.LookAsync(
            new AuditQuery { Text = "needle", Look = 100, Limit = 101 }, TestContext.Current.CancellationToken);
        Assert.Equal((100, 100L), (found.Count, goOn!.Value));
        var until = new DateTimeOffset(2026, 1, 1, 0, 2, 5, TimeSpan.Zero);
        (found, goOn) = await reader.LookAsync(needle with { To = until }, TestContext.Current.CancellationToken);
        Assert.Equal((123, null), (Assert.Single(found).Sequence, goOn));
        Assert.Empty(await reader.FindAsync(
            new AuditQuery { Outcome = "failure", Actor = "usr_a" }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Description_AsServed_IsTheOneCheckedIn()
    {
        var served = JsonNode.Parse(await _plane.Person(null).GetStringAsync("/openapi/v1.json"))!
            .ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true }) + "\n";
        var path = Path.Combine(Repository(), "src", "Runbooks.ControlPlane", "openapi.json");
        if (Environment.GetEnvironmentVariable("RUNBOOKS_WRITE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(path, served);
        }

        Assert.True(await File.ReadAllTextAsync(path) == served, "openapi.json differs: run this test with RUNBOOKS_WRITE_OPENAPI=1 and commit it.");
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Runbooks.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
