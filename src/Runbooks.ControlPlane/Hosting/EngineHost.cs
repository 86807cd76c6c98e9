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
/// <remarks>
/// The database's ownership and the lead of the control planes are two locks. Where this process has the workers as well,
/// its engine runs while it leads and at no other time: otherwise one control plane could hold the engine and the other
/// the workers, each waiting for what the other has.
/// </remarks>
public sealed class EngineHost(
    ControlPlaneOptions options, EngineConnection connection, EngineLink link, Leadership leadership, ILoggerFactory logs)
    : BackgroundService
{
    private static readonly TimeSpan BetweenTerms = TimeSpan.FromSeconds(1);
    private readonly ILogger _log = logs.CreateLogger<EngineHost>();
    private volatile RequestDelegate? _current;

    // Clients keep the first address they were told, so a port that was given once stays for every later term.
    private IPEndPoint _listen = options.EngineListen is { } given
        ? new IPEndPoint(given.Address, given.Port)
        : new IPEndPoint(IPAddress.Loopback, 0);

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

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Roles.HasFlag(ControlPlaneRoles.Workflows)
            ? leadership.WhileActiveAsync(ServeAsync, stoppingToken)
            : ServeAsync(stoppingToken);

    private async Task ServeAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await ServeTermAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or IOException or TimeoutException)
            {
                _log.LogWarning("The engine does not run, it is tried again: {Message}", fault.Message);
            }

            await Task.Delay(BetweenTerms, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeTermAsync(CancellationToken stopping)
    {
        await using var engine = await EmbeddedEngine.StartAsync(
            new EmbeddedEngineOptions { ConnectionString = connection.Text, FirstNamespace = options.Namespace, Logs = logs },
            stopping);
        await using var server = await EngineServer.StartAsync(
            engine.Methods, [new EngineListener(_listen)], logs, cancel: stopping);
        _listen = server.Addresses[0];
        using var either = CancellationTokenSource.CreateLinkedTokenSource(engine.Lost, stopping);
        var mount = Application!.New();
        // An agent's held poll ends with the term: whoever serves next is asked at once.
        mount.MapEngine(engine.Methods, EngineDoor.Options with { Draining = either.Token });
        _current = mount.Build();
        link.Connect(_listen.ToString());
        _log.LogInformation("The engine serves on {Address}.", _listen);
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
