using Npgsql;

namespace Runbooks.Engine.History.Postgres;

/// <summary>
/// Who may write. Two parts, because liveness and safety are different questions:
/// <list type="bullet">
/// <item>A session lock held on an own connection says "someone is alive". It goes away with the process, so a restart
/// after kill -9 takes over at once. If the owner's machine vanished without closing its connection, the lease row is
/// not renewed and after <see cref="Expiry"/> the lock is passed over.</item>
/// <item>The epoch in the owner row says who may commit. Each writing transaction checks it under the shared fence;
/// taking over raises it under the exclusive fence. So a stale owner, however sure of itself, cannot write.</item>
/// </list>
/// An owner that was stopped in the middle of a transaction (SIGSTOP, a frozen virtual machine) keeps the
/// shared fence for as long as it sleeps. Whoever is entitled to take over waits <see cref="FencePatience"/>
/// for it and then ends those transactions at the server: nobody was told that they are committed.
/// </summary>
public sealed class OwnerLease : IAsyncDisposable
{
    public const int Shard = 0;

    // The fence's key (7254) is also in 001_engine.sql; the session lock has its own.
    private const int FenceKey = 7254;
    private const int LivenessKey = 7255;

    public static readonly TimeSpan Expiry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(3);

    // A transaction of ours takes milliseconds; a live owner is not challenged at all.
    private static readonly TimeSpan FencePatience = TimeSpan.FromSeconds(2);

    private readonly NpgsqlDataSource _database;
    private readonly string _owner;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _lost = new();
    private NpgsqlConnection? _session;
    private Task _renewing = Task.CompletedTask;

    private OwnerLease(NpgsqlDataSource database, string owner)
    {
        _database = database;
        _owner = owner;
    }

    public long Epoch { get; private set; }

    /// <summary>Fires when this process must stop serving.</summary>
    public CancellationToken Lost => _lost.Token;

    public Exception? LossCause { get; private set; }

    public static async Task<OwnerLease> AcquireAsync(NpgsqlDataSource database, string owner, CancellationToken cancel)
    {
        var lease = new OwnerLease(database, owner);
        while (!await lease.TryAcquireAsync(cancel))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancel);
        }

        lease._renewing = lease.RenewAsync();
        return lease;
    }

    public void Lose(Exception? cause)
    {
        LossCause ??= cause;
        _lost.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewing;
        if (_session is not null)
        {
            await _session.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task<bool> TryAcquireAsync(CancellationToken cancel)
    {
        var session = await _database.OpenConnectionAsync(cancel);
        await using var ask = new NpgsqlCommand(
            """
            select pg_try_advisory_lock($1, $2)
                or coalesce((select renewed_at < now() - make_interval(secs => $3) from engine.owner where shard = $2), false)
            """, session)
        {
            Parameters =
            {
                new() { Value = LivenessKey }, new() { Value = Shard }, new() { Value = Expiry.TotalSeconds },
            },
        };
        if (!(bool)(await ask.ExecuteScalarAsync(cancel))!)
        {
            await session.DisposeAsync();
            return false;
        }

        while (!await TryRaiseAsync(session, cancel))
        {
            await EndHangingAsync(session, cancel);
        }

        _session = session;
        return true;
    }

    /// <summary>False when the fence is held for longer than a transaction of ours ever takes.</summary>
    private async Task<bool> TryRaiseAsync(NpgsqlConnection session, CancellationToken cancel)
    {
        await using var transaction = await session.BeginTransactionAsync(cancel);
        await using var raise = new NpgsqlBatch(session, transaction)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand($"set local lock_timeout = {(int)FencePatience.TotalMilliseconds}"),
                new NpgsqlBatchCommand($"select pg_advisory_xact_lock({FenceKey}, {Shard})"),
                new NpgsqlBatchCommand(
                    """
                    insert into engine.owner as o (shard, epoch, owner, renewed_at) values ($1, 1, $2, now())
                    on conflict (shard) do update set epoch = o.epoch + 1, owner = excluded.owner, renewed_at = now()
                    returning epoch
                    """)
                {
                    Parameters = { new() { Value = Shard }, new() { Value = _owner } },
                },
            },
        };
        try
        {
            await using var reader = await raise.ExecuteReaderAsync(CancellationToken.None);
            await reader.NextResultAsync(CancellationToken.None);
            await reader.ReadAsync(CancellationToken.None);
            Epoch = reader.GetInt64(0);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }

        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    // Only shared holders: another challenger holds the fence exclusively, for moments.
    private static async Task EndHangingAsync(NpgsqlConnection session, CancellationToken cancel)
    {
        await using var end = new NpgsqlCommand(
            $"""
            select count(pg_terminate_backend(l.pid)) from pg_locks l join pg_stat_activity a on a.pid = l.pid
            where l.locktype = 'advisory' and l.classid = {FenceKey} and l.objid = {Shard} and l.objsubid = 2
                and l.granted and l.mode = 'ShareLock' and l.database = a.datid
                and a.datname = current_database() and a.usename = current_user and l.pid <> pg_backend_pid()
            """, session);
        await end.ExecuteScalarAsync(cancel);
    }

    private async Task RenewAsync()
    {
        while (!_stop.IsCancellationRequested && !_lost.IsCancellationRequested)
        {
            await Task.Delay(Renewal, _stop.Token).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (!_stop.IsCancellationRequested)
            {
                await RenewOnceAsync();
            }
        }
    }

    private async Task RenewOnceAsync()
    {
        try
        {
            await using var renew = _database.CreateCommand(
                "update engine.owner set renewed_at = now() where shard = $1 and epoch = $2");
            renew.Parameters.Add(new() { Value = Shard });
            renew.Parameters.Add(new() { Value = Epoch });
            if (await renew.ExecuteNonQueryAsync(CancellationToken.None) == 0)
            {
                Lose(new StoreFault(StoreFaultKind.Fenced, $"Epoch {Epoch} is over: another engine has taken over."));
            }
        }
        catch (NpgsqlException)
        {
            // The database is away. Writes fail by themselves meanwhile; the epoch decides when it is back.
        }
    }
}
