using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Runbooks.Engine;
using Runbooks.Engine.Grpc;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Worker;
using Runbooks.Testing.Postgres;
using Runbooks.Tests.Sweep.World;

namespace Runbooks.Tests.Sweep.Harness;

/// <summary>One engine, one worker per place, one worker of the procedures: for the whole test process.</summary>
internal sealed class SweepEngine
{
    private static readonly Lazy<Task<SweepEngine>> Started = new(StartAsync);
    private static int cases;

    private SweepEngine(string address, TemporalClient client)
    {
        Address = address;
        Client = client;
    }

    public static Task<SweepEngine> Current => Started.Value;

    public string Address { get; }

    public TemporalClient Client { get; }

    public Worlds Worlds { get; } = new();

    /// <summary>Queue of the procedures' worker that lives as long as the process.</summary>
    public string WorkflowQueue => "procedures";

    public static string NewId() => $"case{Interlocked.Increment(ref cases)}";

    /// <summary>A worker of all procedures on a queue.</summary>
    public TemporalWorker NewWorkflowWorker(string queue, int cached = 10_000)
    {
        var options = new TemporalWorkerOptions(queue) { MaxCachedWorkflows = cached };
        foreach (var workflow in Procedures)
        {
            options.AddWorkflow(workflow);
        }

        return new TemporalWorker(Client, options);
    }

    /// <summary>Every workflow class of the assembly.</summary>
    public static IReadOnlyList<Type> Procedures { get; } =
    [
        .. typeof(Workflows.StepKey).Assembly.GetTypes()
            .Where(t => t.GetCustomAttributes(typeof(Temporal.Workflows.WorkflowAttribute), false).Length > 0)
            .OrderBy(t => t.FullName, StringComparer.Ordinal),
    ];

    private static async Task<SweepEngine> StartAsync()
    {
        var engine = await EmbeddedEngine.StartAsync(
            new EmbeddedEngineOptions
            {
                ConnectionString = await TestPostgres.NewDatabaseAsync("sweep"),
                Logs = NullLoggerFactory.Instance,
                Limits = new EngineOptions { MinimumReuseInterval = TimeSpan.Zero },
            },
            CancellationToken.None);
        var server = await EngineServer.StartAsync(engine.Methods, [new EngineListener(new IPEndPoint(IPAddress.Loopback, 0))]);
        var address = server.Addresses[0].ToString();
        var client = await TemporalClient.ConnectAsync(new TemporalClientConnectOptions(address) { Identity = "sweep" });
        var sweep = new SweepEngine(address, client);
        sweep.Serve();
        return sweep;
    }

    private void Serve()
    {
        Run(NewWorkflowWorker(WorkflowQueue));
        var control = new WorldControlActivities(Worlds);
        Run(NewActivityWorker("control", o => Add(Add(o, control), new WorldObserverActivities(Worlds, null))));
        foreach (var site in new[] { WorldModel.North, WorldModel.South, WorldModel.East })
        {
            var queue = Domain.Agents.AgentIdentity.TaskQueueOf(site);
            Run(NewActivityWorker(queue, o =>
                Add(Add(o, new WorldSiteActivities(Worlds, site)), new WorldObserverActivities(Worlds, site))));
        }
    }

    // The attributes stand on the interfaces, as with the real agents.
    private static TemporalWorkerOptions Add(TemporalWorkerOptions options, object instance)
    {
        foreach (var contract in instance.GetType().GetInterfaces().Where(i => i.Namespace!.StartsWith("Runbooks.Workflows", StringComparison.Ordinal)))
        {
            options.AddAllActivities(contract, instance);
        }

        return options;
    }

    private TemporalWorker NewActivityWorker(string queue, Func<TemporalWorkerOptions, TemporalWorkerOptions> fill) =>
        new(Client, fill(new TemporalWorkerOptions(queue) { Interceptors = [new FaultInterceptor(Worlds)] }));

    private static void Run(TemporalWorker worker) => _ = worker.ExecuteAsync(CancellationToken.None);
}
