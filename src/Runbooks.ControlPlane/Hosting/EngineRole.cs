using System.Net;
using Microsoft.Extensions.Logging;
using Npgsql;
using Runbooks.ControlPlane.Storage;
using Runbooks.Engine;
using Runbooks.Engine.Grpc;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>
/// The engine alone in its process: <c>--roles engine</c>. Database (private cluster or given), engine, listener; ends
/// with 0 when asked to stop, with 1 when the database is lost.
/// </summary>
public static class EngineRole
{
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(ControlPlaneOptions options, CancellationToken cancel)
    {
        var listen = options.EngineListen
            ?? throw new FormatException("--engine-listen: an engine alone needs an address.");
        if (options.Temporal is not null)
        {
            throw new FormatException("--temporal: with --roles engine there is no engine to leave out.");
        }
        if (!listen.IsLoopback)
        {
            throw new FormatException(
                $"--engine-listen: {listen} is open to others without TLS. Use a loopback address; agents reach the "
                + "engine through the control plane's agent port.");
        }
        using var logs = LoggerFactory.Create(log => log.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        }).SetMinimumLevel(LogLevel.Warning));
        await using var cluster = options.Postgres is null ? await StartClusterAsync(options, cancel) : null;
        var database = options.Postgres ?? await cluster!.EnsureDatabaseAsync("runbooks", cancel);
        await using var engine = await SayingWhyAsync(
            EmbeddedEngine.StartAsync(
                new EmbeddedEngineOptions
                {
                    ConnectionString = database,
                    FirstNamespace = options.Namespace,
                    Logs = logs,
                },
                cancel),
            database, cancel);
        await using var server = await EngineServer.StartAsync(
            engine.Methods, [new EngineListener(new IPEndPoint(listen.Address, listen.Port))], logs, cancel: cancel);
        await Console.Out.WriteLineAsync($"engine            {server.Addresses[0]}");
        return await WaitAsync(engine, cancel);
    }

    private static Task<PrivateCluster> StartClusterAsync(ControlPlaneOptions options, CancellationToken cancel) =>
        PrivateCluster.StartAsync(
            new PrivateClusterOptions
            {
                DataFolder = Path.Combine(options.Data, "database"),
                Progress = Console.Error.WriteLine,
            },
            cancel);

    // A start may wait for long: for the database, or for the engine that owns it to go. Nobody should have to guess.
    private static async Task<EmbeddedEngine> SayingWhyAsync(
        Task<EmbeddedEngine> starting, string database, CancellationToken cancel)
    {
        var to = new NpgsqlConnectionStringBuilder(database);
        var place = $"PostgreSQL at {to.Host}{(to.Host?.StartsWith('/') == true ? "" : $":{to.Port}")}";
        while (await Task.WhenAny(starting, Task.Delay(SayEvery, cancel)) != starting && !cancel.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(
                $"engine            waits for {place}: {await WhyAsync(to, cancel)}");
        }

        return await starting;
    }

    private static async Task<string> WhyAsync(NpgsqlConnectionStringBuilder database, CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(database.ConnectionString) { Timeout = 2, Pooling = false }
                    .ConnectionString);
            await connection.OpenAsync(cancel);
            return $"it answers; another engine still owns database {database.Database}, or it is slow";
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return fault.InnerException?.Message ?? fault.Message;
        }
    }

    private static async Task<int> WaitAsync(EmbeddedEngine engine, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(engine.Lost, cancel);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = either.Token.Register(ended.SetResult);
        await ended.Task;
        if (cancel.IsCancellationRequested)
        {
            return 0;
        }
        await Console.Error.WriteLineAsync(
            $"RB-ENGINE-001: The engine no longer owns its database. Cause: {engine.LossCause?.Message ?? "another process "
            + "took over."} Correction: check PostgreSQL, then start again.");
        return 1;
    }
}
