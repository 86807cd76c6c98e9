using Npgsql;
using Runbooks.Audit;
using Runbooks.ControlPlane.Events;

namespace Runbooks.ControlPlane.Storage;

/// <summary>A change in the making: its transaction, and what will be recorded and told when it commits.</summary>
public sealed class Change(NpgsqlTransaction transaction)
{
    public NpgsqlTransaction Transaction { get; } = transaction;

    public NpgsqlConnection Connection => Transaction.Connection!;

    internal List<AuditEntry> Records { get; } = [];

    internal List<EventEntry> Events { get; } = [];

    public void Record(AuditEntry entry) => Records.Add(entry);

    public void Tell(EventEntry entry) => Events.Add(entry);
}

/// <summary>Every change of the control plane goes through here: the rows, the audit records and the events in one commit.</summary>
public sealed class ChangeWriter(Database database, AuditWriter audit, EventPulse pulse)
{
    /// <param name="dryRun">Does everything, constraints included, and rolls back: nothing is recorded or told.</param>
    public async Task<T> CommitAsync<T>(Func<Change, Task<T>> work, bool dryRun = false, CancellationToken cancel = default)
    {
        if (dryRun)
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancel);
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            return await work(new Change(transaction));
        }

        var heard = false;
        var result = await database.WriteAsync(
            async transaction =>
            {
                var change = new Change(transaction);
                var made = await work(change);
                // Both serialise all writers until the commit, so they come last.
                foreach (var record in change.Records)
                {
                    await audit.AppendAsync(transaction, record);
                }

                await EventLog.AppendAsync(transaction, change.Events);
                heard = change.Records.Count + change.Events.Count > 0;
                return made;
            },
            cancel);
        // A loop that commits nothing of note on each look must not wake itself, or it never rests.
        if (heard)
        {
            pulse.Beat();
        }

        return result;
    }

    public Task CommitAsync(Func<Change, Task> work, bool dryRun = false, CancellationToken cancel = default) =>
        CommitAsync<object?>(
            async change =>
            {
                await work(change);
                return null;
            },
            dryRun,
            cancel);
}
