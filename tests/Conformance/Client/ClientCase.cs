using Runbooks.Temporal.Client;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Client;

/// <summary>What one case works with: a client, a scripted worker on a queue of its own, ids nobody else has.</summary>
internal sealed class ClientCase
{
    private ClientCase(TemporalClient client, string id)
    {
        Client = client;
        Id = id;
        Worker = new(client, "queue-" + id);
    }

    public TemporalClient Client { get; }

    public string Id { get; }

    public ScriptedWorker Worker { get; }

    public WorkflowOptions Options => new(Id, Worker.TaskQueue);

    public static async Task<ClientCase> StartAsync(
        string server, Action<TemporalClientConnectOptions>? configure = null)
    {
        var client = await ServersUnderTest.Named(server).ConnectAsync(configure);
        return new(client, Guid.NewGuid().ToString("N"));
    }

    public Task<WorkflowHandle> StartWorkflowAsync(Action<WorkflowOptions>? configure = null, params object?[] args)
    {
        var options = Options;
        configure?.Invoke(options);
        return Client.StartWorkflowAsync("Scripted", args, options);
    }
}
