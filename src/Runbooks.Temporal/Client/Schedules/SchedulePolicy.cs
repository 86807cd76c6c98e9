using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;

namespace Runbooks.Temporal.Client.Schedules;

/// <summary>Rules of a schedule.</summary>
public record SchedulePolicy
{
    /// <summary>When an action is due while one runs. Default: it is skipped.</summary>
    public ScheduleOverlapPolicy Overlap { get; init; } = ScheduleOverlapPolicy.Skip;

    /// <summary>Actions missed by a server that was down are made up for this long. Default 365 days; at least
    /// 10 s.</summary>
    public TimeSpan CatchupWindow { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Pauses after a failed or timed-out workflow. Default false.</summary>
    public bool PauseOnFailure { get; init; }

    internal static SchedulePolicy FromProto(SchedulePolicies proto) => new()
    {
        Overlap = proto.OverlapPolicy,
        CatchupWindow = proto.CatchupWindow?.ToTimeSpan() ?? TimeSpan.FromDays(365),
        PauseOnFailure = proto.PauseOnFailure,
    };

    internal SchedulePolicies ToProto() => new()
    {
        OverlapPolicy = Overlap,
        CatchupWindow = Duration.FromTimeSpan(CatchupWindow),
        PauseOnFailure = PauseOnFailure,
    };
}
