using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Schedule.V1;

namespace Runbooks.Temporal.Client.Schedules;

/// <summary>Times at whole multiples of an interval since the epoch, plus an offset.</summary>
/// <param name="Every">At least 1 s.</param>
/// <param name="Offset">Less than <paramref name="Every"/>. Default null: 0.</param>
public record ScheduleIntervalSpec(TimeSpan Every, TimeSpan? Offset = null)
{
    internal static ScheduleIntervalSpec FromProto(IntervalSpec proto) =>
        new(proto.Interval?.ToTimeSpan() ?? TimeSpan.Zero, proto.Phase?.ToTimeSpan());

    internal IntervalSpec ToProto() => new()
    {
        Interval = Duration.FromTimeSpan(Every),
        Phase = Offset is { } offset ? Duration.FromTimeSpan(offset) : null,
    };
}
