using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Client.Schedules;

/// <summary>What an updater is given.</summary>
/// <param name="Description">The schedule as it is now.</param>
public record ScheduleUpdateInput(ScheduleDescription Description);

/// <summary>What an updater returns.</summary>
/// <param name="Schedule">Replaces the whole schedule.</param>
/// <param name="TypedSearchAttributes">Replaces the schedule's search attributes. Default null: unchanged.</param>
public record ScheduleUpdate(Schedule Schedule, SearchAttributeCollection? TypedSearchAttributes = null);
