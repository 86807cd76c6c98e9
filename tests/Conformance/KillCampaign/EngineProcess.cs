using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.Tests.Conformance.KillCampaign;

/// <summary>
/// The engine as its own process over a real, flushing cluster, so that kill -9 is kill -9. It keeps its port over
/// restarts, as an operator's would.
/// </summary>
internal sealed class EngineProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly string _folder;
    private readonly string _database;
    private readonly List<string> _said = [];
    private PrivateCluster _cluster;
    private Process? _process;

    private EngineProcess(PrivateCluster cluster, string folder, string database, int port)
    {
        (_cluster, _folder, _database) = (cluster, folder, database);
        Address = $"127.0.0.1:{port}";
    }

    public string Address { get; }

    public int? ExitCode => _process is { HasExited: true } ended ? ended.ExitCode : null;

    public string Said
    {
        get
        {
            lock (_said)
            {
                return string.Join('\n', _said);
            }
        }
    }

    public static async Task<EngineProcess> CreateAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"rb-kill-{Guid.NewGuid():N}"[..20]);
        var cluster = await PrivateCluster.StartAsync(new PrivateClusterOptions { DataFolder = folder });
        var database = await cluster.EnsureDatabaseAsync("engine");
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return new EngineProcess(cluster, folder, database, ((IPEndPoint)probe.LocalEndpoint).Port);
    }

    /// <summary>Starts the process and returns when it serves.</summary>
    public async Task StartAsync(params string[] more)
    {
        var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Runbooks.ControlPlane"),
            ["--roles", "engine", "--engine-listen", Address, "--data", _folder, "--postgres", _database, .. more])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => serving.TrySetException(new IOException($"The engine ended: {Said}"));
        DataReceivedEventHandler hear = (_, line) =>
        {
            if (line.Data is { } text)
            {
                lock (_said)
                {
                    _said.Add(text);
                }
                if (text.StartsWith("engine ", StringComparison.Ordinal))
                {
                    serving.TrySetResult();
                }
            }
        };
        _process.OutputDataReceived += hear;
        _process.ErrorDataReceived += hear;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await serving.Task.WaitAsync(StartLimit);
    }

    /// <summary>kill -9, and the process is gone when this returns.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>
    /// Ends the database server under the running engine, by kill -9 or by its own immediate stop (which skips every
    /// flush as well), and starts it again from what is on disk.
    /// </summary>
    public async Task RestartDatabaseAsync(bool byKill)
    {
        var postmaster = int.Parse(File.ReadLines(Path.Combine(_folder, "pg", "postmaster.pid")).First());
        using var server = Process.GetProcessById(postmaster);
        using var kill = Process.Start("kill", [byKill ? "-KILL" : "-QUIT", $"{postmaster}"]);
        await server.WaitForExitAsync().WaitAsync(StartLimit);
        await _cluster.DisposeAsync();
        _cluster = await PrivateCluster.StartAsync(new PrivateClusterOptions { DataFolder = _folder });
    }

    /// <summary>SIGTERM, as a service manager stops it; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]);
        await _process.WaitForExitAsync().WaitAsync(StartLimit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
