using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Runbooks.ControlPlane.Storage;

// A PostgreSQL cluster that belongs to one Runbooks process, so that a fresh machine needs no database administrator.
//
//   DataFolder/cluster.lock   held (flock) while a process owns the folder; a second process is refused
//   DataFolder/pg/            the cluster: data checksums, UTF8, C locale
//   DataFolder/pg.new/        a creation that did not finish; removed at the next start
//   DataFolder/postgres.log   what the server said since its last start
//   /tmp/rb-pg-<hash>/        the Unix socket: socket paths end at 107 bytes, data folders do not
//
// Invariants
// - Only this machine's owner reaches it: no TCP port, socket folder 0700, peer authentication. No password exists.
// - The server never runs as root (it refuses): root hands it to the postgres user through setpriv.
// - Nothing outlives the host (ServerProcess). What a kill -9 left is found by postmaster.pid and stopped first.
// - A finished pg/ appears by rename, so an interrupted initdb is never taken for a cluster.
// Deliberately not done: backups, upgrades of the major version, replication (a pair is the operator's own server).
public sealed class PrivateCluster : IAsyncDisposable
{
    private const string Owner = "runbooks";
    private const int SocketNumber = 5432;

    private readonly PrivateClusterOptions _options;
    private readonly FileStream _lock;
    private readonly string _socketFolder;
    private ServerProcess? _server;

    private PrivateCluster(PrivateClusterOptions options, FileStream @lock, string socketFolder)
    {
        _options = options;
        _lock = @lock;
        _socketFolder = socketFolder;
    }

    private string Cluster => Path.Combine(_options.DataFolder, "pg");

    private string Log => Path.Combine(_options.DataFolder, "postgres.log");

