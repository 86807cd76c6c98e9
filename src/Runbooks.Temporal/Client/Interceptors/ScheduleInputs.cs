using Runbooks.Temporal.Client.Schedules;

namespace Runbooks.Temporal.Client.Interceptors;

/// <summary>Creation of a schedule.</summary>
public record CreateScheduleInput(string Id, Schedule Schedule, ScheduleOptions? Options);

/// <summary>A list of schedules.</summary>
public record ListSchedulesInput(ScheduleListOptions? Options);

/// <summary>A description of a schedule.</summary>
public record DescribeScheduleInput(string Id, RpcOptions? RpcOptions);

/// <summary>An update of a schedule; the updater may be called more than once.</summary>
public record UpdateScheduleInput(
    string Id, Func<ScheduleUpdateInput, Task<ScheduleUpdate?>> Updater, RpcOptions? RpcOptions);

/// <summary>Deletion of a schedule.</summary>
public record DeleteScheduleInput(string Id, RpcOptions? RpcOptions);

/// <summary>A run now.</summary>
public record TriggerScheduleInput(string Id, ScheduleTriggerOptions? Options);

/// <summary>Runs for a time range in the past.</summary>
public record BackfillScheduleInput(
    string Id, IReadOnlyCollection<ScheduleBackfill> Backfills, RpcOptions? RpcOptions);

/// <summary>A pause.</summary>
public record PauseScheduleInput(string Id, string? Note, RpcOptions? RpcOptions);

/// <summary>The end of a pause.</summary>
public record UnpauseScheduleInput(string Id, string? Note, RpcOptions? RpcOptions);
