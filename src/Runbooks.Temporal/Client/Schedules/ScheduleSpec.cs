using Google.Protobuf.WellKnownTypes;

namespace Runbooks.Temporal.Client.Schedules;

/// <summary>The times of a schedule: the union of calendars, intervals and cron expressions, less the skipped, within
/// start and end.</summary>
public record ScheduleSpec
{
    public IReadOnlyCollection<ScheduleCalendarSpec> Calendars { get; init; } = [];

    public IReadOnlyCollection<ScheduleIntervalSpec> Intervals { get; init; } = [];

    /// <summary>Five to seven fields, "@every", "CRON_TZ=". The server turns them into calendars, so a description has
    /// none.</summary>
    public IReadOnlyCollection<string> CronExpressions { get; init; } = [];

    /// <summary>Times that are left out.</summary>
    public IReadOnlyCollection<ScheduleCalendarSpec> Skip { get; init; } = [];

    /// <summary>Nothing before. Default null: no limit.</summary>
    public DateTime? StartAt { get; init; }

    /// <summary>Nothing after. Default null: no limit.</summary>
    public DateTime? EndAt { get; init; }

    /// <summary>Each time is moved later by up to this. Default null: not at all.</summary>
    public TimeSpan? Jitter { get; init; }

    /// <summary>IANA name. Default null: UTC.</summary>
    public string? TimeZoneName { get; init; }

    internal static ScheduleSpec FromProto(Temporalio.Api.Schedule.V1.ScheduleSpec proto) => new()
    {
        Calendars = proto.StructuredCalendar.Select(ScheduleCalendarSpec.FromProto).ToArray(),
        Intervals = proto.Interval.Select(ScheduleIntervalSpec.FromProto).ToArray(),
        CronExpressions = proto.CronString.ToArray(),
        Skip = proto.ExcludeStructuredCalendar.Select(ScheduleCalendarSpec.FromProto).ToArray(),
        StartAt = proto.StartTime?.ToDateTime(),
        EndAt = proto.EndTime?.ToDateTime(),
        Jitter = proto.Jitter?.ToTimeSpan(),
        TimeZoneName = proto.TimezoneName.Length == 0 ? null : proto.TimezoneName,
    };

    internal Temporalio.Api.Schedule.V1.ScheduleSpec ToProto() => new()
    {
        StructuredCalendar = { Calendars.Select(calendar => calendar.ToProto()) },
        Interval = { Intervals.Select(interval => interval.ToProto()) },
        CronString = { CronExpressions },
        ExcludeStructuredCalendar = { Skip.Select(calendar => calendar.ToProto()) },
        StartTime = StartAt is { } start ? Timestamp.FromDateTime(start.ToUniversalTime()) : null,
        EndTime = EndAt is { } end ? Timestamp.FromDateTime(end.ToUniversalTime()) : null,
        Jitter = Jitter is { } jitter ? Duration.FromTimeSpan(jitter) : null,
        TimezoneName = TimeZoneName ?? string.Empty,
    };
}
