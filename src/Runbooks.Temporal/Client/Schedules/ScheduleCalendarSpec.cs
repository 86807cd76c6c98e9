using Temporalio.Api.Schedule.V1;

namespace Runbooks.Temporal.Client.Schedules;

/// <summary>Times that match every field. An empty list matches nothing, except for <see cref="Year"/>.</summary>
public record ScheduleCalendarSpec
{
    /// <summary>0 alone.</summary>
    public static IReadOnlyCollection<ScheduleRange> Beginning { get; } = [new(0)];

    /// <summary>1 to 31.</summary>
    public static IReadOnlyCollection<ScheduleRange> AllMonthDays { get; } = [new(1, 31)];

    /// <summary>1 to 12.</summary>
    public static IReadOnlyCollection<ScheduleRange> AllMonths { get; } = [new(1, 12)];

    /// <summary>0 to 6; 0 is Sunday.</summary>
    public static IReadOnlyCollection<ScheduleRange> AllWeekDays { get; } = [new(0, 6)];

    /// <summary>0 to 59. Default 0.</summary>
    public IReadOnlyCollection<ScheduleRange> Second { get; init; } = Beginning;

    /// <summary>0 to 59. Default 0.</summary>
    public IReadOnlyCollection<ScheduleRange> Minute { get; init; } = Beginning;

    /// <summary>0 to 23. Default 0.</summary>
    public IReadOnlyCollection<ScheduleRange> Hour { get; init; } = Beginning;

    /// <summary>1 to 31. Default all.</summary>
    public IReadOnlyCollection<ScheduleRange> DayOfMonth { get; init; } = AllMonthDays;

    /// <summary>1 to 12. Default all.</summary>
    public IReadOnlyCollection<ScheduleRange> Month { get; init; } = AllMonths;

    /// <summary>Default empty: every year.</summary>
    public IReadOnlyCollection<ScheduleRange> Year { get; init; } = [];

    /// <summary>0 (Sunday) to 6. Default all.</summary>
    public IReadOnlyCollection<ScheduleRange> DayOfWeek { get; init; } = AllWeekDays;

    /// <summary>For people. Default null.</summary>
    public string? Comment { get; init; }

    internal static ScheduleCalendarSpec FromProto(StructuredCalendarSpec proto) => new()
    {
        Second = ScheduleRange.FromProto(proto.Second),
        Minute = ScheduleRange.FromProto(proto.Minute),
        Hour = ScheduleRange.FromProto(proto.Hour),
        DayOfMonth = ScheduleRange.FromProto(proto.DayOfMonth),
        Month = ScheduleRange.FromProto(proto.Month),
        Year = ScheduleRange.FromProto(proto.Year),
        DayOfWeek = ScheduleRange.FromProto(proto.DayOfWeek),
        Comment = proto.Comment.Length == 0 ? null : proto.Comment,
    };

    internal StructuredCalendarSpec ToProto() => new()
    {
        Second = { ScheduleRange.ToProto(Second) },
        Minute = { ScheduleRange.ToProto(Minute) },
        Hour = { ScheduleRange.ToProto(Hour) },
        DayOfMonth = { ScheduleRange.ToProto(DayOfMonth) },
        Month = { ScheduleRange.ToProto(Month) },
        Year = { ScheduleRange.ToProto(Year) },
        DayOfWeek = { ScheduleRange.ToProto(DayOfWeek) },
        Comment = Comment ?? string.Empty,
    };
}
