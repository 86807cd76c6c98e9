using Npgsql;

namespace Runbooks.ControlPlane.Storage;

/// <summary>The one way to PostgreSQL: reads on a connection, writes in a transaction whose commit is never guessed.</summary>
public sealed class Database(NpgsqlDataSource source)
{
    private const int AttemptsMax = 4;

    public NpgsqlDataSource Source { get; } = source;

    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancel = default)
    {
        await using var connection = await Source.OpenConnectionAsync(cancel);
        return await read(connection);
    }

    /// <summary>
    /// Runs <paramref name="write"/> in a transaction and commits it. A deadlock or serialization failure is repeated:
    /// nothing of it remained. A commit without an answer is not repeated here but thrown as
    /// <see cref="CommitOutcomeUnknownException"/>; the caller's ids make its repetition harmless.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<NpgsqlTransaction, Task<T>> write, CancellationToken cancel = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteOnceAsync(write, cancel);
            }
            catch (PostgresException conflict) when (attempt < AttemptsMax && conflict.SqlState
                is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5 * attempt * attempt), cancel);
            }
        }
    }

    public Task WriteAsync(Func<NpgsqlTransaction, Task> write, CancellationToken cancel = default) =>
        WriteAsync<object?>(
            async transaction =>
            {
                await write(transaction);
                return null;
            },
            cancel);

    private async Task<T> WriteOnceAsync<T>(Func<NpgsqlTransaction, Task<T>> write, CancellationToken cancel)
    {
        await using var connection = await Source.OpenConnectionAsync(cancel);
        using var watch = new CommitWatch(connection);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var result = await write(transaction);
        try
        {
            // Not cancellable: a cancelled commit is exactly the commit whose outcome nobody knows.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (PostgresException)
        {
            // The server answered: a deferred constraint said no and everything was rolled back.
            throw;
        }
        catch (NpgsqlException lost)
        {
            throw new CommitOutcomeUnknownException("The connection was lost before the commit was answered.", lost);
        }

        watch.ThrowIfLocalOnly();
        return result;
    }
}
