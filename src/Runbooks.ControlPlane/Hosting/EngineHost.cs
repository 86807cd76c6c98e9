using System.Net;
using Npgsql;
using Runbooks.ControlPlane.Agents;
using Runbooks.ControlPlane.Runs;
using Runbooks.Engine;
using Runbooks.Engine.Grpc;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>
/// The embedded engine inside a control plane. Waits for its turn when another process owns the database, starts again
/// when ownership was lost, and serves two doors: the agent port (behind the agent gate) and a loopback listener.
/// </summary>
public sealed class EngineHost(
    ControlPlaneOptions options, EngineConnection connection, EngineLink link, ILoggerFactory logs) : BackgroundService
{
    private static readonly TimeSpan BetweenTerms = TimeSpan.FromSeconds(1);
    private readonly ILogger _log = logs.CreateLogger<EngineHost>();
    private volatile RequestDelegate? _current;

    /// <summary>Mounts the engine of the present term for gRPC calls that have passed the gates before it.</summary>
    public void MountOn(WebApplication app)
    {
        Application = app;
        app.Use(async (context, next) =>
        {
            if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
            {
                await next(context);
            }
            else if (_current is { } engine)
            {
                await engine(context);
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            }
        });
    }

    private IApplicationBuilder? Application { get; set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ServeTermAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or IOException or TimeoutException)
            {
                _log.LogWarning("The engine does not run, it is tried again: {Message}", fault.Message);
            }

            await Task.Delay(BetweenTerms, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeTermAsync(CancellationToken stopping)
    {
        await using var engine = await EmbeddedEngine.StartAsync(
            new EmbeddedEngineOptions { ConnectionString = connection.Text, FirstNamespace = options.Namespace, Logs = logs },
            stopping);
        var listen = options.EngineListen is { } given ? new IPEndPoint(given.Address, given.Port) : new IPEndPoint(IPAddress.Loopback, 0);
        await using var server = await EngineServer.StartAsync(engine.Methods, [new EngineListener(listen)], logs, cancel: stopping);
        var mount = Application!.New();
        mount.MapEngine(engine.Methods, EngineDoor.Options);
        _current = mount.Build();
        link.Connect(server.Addresses[0].ToString());
        _log.LogInformation("The engine serves on {Address}.", server.Addresses[0]);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(engine.Lost, stopping);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _current = null;
        if (!stopping.IsCancellationRequested)
        {
            _log.LogWarning(engine.LossCause, "The engine lost its database; it starts again.");
        }
    }
}

/// <summary>The engine's own way to the database.</summary>
public sealed record EngineConnection(string Text);
