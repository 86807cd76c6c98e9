using Dapper;
using Npgsql;
using Runbooks.Audit;
using Runbooks.ControlPlane.Events;
using Runbooks.ControlPlane.Storage;

namespace Runbooks.ControlPlane.Hosting;

/// <summary>
/// Which control plane is active: the one that holds a session lock of the writable database. Taking it raises the
/// cluster epoch in a synchronous commit; agents refuse commands of a lower one, so a stale active cannot act.
/// </summary>
/// <remarks>
/// The lock lives exactly as long as its session. When the session is lost this process is passive at once, before
/// another one can have taken the lock; it is the database's word, not a clock's.
/// </remarks>
public sealed class Leadership(
    Database database, ChangeWriter changes, string chain, string instance, ILogger<Leadership> log) : BackgroundService
{
    private const long LockKey = 0x5242_4143_5449_56;
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(2);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile CancellationTokenSource? _term;

    public bool IsActive => _term is { IsCancellationRequested: false };

    public long Epoch { get; private set; }

    /// <summary>Ends when the first term begins; for work that must not start on a passive process.</summary>
    public Task FirstTerm => _first.Task;

    /// <summary>Runs <paramref name="work"/> once per term; its token ends with the term.</summary>
    public async Task WhileActiveAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (_term is { IsCancellationRequested: false } term)
            {
                using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping, term.Token);
                try
                {
                    await work(both.Token);
                }
                catch (OperationCanceledException) when (both.IsCancellationRequested)
                {
                    // The term or the process ended; the next term starts the work anew.
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await HoldAsync(stoppingToken);
            }
            catch (Exception lost) when (lost is NpgsqlException or CommitOutcomeUnknownException or TimeoutException
                or InvalidOperationException)
            {
                log.LogWarning(lost, "This control plane is not active: the database session of its lock was lost.");
            }
            finally
            {
                Resign();
            }

            await Task.Delay(CheckEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task HoldAsync(CancellationToken stopping)
    {
        await using var session = await database.Source.OpenConnectionAsync(stopping);
        while (!await session.ExecuteScalarAsync<bool>("select pg_try_advisory_lock(@LockKey)", new { LockKey }))
        {
            await Task.Delay(CheckEvery, stopping);
        }

        try
        {
            Epoch = await RaiseEpochAsync(stopping);
            _term = new CancellationTokenSource();
            _first.TrySetResult();
            log.LogInformation("This control plane ({Instance}) is active, epoch {Epoch}.", instance, Epoch);
            while (!stopping.IsCancellationRequested)
            {
                await Task.Delay(CheckEvery, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await session.ExecuteScalarAsync<int>("select 1", commandTimeout: 5);
            }
        }
        finally
        {
            Resign();
            if (session.State == System.Data.ConnectionState.Open)
            {
                await session.ExecuteAsync("select pg_advisory_unlock(@LockKey)", new { LockKey });
            }
        }
    }

    private Task<long> RaiseEpochAsync(CancellationToken cancel) => changes.CommitAsync(
        async change =>
        {
            var epoch = await change.Connection.ExecuteScalarAsync<long>(
                """
                update control.cluster set epoch = epoch + 1, active = @instance, active_at = clock_timestamp()
                returning epoch
                """,
                new { instance }, change.Transaction);
            change.Record(new AuditEntry(
                "control-plane.activated", AuditActor.System("control-plane"), new AuditSubject("control-plane", chain))
            {
                Data = new() { ["epoch"] = epoch, ["instance"] = instance },
            });
            change.Tell(new EventEntry("control-plane.activated", instance) { Data = new() { ["epoch"] = epoch } });
            return epoch;
        },
        cancel: cancel);

    private void Resign() => Interlocked.Exchange(ref _term, null)?.Cancel();
}
