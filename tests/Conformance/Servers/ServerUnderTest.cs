using Runbooks.Temporal.Client;

namespace Runbooks.Tests.Conformance.Servers;

/// <summary>A server that conformance cases run against. Absent ones skip their cases, saying why.</summary>
public abstract class ServerUnderTest
{
    public abstract string Name { get; }

    /// <summary>Address of the running server, started on first use. Skips the case when there is none.</summary>
    public abstract Task<string> AddressAsync();

    /// <summary>A client of the default namespace. Cases keep apart by unique ids and task queues.</summary>
    public async Task<TemporalClient> ConnectAsync(Action<TemporalClientConnectOptions>? configure = null)
    {
        var options = new TemporalClientConnectOptions(await AddressAsync());
        configure?.Invoke(options);
        return await TemporalClient.ConnectAsync(options);
    }

    /// <summary>Text of test names.</summary>
    public override string ToString() => Name;
}
