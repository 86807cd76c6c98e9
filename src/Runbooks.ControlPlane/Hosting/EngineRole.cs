using System.Net;
using Microsoft.Extensions.Logging;
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
        await using var engine = await EmbeddedEngine.StartAsync(
            new EmbeddedEngineOptions
            {
                ConnectionString = database,
                FirstNamespace = options.Namespace,
                Logs = logs,
            },
            cancel);
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
