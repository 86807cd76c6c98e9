using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Runbooks.Audit.Bundle;
using Runbooks.ControlPlane.Storage;

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
