using Runbooks.Engine.Visibility;

namespace Runbooks.Engine.Schedules;

/// <summary>Durable home of schedules. Every write returns after its commit.</summary>
public interface IScheduleStore
{
    Task<IReadOnlyList<ScheduleRecord>> LoadAsync(CancellationToken cancel);

    /// <summary>
    /// Writes the record if its stored version is the one it carries, and raises it. Version 0 inserts.
    /// </summary>
    /// <returns>False when another version is stored (or, inserting, when the id is taken).</returns>
    Task<bool> SaveAsync(ScheduleRecord record);

    Task DeleteAsync(string ns, string scheduleId);

    /// <summary>Ids that match, in order, after the given one.</summary>
    Task<IReadOnlyList<string>> FindAsync(SqlCondition filter, string after, int size, CancellationToken cancel);

    Task<long> CountAsync(SqlCondition filter, CancellationToken cancel);
}
