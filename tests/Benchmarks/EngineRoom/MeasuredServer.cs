using Runbooks.ControlPlane.Storage;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Benchmarks.Processes;

namespace Runbooks.Tests.Benchmarks.EngineRoom;

/// <summary>A server with its storage, in processes of their own.</summary>
internal sealed class MeasuredServer : IAsyncDisposable
{
    private readonly Daemon _daemon;
    private readonly PrivateCluster? _cluster;

    private MeasuredServer(string name, string address, Daemon daemon, PrivateCluster? cluster) =>
        (Name, Address, _daemon, _cluster) = (name, address, daemon, cluster);

    public string Name { get; }

    public string Address { get; }

    public TimeSpan CpuTime => _daemon.CpuTime;

    public static async Task<MeasuredServer> StartOursAsync(string folder)
    {
        // Settings of a private cluster as it ships: fsync and synchronous commit are on.
        var cluster = await PrivateCluster.StartAsync(
            new PrivateClusterOptions { DataFolder = Path.Combine(folder, "cluster") });
        var database = await cluster.EnsureDatabaseAsync("engine");
        var address = $"127.0.0.1:{Daemon.FreePort()}";
        var daemon = await Daemon.StartAsync(
            Path.Combine(folder, "engine.log"), () => IsServingAsync(address),
            Path.Combine(AppContext.BaseDirectory, "Runbooks.ControlPlane"), "--roles", "engine", "--engine-listen",
            address, "--data", Path.Combine(folder, "engine"), "--postgres", database);
        return new MeasuredServer("our engine, PostgreSQL, fsync", address, daemon, cluster);
    }

    public static async Task<MeasuredServer?> TryStartDevServerAsync(string folder)
    {
        if (FindCommandLine() is not { } binary)
        {
            return null;
        }

        var port = Daemon.FreePort();
        var address = $"127.0.0.1:{port}";
        var daemon = await Daemon.StartAsync(
            Path.Combine(folder, "dev.log"), () => IsServingAsync(address), binary,
            "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", $"{port}", "--log-level", "never",
            "--db-filename", Path.Combine(folder, "dev.sqlite"));
        return new MeasuredServer($"dev server {await Tools.VersionAsync(binary)}, SQLite file", address, daemon, null);
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    private static string? FindCommandLine() =>
        Environment.GetEnvironmentVariable("TEMPORAL_CLI") is { Length: > 0 } given && File.Exists(given)
            ? given
            : Tools.Find("temporal");

    private static async Task<bool> IsServingAsync(string address)
    {
        using var connection = TemporalConnection.CreateLazy(new(address));
        try
        {
            await connection.WorkflowService.DescribeNamespaceAsync(
                new() { Namespace = "default" }, new() { Timeout = TimeSpan.FromSeconds(2), Retry = false });
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
