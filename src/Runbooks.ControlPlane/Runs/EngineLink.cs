using Microsoft.Extensions.Logging;
using Runbooks.ControlPlane.Hosting;
using Runbooks.Temporal.Client;

namespace Runbooks.ControlPlane.Runs;

/// <summary>The way to the workflow engine: the configured server, or the embedded one once it listens.</summary>
public sealed class EngineLink
{
    private readonly TaskCompletionSource<ITemporalClient> _client = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ControlPlaneOptions _options;
    private readonly ILoggerFactory _logs;

    public EngineLink(ControlPlaneOptions options, ILoggerFactory logs)
    {
        (_options, _logs) = (options, logs);
        if (options.Temporal is { } address)
        {
            Connect(address);
        }
    }

    /// <summary>Says where the engine answers: <c>host:port</c>. The first word counts.</summary>
    public void Connect(string address) => _client.TrySetResult(TemporalClient.CreateLazy(
        new TemporalClientConnectOptions(address.Split("://")[^1])
        {
            Namespace = _options.Namespace, Identity = $"control-plane@{Environment.MachineName}", LoggerFactory = _logs,
        }));

    /// <summary>The client; waits until there is an address. Nothing is connected before the first call.</summary>
    public Task<ITemporalClient> ClientAsync(CancellationToken cancel) => _client.Task.WaitAsync(cancel);
}
