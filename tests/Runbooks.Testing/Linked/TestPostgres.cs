using System.Diagnostics;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.Testing.Postgres;

/// <summary>
/// One private cluster for the whole test process and a fresh database for whoever asks, so tests run in parallel
/// without seeing each other. Linked into the test rooms that reference the control plane.
/// </summary>
internal static class TestPostgres
{
    private static readonly Lazy<Task<PrivateCluster>> Cluster = new(StartAsync);
    private static int _databases;

    /// <summary>Connection string of a new, empty database.</summary>
    public static async Task<string> NewDatabaseAsync(string purpose = "test")
    {
        var cluster = await Cluster.Value;
        return await cluster.EnsureDatabaseAsync($"{purpose}_{Interlocked.Increment(ref _databases)}");
    }

    private static async Task<PrivateCluster> StartAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"rb-test-pg-{Environment.ProcessId}-{Guid.NewGuid():N}"[..32]);
        var cluster = await PrivateCluster.StartAsync(new PrivateClusterOptions
        {
            DataFolder = folder,
            // Tests kill processes, not machines: the page cache survives, so waiting for the disk proves nothing here.
            Settings = new Dictionary<string, string> { ["fsync"] = "off", ["full_page_writes"] = "off" },
        });
        AppDomain.CurrentDomain.ProcessExit += (_, _) => StartRemoving(folder);
        return cluster;
    }

    // Nobody reads the cluster again: it is stopped without a checkpoint and deleted by a process of its own. An orderly stop
    // of some hundred databases takes longer on a small machine than the 10 s that the test runner waits before it calls the
    // whole run failed.
    private static void StartRemoving(string folder)
    {
        const string script = """
            exec </dev/null >/dev/null 2>&1
            pid=$(sed -n 1p "$1/pg/postmaster.pid") sockets=$(sed -n 5p "$1/pg/postmaster.pid")
            [ -z "$pid" ] || kill -QUIT "$pid"
            while [ -n "$pid" ] && kill -0 "$pid"; do sleep 0.1; done
            rm -rf "$1"
            rmdir "$sockets"
            """;
        using var removing = Process.Start("setsid", ["sh", "-c", script, "remove", folder]);
    }
}