    /// <summary>Creates the cluster when the folder has none, recovers it when it crashed, and answers when it serves.</summary>
    public static async Task<PrivateCluster> StartAsync(PrivateClusterOptions options, CancellationToken cancel = default)
    {
        options = options with { DataFolder = Path.GetFullPath(options.DataFolder) };
        var cluster = new PrivateCluster(options, TakeLock(options.DataFolder), SocketFolderOf(options.DataFolder));
        try
        {
            await cluster.RunAsync(cancel);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connection string of one database; the settings are those that make a lost commit visible.</summary>
    public string ConnectionString(string database = "postgres") => new NpgsqlConnectionStringBuilder
    {
        Host = _socketFolder,
        Port = SocketNumber,
        Username = Owner,
        Database = database,
        Timeout = 3,
        CommandTimeout = 10,
        // With the default, a cancelled wait for synchronous replication is reported as success.
        CancellationTimeout = -1,
        KeepAlive = 5,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Creates a database unless it exists; answers its connection string.</summary>
    public async Task<string> EnsureDatabaseAsync(string database, CancellationToken cancel = default)
    {
        await using var connection = new NpgsqlConnection(Unpooled());
        await connection.OpenAsync(cancel);
        try
        {
            var quoted = '"' + database.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
#pragma warning disable CA2100 // A database's name cannot be a parameter; it is quoted above and comes from our own code.
            await using var create = new NpgsqlCommand($"CREATE DATABASE {quoted}", connection);
#pragma warning restore CA2100
            create.CommandTimeout = 60;
            await create.ExecuteNonQueryAsync(cancel);
        }
        catch (PostgresException exists) when (exists.SqlState is PostgresErrorCodes.DuplicateDatabase
            or PostgresErrorCodes.UniqueViolation)
        {
            // Two starters at once, or a restart: the database is there either way.
        }
        return ConnectionString(database);
    }

    /// <summary>Stops the server with its data flushed. Safe to repeat.</summary>
    public async Task StopAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.StopAsync(TimeSpan.FromSeconds(30));
            server.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Directory.Exists(_socketFolder))
        {
            Directory.Delete(_socketFolder, recursive: true);
        }
        await _lock.DisposeAsync();
    }

    private string Unpooled() => new NpgsqlConnectionStringBuilder(ConnectionString()) { Pooling = false }.ConnectionString;

    private async Task RunAsync(CancellationToken cancel)
    {
        var version = Path.Combine(Cluster, "PG_VERSION");
        int? major = File.Exists(version)
            ? int.Parse((await File.ReadAllTextAsync(version, cancel)).Trim(), CultureInfo.InvariantCulture)
            : null;
        var binaries = await ClusterBinaries.FindAsync(major, _options, cancel);
        await RequireAccountAsync(cancel);
        if (major is null)
        {
            await CreateAsync(binaries, cancel);
        }
        else
        {
            await StopOrphanAsync(cancel);
        }
        await WriteAccessFilesAsync(cancel);
        await PrepareSocketFolderAsync(cancel);
        _server = ServerProcess.Start(AsAccount([binaries.Postgres, "-D", Cluster, .. SettingArguments()]), Log);
        await WaitUntilServingAsync(cancel);
    }

    private IEnumerable<string> SettingArguments()
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = "",
            ["unix_socket_directories"] = _socketFolder,
            ["unix_socket_permissions"] = "0700",
            ["port"] = SocketNumber.ToString(CultureInfo.InvariantCulture),
            ["max_connections"] = "200",
            ["shared_buffers"] = "128MB",
            ["wal_compression"] = "on",
            ["checkpoint_timeout"] = "5min",
            ["max_wal_size"] = "1GB",
            ["log_min_messages"] = "warning",
        };
        foreach (var (name, value) in _options.Settings)
        {
            settings[name] = value;
        }
        return settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" });
    }

    private static FileStream TakeLock(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(
                Path.Combine(folder, "cluster.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new ClusterUnavailableException(
                "RB-STORAGE-003", $"The data folder {folder} cannot be written.", denied.Message,
                "choose another folder with --data, or give this user the right to write there", denied);
        }
        catch (IOException busy)
        {
            throw new ClusterUnavailableException(
                "RB-STORAGE-004", $"The data folder {folder} cannot be taken.", busy.Message,
                "stop the other Runbooks process that uses this folder, or choose another with --data", busy);
        }
    }

    private static string SocketFolderOf(string dataFolder)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)))[..16];
        return Path.Combine("/tmp", $"rb-pg-{hash}");
    }

    private static string[] AsAccount(string[] command) => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", .. command]
        : command;

    private async Task RequireAccountAsync(CancellationToken cancel)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }
        // The server's account must be able to walk down to the folder; /root, for one, stops it.
        var reach = await ShellCommand.RunAsync(AsAccount(["test", "-x", _options.DataFolder]), cancel);
        if (!reach.Succeeded)
        {
            throw new ClusterUnavailableException(
                "RB-STORAGE-005", $"The database account cannot reach {_options.DataFolder}.",
                reach.Text.Length > 0 ? reach.Text : "a parent folder is closed to the user postgres.",
                "choose a folder such as /var/lib/runbooks with --data, or run as an ordinary user");
        }
    }

    private async Task CreateAsync(ClusterBinaries binaries, CancellationToken cancel)
    {
        _options.Progress($"creating a private PostgreSQL {binaries.Major} cluster in {_options.DataFolder}");
        var fresh = Path.Combine(_options.DataFolder, "pg.new");
        if (Directory.Exists(fresh))
        {
            Directory.Delete(fresh, recursive: true);
        }
        Directory.CreateDirectory(fresh);
        await GiveToAccountAsync(fresh, cancel);
        var outcome = await ShellCommand.RunAsync(
            AsAccount([
                binaries.Initdb, "-D", fresh, "--data-checksums", "--encoding=UTF8", "--locale=C",
                $"--username={Owner}", "--auth=peer", "--no-instructions",
            ]),
            cancel);
        if (!outcome.Succeeded)
        {
            throw Explain("The database cluster could not be created.", outcome.Text);
        }
        Directory.Move(fresh, Cluster);
    }

    private static async Task GiveToAccountAsync(string folder, CancellationToken cancel)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        if (Environment.IsPrivilegedProcess)
        {
            var given = await ShellCommand.RunAsync(["chown", "postgres:postgres", folder], cancel);
            if (!given.Succeeded)
            {
                throw Explain($"The folder {folder} cannot be given to the database account.", given.Text);
            }
        }
    }

    private async Task WriteAccessFilesAsync(CancellationToken cancel)
    {
        // Written at every start: the account that runs Runbooks may have changed since the last one.
        await File.WriteAllTextAsync(
            Path.Combine(Cluster, "pg_hba.conf"), "local all all peer map=runbooks\n", cancel);
        var map = new StringBuilder();
        foreach (var account in new[] { Environment.UserName, "postgres" }.Distinct(StringComparer.Ordinal))
        {
            foreach (var role in new[] { Owner }.Concat(_options.LoginRoles))
            {
                map.Append(CultureInfo.InvariantCulture, $"runbooks \"{account}\" \"{role}\"\n");
            }
        }
        await File.WriteAllTextAsync(Path.Combine(Cluster, "pg_ident.conf"), map.ToString(), cancel);
    }

    private async Task PrepareSocketFolderAsync(CancellationToken cancel)
    {
        if (Directory.Exists(_socketFolder))
        {
            Directory.Delete(_socketFolder, recursive: true);
        }
        Directory.CreateDirectory(_socketFolder);
        await GiveToAccountAsync(_socketFolder, cancel);
    }

    /// <summary>Ends a server that outlived a killed host; we hold the folder's lock, so nobody else owns it.</summary>
    private async Task StopOrphanAsync(CancellationToken cancel)
    {
        var pidFile = Path.Combine(Cluster, "postmaster.pid");
        if (!File.Exists(pidFile))
        {
            return;
        }
        _options.Progress("the previous run did not end cleanly: recovering the database");
        if (ReadPid(pidFile) is not { } pid || !IsServerOf(pid))
        {
            // The number may by now belong to a stranger; the server compares only numbers and would refuse to start.
            await EndSessionsAsync(cancel);
            File.Delete(pidFile);
            return;
        }
        // Fast first; immediate if it has not ended after 20 s. Both keep every acknowledged commit.
        foreach (var (signal, seconds) in new[] { ("INT", 20), ("QUIT", 10), ("KILL", 5) })
        {
            await ShellCommand.RunAsync(["kill", "-" + signal, pid.ToString(CultureInfo.InvariantCulture)], cancel);
            for (var waited = 0; waited < seconds * 20; waited++)
            {
                if (!IsServerOf(pid))
                {
                    await EndSessionsAsync(cancel);
                    File.Delete(pidFile);
                    return;
                }
                await Task.Delay(50, cancel);
            }
        }
    }

    /// <summary>
    /// Sessions of a killed server may live on for a moment, and one in the middle of a commit still writes. The pid
    /// file is what keeps a new server from starting beside them, so it may go only when they are gone. They work in
    /// the cluster's folder, by which they are known.
    /// </summary>
    private async Task EndSessionsAsync(CancellationToken cancel)
    {
        for (var waited = 0; ; waited++)
        {
            var sessions = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
                .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _) && WorksInCluster(name!))
                .ToList();
            if (sessions.Count == 0)
            {
                return;
            }
            if (waited == 20)
            {
                await ShellCommand.RunAsync(["kill", "-KILL", .. sessions!], cancel);
            }
            await Task.Delay(50, cancel);
        }
    }

    private bool WorksInCluster(string pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget == Cluster;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int? ReadPid(string pidFile)
    {
        try
        {
            var line = File.ReadLines(pidFile).FirstOrDefault() ?? "";
            return int.TryParse(line.Trim(), CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private bool IsServerOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(Cluster);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task WaitUntilServingAsync(CancellationToken cancel)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (_server!.HasExited)
            {
                throw Explain($"The database server ended with {_server.ExitCode} while starting.", ReadLog());
            }
            try
            {
                await using var connection = new NpgsqlConnection(Unpooled());
                await connection.OpenAsync(cancel);
                return;
            }
            catch (NpgsqlException starting) when (starting is not PostgresException { SqlState: "28000" })
            {
                if (TimeProvider.System.GetElapsedTime(deadline) > _options.StartLimit)
                {
                    throw Explain($"The database did not serve within {_options.StartLimit.TotalSeconds:0} s.", ReadLog());
                }
                await Task.Delay(25, cancel);
            }
        }
    }

    private string ReadLog() => File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(20)) : "";

    private static ClusterUnavailableException Explain(string message, string said)
    {
        var (code, correction) = said switch
        {
            _ when said.Contains("No space left on device", StringComparison.Ordinal)
                => ("RB-STORAGE-006", "free space on the disk of the data folder, then start again"),
            _ when said.Contains("Permission denied", StringComparison.Ordinal)
                => ("RB-STORAGE-003", "give the database account the right to the data folder, or choose another with --data"),
            _ when said.Contains("already in use", StringComparison.Ordinal)
                => ("RB-STORAGE-004", "stop the other server that uses this folder or socket, then start again"),
            _ when said.Contains("incompatible with server", StringComparison.Ordinal)
                => ("RB-STORAGE-001", "install the PostgreSQL version that made this folder"),
            _ => ("RB-STORAGE-007", "read postgres.log in the data folder"),
        };
        var cause = said.Split('\n').LastOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal)
            || line.Contains("error", StringComparison.OrdinalIgnoreCase)
            || line.Contains("No space", StringComparison.Ordinal)) ?? said.Split('\n')[^1];
        return new ClusterUnavailableException(code, message, cause, correction);
    }
}
