using Npgsql;
using Runbooks.Engine.History;
using Runbooks.Engine.History.Postgres;
using Runbooks.Testing.Postgres;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Tests.Integration.Engine;

public sealed class PostgresStoreTests
{
    [Fact]
    public async Task StaleVersion_IsRefusedAndWritesNothing()
    {
        await using var opened = await OpenedStore.OpenAsync();
        var key = Key("w");
        await opened.Store.CommitAsync(New(key));
        await opened.Store.CommitAsync(Step(key, 1, 2));

        var fault = await Assert.ThrowsAsync<StoreFault>(() => opened.Store.CommitAsync(Step(key, 1, 3)));

        Assert.Equal(StoreFaultKind.Conflict, fault.Kind);
        Assert.Equal([1, 2], (await opened.Store.ReadEventsAsync(key.RunId, 1, 10, default)).Select(e => e.EventId));
    }

    [Fact]
    public async Task RefusedWrite_InACrowd_TakesNoOtherAlong()
    {
        await using var opened = await OpenedStore.OpenAsync();
        var taken = Key("taken");
        await opened.Store.CommitAsync(New(taken));
        var good = Enumerable.Range(0, 60).Select(i => Key($"good{i}")).ToList();

        var writes = good.Select(k => opened.Store.CommitAsync(New(k))).ToList();
        var bad = opened.Store.CommitAsync(New(Key("taken")));
        await Task.WhenAll(writes);

        Assert.Equal(StoreFaultKind.Conflict, (await Assert.ThrowsAsync<StoreFault>(() => bad)).Kind);
        Assert.Equal(61, (await opened.Store.ListOpenRunsAsync(default)).Count);
        Assert.Equal(taken.RunId, await opened.Store.FindCurrentRunAsync(taken.Workflow, default));
    }

    [Fact]
    public async Task OwnerThatWasReplaced_CannotWrite()
    {
        await using var opened = await OpenedStore.OpenAsync();
        await using (var other = NpgsqlDataSource.Create(opened.ConnectionString))
        await using (var raise = other.CreateCommand("update engine.owner set epoch = epoch + 1"))
        {
            await raise.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var fault = await Assert.ThrowsAsync<StoreFault>(() => opened.Store.CommitAsync(New(Key("w"))));

        Assert.Equal(StoreFaultKind.Fenced, fault.Kind);
        Assert.True(opened.Lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task SecondOwner_WaitsWhileTheFirstLives_AndTakesOverWhenItIsGone()
    {
        var opened = await OpenedStore.OpenAsync();
        await using var database = EngineDataSource.Create(opened.ConnectionString);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => OwnerLease.AcquireAsync(database, "second", patience.Token));
        var before = opened.Lease.Epoch;

        await opened.DisposeAsync();
        await using var second =
            await OwnerLease.AcquireAsync(database, "second", TestContext.Current.CancellationToken);

        Assert.Equal(before + 1, second.Epoch);
    }

    [Fact]
    public async Task OwnerStoppedInATransaction_IsTakenOver()
    {
        var opened = await OpenedStore.OpenAsync();
        await using var database = EngineDataSource.Create(opened.ConnectionString);
        var before = opened.Lease.Epoch;
        await opened.DisposeAsync();
        await using var stopped = await database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var begin = new NpgsqlCommand("begin; select pg_advisory_xact_lock_shared(7254, 0)", stopped))
        {
            await begin.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var second =
            await OwnerLease.AcquireAsync(database, "second", TestContext.Current.CancellationToken);

        Assert.Equal(before + 1, second.Epoch);
        await using var commit = new NpgsqlCommand("commit", stopped);
        await Assert.ThrowsAnyAsync<NpgsqlException>(
            () => commit.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Events_AreReadFromTheMiddleOfABatch_AndBackwards()
    {
        await using var opened = await OpenedStore.OpenAsync();
        var key = Key("w");
        await opened.Store.CommitAsync(New(key));
        await opened.Store.CommitAsync(Step(key, 1, 2, 3, 4));
        await opened.Store.CommitAsync(Step(key, 2, 5, 6));

        Assert.Equal([3, 4, 5, 6], (await opened.Store.ReadEventsAsync(key.RunId, 3, 10, default))
            .Select(e => e.EventId));
        Assert.Equal([5, 4, 3, 2, 1],
            (await opened.Store.ReadEventsBackwardAsync(key.RunId, 6, 10, default)).Select(e => e.EventId));
    }

    private static RunKey Key(string id) => new("default", id, Guid.NewGuid());

    private static StoreWrite New(RunKey key) => new([Run(key, 0, 1)], new(key.Workflow, key.RunId, null));

    private static StoreWrite Step(RunKey key, long version, params long[] events) => new([Run(key, version, events)]);

    private static RunWrite Run(RunKey key, long version, params long[] events) => new(
        key, version, true, false, null, "{}"u8.ToArray(),
        [.. events.Select(id => new HistoryEvent { EventId = id, EventType = EventType.MarkerRecorded })], null);

    private sealed record OpenedStore(string ConnectionString, NpgsqlDataSource Database, OwnerLease Lease,
        PostgresStore Store)
        : IAsyncDisposable
    {
        public static async Task<OpenedStore> OpenAsync()
        {
            var text = await TestPostgres.NewDatabaseAsync("store");
            var database = EngineDataSource.Create(text);
            await new MigrationRunner(database).ApplyAsync(default);
            var lease = await OwnerLease.AcquireAsync(database, "first", default);
            return new OpenedStore(text, database, lease, new PostgresStore(database, lease, 2));
        }

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            await Lease.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
