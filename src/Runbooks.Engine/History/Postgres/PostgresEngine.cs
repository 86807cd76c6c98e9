using Microsoft.Extensions.Logging;
using Npgsql;
using Runbooks.Engine.Grpc;
using Runbooks.Engine.Namespaces;
using Runbooks.Engine.Reading;
using Runbooks.Engine.Rpc;
using Runbooks.Engine.Schedules;
using Runbooks.Engine.Visibility;

namespace Runbooks.Engine.History.Postgres;

/// <summary>
/// The whole engine over one PostgreSQL database: schema brought up to date, ownership taken, open runs resumed, all
/// methods in one table. Starting waits while another process owns the database.
/// </summary>
public sealed class PostgresEngine : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly OwnerLease _lease;
    private readonly PostgresStore _store;
    private readonly EngineRuntime _runtime;
    private readonly NamespaceCatalog _catalog;
    private readonly ScheduleDriver _schedules;

    private PostgresEngine(
        NpgsqlDataSource database, OwnerLease lease, PostgresStore store, EngineRuntime runtime,
        NamespaceCatalog catalog, ScheduleDriver schedules, RpcTable table)
    {
        _database = database;
        _lease = lease;
        _store = store;
        _runtime = runtime;
        _catalog = catalog;
        _schedules = schedules;
        Table = table;
    }

    /// <summary>Every method the engine answers; give it to <see cref="EngineServer"/> or mount it.</summary>
    public RpcTable Table { get; }

    public EngineRuntime Runtime => _runtime;

    /// <summary>
    /// Fires when another process has taken the database over: stop serving, answers would be refused anyway.
    /// </summary>
    public CancellationToken Lost => _lease.Lost;

    public static async Task<PostgresEngine> StartAsync(
        string connectionString, EngineOptions options, ILoggerFactory logs, string firstNamespace = "default",
        TimeProvider? clock = null, CancellationToken cancel = default)
    {
        clock ??= TimeProvider.System;
        var database = EngineDataSource.Create(connectionString);
        await new MigrationRunner(database).ApplyAsync(cancel);
        var owner = $"{Environment.MachineName}:{Environment.ProcessId}";
        var lease = await OwnerLease.AcquireAsync(database, owner, cancel);
        var store = new PostgresStore(database, lease, options.CommitLanes);
        var catalog = await NamespaceCatalog.LoadAsync(new NamespaceRows(database), firstNamespace, cancel);
        var runtime = new EngineRuntime(store, catalog, options, clock, logs.CreateLogger<EngineRuntime>());
        var table = new RpcTable();
        var schedules = Register(table, database, runtime, catalog, lease, options, clock, logs);
        await runtime.StartAsync(cancel);
        await schedules.StartAsync(cancel);
        return new PostgresEngine(database, lease, store, runtime, catalog, schedules, table);
    }

    public async ValueTask DisposeAsync()
    {
        await _schedules.DisposeAsync();
        await _runtime.DisposeAsync();
        await _store.DisposeAsync();
        _catalog.Dispose();
        await _lease.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static ScheduleDriver Register(
        RpcTable table, NpgsqlDataSource database, EngineRuntime runtime, NamespaceCatalog catalog, OwnerLease lease,
        EngineOptions options, TimeProvider clock, ILoggerFactory logs)
    {
        var rows = new ScheduleRows(database);
        var driver = new ScheduleDriver(
            rows, new ScheduledRuns(table, runtime.Reader), clock, logs.CreateLogger<ScheduleDriver>());
        IRpcModule[] modules =
        [
            .. runtime.Modules,
            new HistoryModule(catalog, runtime.Reader, options), new DescribeModule(catalog, runtime.Reader),
            new NamespaceModule(catalog, options), new SearchAttributeModule(catalog),
            new SystemModule(catalog.All[0].Id), new VisibilityModule(catalog, new VisibilityRows(database)),
            new ScheduleModule(catalog, driver, rows, clock),
            new HealthModule(() => !lease.Lost.IsCancellationRequested),
        ];
        foreach (var module in modules)
        {
            module.Register(table);
        }

        return driver;
    }
}
