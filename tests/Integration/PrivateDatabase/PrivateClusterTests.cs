using System.Diagnostics;
using Npgsql;
using Runbooks.ControlPlane.Storage;
using Runbooks.Testing.Postgres;

namespace Runbooks.Tests.Integration.PrivateDatabase;

public sealed class PrivateClusterTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"rb-pc-{Guid.NewGuid():N}"[..20]);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Cluster_StoppedAndStarted_KeepsItsData()
    {
        await using (var first = await StartAsync())
        {
            await ExecuteAsync(await first.EnsureDatabaseAsync("kept"), "CREATE TABLE t AS SELECT 42 AS n");
        }
        await using var second = await StartAsync();
        Assert.Equal(42, await ScalarAsync(second.ConnectionString("kept"), "SELECT n FROM t"));
        Assert.Equal("on", await ScalarAsync(second.ConnectionString(), "SHOW data_checksums"));
        Assert.Equal("", await ScalarAsync(second.ConnectionString(), "SHOW listen_addresses"));
    }

    [Fact]
    public async Task Cluster_ServerKilled_RecoversAtNextStart()
    {
        await using (var first = await StartAsync())
        {
            await ExecuteAsync(await first.EnsureDatabaseAsync("kept"), "CREATE TABLE t AS SELECT 7 AS n");
            using var server = Process.GetProcessById(ServerPid());
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        await using var second = await StartAsync();
        Assert.Equal(7, await ScalarAsync(second.ConnectionString("kept"), "SELECT n FROM t"));
    }

    [Fact]
    public async Task Cluster_PidFileOfAStranger_StartsAnyway()
    {
        await (await StartAsync()).DisposeAsync();
        var ours = Environment.ProcessId;
        await File.WriteAllTextAsync(Path.Combine(_folder, "pg", "postmaster.pid"), $"{ours}\n/elsewhere\n");
        await using var second = await StartAsync();
        Assert.Equal(1, await ScalarAsync(second.ConnectionString(), "SELECT 1"));
    }

    [Fact]
    public async Task Cluster_FolderHeldByAnother_IsRefusedWithTheCorrection()
    {
        await using var first = await StartAsync();
        var refused = await Assert.ThrowsAsync<ClusterUnavailableException>(StartAsync);
        Assert.Equal("RB-STORAGE-004", refused.Code);
        Assert.Contains("--data", refused.Correction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cluster_InterruptedCreation_IsBegunAgain()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "pg.new", "base"));
        await using var cluster = await StartAsync();
        Assert.Equal(1, await ScalarAsync(cluster.ConnectionString(), "SELECT 1"));
    }

    [Fact]
    public async Task Cluster_UnknownSetting_NamesItInTheCause()
    {
        var options = Options() with { Settings = new Dictionary<string, string> { ["no_such_setting"] = "1" } };
        var refused = await Assert.ThrowsAsync<ClusterUnavailableException>(() => PrivateCluster.StartAsync(options));
        Assert.Contains("no_such_setting", refused.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TestPostgres_AskedTwice_GivesSeparateDatabases()
    {
        var (a, b) = (await TestPostgres.NewDatabaseAsync(), await TestPostgres.NewDatabaseAsync());
        await ExecuteAsync(a, "CREATE TABLE only_here (n int)");
        Assert.Equal(true, await ScalarAsync(b, "SELECT to_regclass('only_here') IS NULL"));
    }

    private PrivateClusterOptions Options() => new() { DataFolder = _folder, InstallWhenMissing = false };

    private Task<PrivateCluster> StartAsync() => PrivateCluster.StartAsync(Options());

    private int ServerPid() => int.Parse(File.ReadLines(Path.Combine(_folder, "pg", "postmaster.pid")).First());

    private static async Task ExecuteAsync(string connectionString, string sql) =>
        await ScalarAsync(connectionString, sql);

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
