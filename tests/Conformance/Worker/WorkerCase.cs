using Runbooks.Temporal.Client;
using Runbooks.Temporal.Worker;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Worker;

/// <summary>What one case works with: a client and a task queue of its own, on which it runs our worker.</summary>
internal sealed class WorkerCase
{
    private WorkerCase(TemporalClient client, string id)
    {
        Client = client;
        Id = id;
        TaskQueue = "queue-" + id;
    }

    public TemporalClient Client { get; }

    public string Id { get; }

    public string TaskQueue { get; }

    public WorkflowOptions Options => new(Id, TaskQueue);

    public static async Task<WorkerCase> StartAsync(
        string server, Action<TemporalClientConnectOptions>? configure = null)
    {
        var client = await ServersUnderTest.Named(server).ConnectAsync(configure);
        return new(client, Guid.NewGuid().ToString("N"));
    }

    /// <summary>A worker of the workflow and of all activities of <paramref name="activities"/>.</summary>
    public TemporalWorkerOptions Serve<TWorkflow>(object? activities = null)
    {
        var options = new TemporalWorkerOptions(TaskQueue).AddWorkflow<TWorkflow>();
        if (activities is not null)
        {
            options.AddAllActivities(activities.GetType(), activities);
        }
        return options;
    }

    /// <summary>Serves while the body runs.</summary>
    public async Task WithWorkerAsync(TemporalWorkerOptions options, Func<Task> body)
    {
        using var worker = new TemporalWorker(Client, options);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await worker.ExecuteAsync(body, limit.Token);
    }

    /// <summary>Serves while the body runs.</summary>
    public async Task<T> WithWorkerAsync<T>(TemporalWorkerOptions options, Func<Task<T>> body)
    {
        using var worker = new TemporalWorker(Client, options);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await worker.ExecuteAsync(body, limit.Token);
    }
}
