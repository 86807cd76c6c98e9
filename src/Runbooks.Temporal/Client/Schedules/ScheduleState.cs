namespace Runbooks.Temporal.Client.Schedules;

/// <summary>Pause and limits of a schedule.</summary>
public record ScheduleState
{
    /// <summary>For people; pausing and unpausing replace it. Default null.</summary>
    public string? Note { get; init; }

    /// <summary>Default false.</summary>
    public bool Paused { get; init; }

    /// <summary>True: stops after <see cref="RemainingActions"/>. Default false.</summary>
    public bool LimitedActions { get; init; }

    /// <summary>Counted down when <see cref="LimitedActions"/>.</summary>
    public long RemainingActions { get; init; }

    internal static ScheduleState FromProto(Temporalio.Api.Schedule.V1.ScheduleState proto) => new()
    {
        Note = proto.Notes.Length == 0 ? null : proto.Notes,
        Paused = proto.Paused,
        LimitedActions = proto.LimitedActions,
        RemainingActions = proto.RemainingActions,
    };

    internal Temporalio.Api.Schedule.V1.ScheduleState ToProto() => new()
    {
        Notes = Note ?? string.Empty,
        Paused = Paused,
        LimitedActions = LimitedActions,
        RemainingActions = RemainingActions,
    };
}
