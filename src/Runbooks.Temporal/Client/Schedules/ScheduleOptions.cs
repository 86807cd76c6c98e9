using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;
using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Client.Schedules;

/// <summary>Options of a creation.</summary>
public class ScheduleOptions : ICloneable
{
    /// <summary>Acts once at creation. Default false.</summary>
    public bool TriggerImmediately { get; set; }

    /// <summary>Acts for past ranges at creation. Default empty.</summary>
    public IReadOnlyCollection<ScheduleBackfill> Backfills { get; set; } = [];

    /// <summary>Memo of the schedule itself. Default null.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    /// <summary>Search attributes of the schedule itself. Default null.</summary>
    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a trigger.</summary>
public class ScheduleTriggerOptions : ICloneable
{
    /// <summary>Default null: the schedule's own.</summary>
    public ScheduleOverlapPolicy? Overlap { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a list.</summary>
public class ScheduleListOptions : ICloneable
{
    /// <summary>Visibility query. Default null: all.</summary>
    public string? Query { get; set; }

    /// <summary>Schedules per call; 0: the server's choice.</summary>
    public int PageSize { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>A past range whose due times are acted on now.</summary>
/// <param name="StartAt">Exclusive, as the server counts.</param>
/// <param name="EndAt">Inclusive.</param>
/// <param name="Overlap">Default: the schedule's own.</param>
public record ScheduleBackfill(
    DateTime StartAt, DateTime EndAt, ScheduleOverlapPolicy Overlap = ScheduleOverlapPolicy.Unspecified)
{
    internal BackfillRequest ToProto() => new()
    {
        StartTime = Timestamp.FromDateTime(StartAt.ToUniversalTime()),
        EndTime = Timestamp.FromDateTime(EndAt.ToUniversalTime()),
        OverlapPolicy = Overlap,
    };
}
