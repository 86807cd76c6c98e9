using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Npgsql;
using Runbooks.ControlPlane.Storage;
using Runbooks.Testing.Postgres;

namespace Runbooks.Tests.Integration.PrivateDatabase;

/// <summary>The engine alone in its process, when its database goes away or another engine takes it over.</summary>
public sealed class EngineAloneTests : IDisposable
{
    private const string Unavailable = "14";

    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"rb-ea-{Guid.NewGuid():N}"[..20])).FullName;

    private readonly List<Process> _engines = [];

    public void Dispose()
    {
        foreach (var engine in _engines.Where(e => !e.HasExited))
        {
            engine.Kill(entireProcessTree: true);
            engine.WaitForExit();
        }

        _engines.ForEach(e => e.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Database_Stopped_IsSaidToCallersAndTheEngineServesAgainWhenItIsBack()
    {
        var options =
            new PrivateClusterOptions { DataFolder = Path.Combine(_folder, "db"), InstallWhenMissing = false };
        var cluster = await PrivateCluster.StartAsync(options, TestContext.Current.CancellationToken);
        var database = await cluster.EnsureDatabaseAsync("runbooks", TestContext.Current.CancellationToken);
        var (engine, address) = await StartAsync(database);
        Assert.Equal("0", (await CountRunsAsync(address)).Status);

        await cluster.DisposeAsync();
        var (status, message) = await CountRunsAsync(address);
        Assert.Equal(Unavailable, status);
        Assert.Contains("database", message, StringComparison.OrdinalIgnoreCase);
        Assert.False(engine.HasExited);

        await using var again = await PrivateCluster.StartAsync(options, TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await CountRunsAsync(address)).Status != "0")
        {
            await Task.Delay(100, limit.Token);
        }
    }

    [Fact]
    public async Task Engine_WhoseEpochIsOver_EndsWithItsReason()
    {
        var database = await TestPostgres.NewDatabaseAsync();
        var (engine, _) = await StartAsync(database);
        await using (var source = NpgsqlDataSource.Create(database))
        await using (var takeOver = source.CreateCommand("update engine.owner set epoch = epoch + 1"))
        {
            Assert.Equal(1, await takeOver.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        var (exit, errors) = await ControlPlaneProcess.EndAsync(engine);
        Assert.Equal(1, exit);
        Assert.Contains("RB-ENGINE-001", errors, StringComparison.Ordinal);
        Assert.Contains("Cause:", errors, StringComparison.Ordinal);
        Assert.Contains("Correction:", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Engine_WhoseDatabaseDoesNotAnswer_SaysWhatItWaitsFor()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        var engine = ControlPlaneProcess.Start(
            new Dictionary<string, string>(), "--roles", "engine", "--engine-listen", "127.0.0.1:0", "--data",
            Path.Combine(_folder, "engine"), "--postgres",
            $"Host=127.0.0.1;Port={port};Username=runbooks;Database=runbooks;Timeout=300");
        _engines.Add(engine);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var said = await engine.StandardError.ReadLineAsync(limit.Token);
        Assert.Contains($"waits for PostgreSQL at 127.0.0.1:{port}: ", said, StringComparison.Ordinal);
    }

    private async Task<(Process Process, string Address)> StartAsync(string database)
    {
        var engine = ControlPlaneProcess.Start(
            new Dictionary<string, string>(), "--roles", "engine", "--engine-listen", "127.0.0.1:0", "--data",
            Path.Combine(_folder, "engine"), "--postgres", database);
        _engines.Add(engine);
        var line = await engine.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("engine ", line, StringComparison.Ordinal);
        return (engine, line!.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    private static async Task<(string Status, string Message)> CountRunsAsync(string address)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        const string method = "temporal.api.workflowservice.v1.WorkflowService/CountWorkflowExecutions";
        var call = new HttpRequestMessage(HttpMethod.Post, $"http://{address}/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            // One frame: not compressed, nine bytes, field 1 is the namespace.
            Content = new ByteArrayContent([0, 0, 0, 0, 9, 0x0A, 7, .. "default"u8]),
        };
        call.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        call.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var answer = await client.SendAsync(call, TestContext.Current.CancellationToken);
        await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return (Header(answer, "grpc-status"), Uri.UnescapeDataString(Header(answer, "grpc-message")));
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.TrailingHeaders.TryGetValues(name, out var trailing) ? trailing.First()
        : answer.Headers.TryGetValues(name, out var leading) ? leading.First() : "";
}
