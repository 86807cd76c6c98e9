using Microsoft.Extensions.Logging;
using Npgsql;
using Runbooks.Engine.Grpc;
using Runbooks.Engine.History.Postgres;
using Runbooks.Engine.Namespaces;
using Runbooks.Engine.Reading;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Schedules;
using Runbooks.Engine.Visibility;

namespace Runbooks.Engine;

// A whole engine over one database, without listeners: mount Methods where calls come in (EngineServer, MapEngine).
//
//   database -> schema -> ownership -> namespaces -> runs -> schedules -> Methods
//
// Ownership comes before anything is read: what is loaded into memory is then nobody else's to change. When it is lost
// (another process took over, the database went away for too long), Lost fires; the host must stop this engine and may
// start a new one, which waits for its turn.
public sealed class EmbeddedEngine : IAsyncDisposable
{
    // In the order of starting; disposed backwards.
    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly OwnerLease _lease;

    private EmbeddedEngine(OwnerLease lease) => _lease = lease;

    /// <summary>Every method this engine answers.</summary>
    public RpcTable Methods { get; } = new();

    /// <summary>Fires when this engine may no longer write: stop it.</summary>
    public CancellationToken Lost => _lease.Lost;

    /// <summary>Why <see cref="Lost"/> fired.</summary>
    public Exception? LossCause => _lease.LossCause;

    /// <summary>Returns once this engine owns the database and answers; waits while another one does.</summary>
    public static async Task<EmbeddedEngine> StartAsync(EmbeddedEngineOptions options, CancellationToken cancel)
    {
        var started = new Stack<IAsyncDisposable>();
        try
        {
            var database = EngineDataSource.Create(options.ConnectionString);
            started.Push(database);
            await new MigrationRunner(database).ApplyAsync(cancel);
            var lease = await OwnerLease.AcquireAsync(database, options.Owner, cancel);
            started.Push(lease);
            var engine = new EmbeddedEngine(lease);
            foreach (var part in started.Reverse())
            {
                engine._parts.Push(part);
            }
            started = engine._parts;
            await engine.ComposeAsync(options, database, cancel);
            return engine;
        }
        catch
        {
            await StopAsync(started);
            throw;
        }
    }

    public ValueTask DisposeAsync() => StopAsync(_parts);

    private async Task ComposeAsync(EmbeddedEngineOptions options, NpgsqlDataSource database, CancellationToken cancel)
    {
        var store = new PostgresStore(database, _lease, options.Limits.CommitLanes);
        _parts.Push(store);
        var namespaces = await NamespaceCatalog.LoadAsync(new NamespaceRows(database), options.FirstNamespace, cancel);
        var runtime = new EngineRuntime(
            store, namespaces, options.Limits, options.Clock, options.Logs.CreateLogger<EngineRuntime>());
        _parts.Push(runtime);
        var schedules = new ScheduleRows(database);
        var driver = new ScheduleDriver(
            schedules, new ScheduledRuns(Methods, runtime.Reader), options.Clock,
            options.Logs.CreateLogger<ScheduleDriver>());
        _parts.Push(driver);
        IRpcModule[] modules =
        [
            .. runtime.Modules,
            new HealthModule(() => !Lost.IsCancellationRequested),
            new SystemModule(namespaces.All[0].Id),
            new NamespaceModule(namespaces, options.Limits),
            new SearchAttributeModule(namespaces),
            new VisibilityModule(namespaces, new VisibilityRows(database)),
            new HistoryModule(namespaces, runtime.Reader, options.Limits),
            new DescribeModule(namespaces, runtime.Reader),
            new ScheduleModule(namespaces, driver, schedules, options.Clock),
        ];
        foreach (var module in modules)
        {
            module.Register(Methods);
        }
        await runtime.StartAsync(cancel);
        await driver.StartAsync(cancel);
    }

    private static async ValueTask StopAsync(Stack<IAsyncDisposable> parts)
    {
        while (parts.TryPop(out var part))
        {
            await part.DisposeAsync();
        }
    }
}
