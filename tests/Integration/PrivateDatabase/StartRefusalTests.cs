using System.Net;
using System.Net.Sockets;
using Npgsql;
using Runbooks.ControlPlane.Storage;
using Runbooks.Testing.Postgres;
using Runbooks.Tests.Integration.Nbd;

namespace Runbooks.Tests.Integration.PrivateDatabase;

/// <summary>
/// A control plane that cannot start says why, what to do, and leaves the folder as a later start needs it.
/// </summary>
public sealed class StartRefusalTests : IDisposable
{
    // Under root the database has an account of its own, so the folder is open to walk through.
    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"rb-st-{Guid.NewGuid():N}"[..20])).FullName;

    private string Data => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--api-listen")]
    [InlineData("--agent-listen")]
    [InlineData("--engine-listen")]
    public async Task Port_InUse_IsNamed(string option)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var ports = new Dictionary<string, string>
        {
            ["--api-listen"] = "127.0.0.1:0", ["--agent-listen"] = "127.0.0.1:0", ["--engine-listen"] = "127.0.0.1:0",
            [option] = taken.LocalEndpoint.ToString()!,
        };
        var said = await ControlPlaneProcess.RefusedAsync(
            "RB-START-001",
            [
                "--data", Data, "--postgres", await TestPostgres.NewDatabaseAsync(),
                .. ports.SelectMany(p => new[] { p.Key, p.Value }),
            ]);
        Assert.Contains(ports[option], said, StringComparison.Ordinal);
        Assert.Contains(option, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=runbooks;Password=a-secret-word;Timeout=2", "api,workflows,engine")]
    [InlineData("Host=127.0.0.1;Port=1;Username=runbooks;Password=a-secret-word;Timeout=2", "engine")]
    public async Task Database_ThatIsNotThere_IsNamedWithoutItsPassword(string connection, string roles)
    {
        var said = await ControlPlaneProcess.RefusedAsync(
            "RB-START-002", "--data", Data, "--postgres", connection, "--roles", roles, "--engine-listen",
                "127.0.0.1:0");
        Assert.Contains("--postgres", said, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret-word", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update public.runbooks_migrations set checksum = repeat('0', 64) where number = 1",
        "is not the file of this version")]
    [InlineData("insert into public.runbooks_migrations values ('control', 9999, 'later', 'x')",
        "which this version does not know")]
    public async Task Schema_OfAnotherVersion_IsLeftAlone(string change, string cause)
    {
        var database = await TestPostgres.NewDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await new MigrationRunner(source, MigrationRunner.All).RunAsync(cancel: TestContext.Current.CancellationToken);
        await using (var command = source.CreateCommand(change))
        {
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        var said = await ControlPlaneProcess.RefusedAsync(
            "RB-STORAGE-008", "--data", Data, "--postgres", database, "--api-listen", "127.0.0.1:0", "--agent-listen",
            "127.0.0.1:0", "--engine-listen", "none");
        Assert.Contains(cause, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_MadeByAnotherPostgreSql_NamesTheVersionToInstall()
    {
        Directory.CreateDirectory(Path.Combine(Data, "pg"));
        await File.WriteAllTextAsync(Path.Combine(Data, "pg", "PG_VERSION"), "9\n",
            TestContext.Current.CancellationToken);
        var refused = await RefusedAsync("RB-STORAGE-001", Data);
        Assert.Contains("apt-get install -y postgresql-9", refused.Correction, StringComparison.Ordinal);
        Assert.Equal(["PG_VERSION"], Directory.GetFileSystemEntries(Path.Combine(Data, "pg")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Installation_ThatFails_ShowsTheCommandToType()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
        {
            Assert.Skip("only root on Debian installs PostgreSQL by itself");
        }

        // A machine whose package source is broken: apt is asked for real, with a source list of its own.
        Directory.CreateDirectory(Path.Combine(Data, "database", "pg"));
        await File.WriteAllTextAsync(
            Path.Combine(Data, "database", "pg", "PG_VERSION"), "9\n", TestContext.Current.CancellationToken);
        var apt = Path.Combine(_folder, "apt.conf");
        var (lists, sources) = (Path.Combine(_folder, "lists"), Path.Combine(_folder, "sources.list"));
        Directory.CreateDirectory(Path.Combine(lists, "partial"));
        await File.WriteAllTextAsync(
            sources, "deb [trusted=yes] file:/nowhere/at/all stable main\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            apt,
            $"Dir::Etc::sourcelist \"{sources}\";\nDir::Etc::sourceparts \"/dev/null\";\n"
            + $"Dir::State::lists \"{lists}\";\n"
            + "APT::Update::Error-Mode \"any\";\n",
            TestContext.Current.CancellationToken);
        var said = await ControlPlaneProcess.RefusedAsync(
            "RB-STORAGE-002", new Dictionary<string, string> { ["APT_CONFIG"] = apt }, "--data", Data);
        Assert.Contains("type: apt-get update", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_ThatCannotBeWritten_IsNamed()
    {
        var refused = await RefusedAsync("RB-STORAGE-003", "/sys/runbooks");
        Assert.Contains("/sys/runbooks", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--data", refused.Correction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_ClosedToTheDatabasesAccount_IsNamed()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("only under root does the database have an account of its own");
        }

        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var refused = await RefusedAsync("RB-STORAGE-005", Data);
        Assert.Contains(Data, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Data, "pg")));
    }

    [Fact]
    public async Task Disk_TooSmallForTheDatabase_IsSaidAndASecondStartWorks()
    {
        Directory.CreateDirectory(Data);
        var (mounted, why) = await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "tmpfs", Data);
        if (mounted != 0)
        {
            Assert.Skip($"cannot mount a tmpfs: {why}");
        }

        try
        {
            var refused = await RefusedAsync("RB-STORAGE-006", Data);
            Assert.Contains("No space left on device", refused.Cause, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(Data, "pg")));
            await Tool.MustAsync("mount", "-o", "remount,size=512m", Data);
            await using var cluster =
                await PrivateCluster.StartAsync(Options(Data), TestContext.Current.CancellationToken);
        }
        finally
        {
            await Tool.RunAsync("umount", Data);
        }
    }

    [Fact]
    public async Task Setting_ThatPostgreSqlRefuses_IsNamed()
    {
        var options = Options(Data) with { Settings = new Dictionary<string, string> { ["shared_buffers"] = "much" } };
        var refused = await Assert.ThrowsAsync<ClusterUnavailableException>(
            () => PrivateCluster.StartAsync(options, TestContext.Current.CancellationToken));
        Assert.Equal("RB-STORAGE-007", refused.Code);
        Assert.Contains("shared_buffers", refused.Cause, StringComparison.Ordinal);
    }

    private static PrivateClusterOptions Options(string folder) =>
        new() { DataFolder = folder, InstallWhenMissing = false };

    private static async Task<ClusterUnavailableException> RefusedAsync(string code, string folder)
    {
        var refused = await Assert.ThrowsAsync<ClusterUnavailableException>(
            () => PrivateCluster.StartAsync(Options(folder), TestContext.Current.CancellationToken));
        Assert.Equal(code, refused.Code);
        Assert.NotEmpty(refused.Cause);
        Assert.NotEmpty(refused.Correction);
        return refused;
    }
}
