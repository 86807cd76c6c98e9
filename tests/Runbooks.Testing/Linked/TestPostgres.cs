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
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            cluster.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Directory.Delete(folder, recursive: true);
        };
        return cluster;
    }
}
