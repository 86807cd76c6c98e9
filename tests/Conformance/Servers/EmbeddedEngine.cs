using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Runbooks.Engine;
using Runbooks.Engine.Grpc;
using Runbooks.Testing.Postgres;

namespace Runbooks.Tests.Conformance.Servers;

/// <summary>
/// Our own engine: the one at RUNBOOKS_ENGINE_ADDRESS, or one in this
/// process over a database of its own, one per test process.
/// </summary>
internal sealed class EmbeddedEngine : ServerUnderTest
{
    private readonly Lazy<Task<string>> address = new(StartAsync);

    public override string Name => "embedded engine";

    public override Task<string> AddressAsync() => address.Value;

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("RUNBOOKS_ENGINE_ADDRESS") is { Length: > 0 } given)
        {
            return given;
        }

        var options = new EmbeddedEngineOptions
        {
            ConnectionString = await TestPostgres.NewDatabaseAsync("conformance"),
            Logs = NullLoggerFactory.Instance,
            // As the dev server is started: cases reuse ids at once.
            Limits = new EngineOptions { MinimumReuseInterval = TimeSpan.Zero },
        };
        var engine = await Runbooks.Engine.EmbeddedEngine.StartAsync(options, CancellationToken.None);
        var server = await EngineServer.StartAsync(
            engine.Methods, [new EngineListener(new IPEndPoint(IPAddress.Loopback, 0))]);
        return server.Addresses[0].ToString();
    }
}
