using Runbooks.Temporal.Client.Calls;

namespace Runbooks.Temporal.Client.Schedules;

/// <summary>What to do, when, and under which rules.</summary>
/// <param name="Action">What to do each time.</param>
/// <param name="Spec">When.</param>
public record Schedule(ScheduleAction Action, ScheduleSpec Spec)
{
    /// <summary>Rules of overlap, catching up and failure. Default: skip overlaps, catch up a year.</summary>
    public SchedulePolicy Policy { get; init; } = new();

    /// <summary>Pause and remaining actions. Default: running without limit.</summary>
    public ScheduleState State { get; init; } = new();

    internal static async Task<Schedule> FromProtoAsync(
        Temporalio.Api.Schedule.V1.Schedule proto, CallContext context) =>
        new(
            await ScheduleActionStartWorkflow.FromProtoAsync(proto.Action, context).ConfigureAwait(false),
            ScheduleSpec.FromProto(proto.Spec ?? new()))
        {
            Policy = SchedulePolicy.FromProto(proto.Policies ?? new()),
            State = ScheduleState.FromProto(proto.State ?? new()),
        };

    internal async Task<Temporalio.Api.Schedule.V1.Schedule> ToProtoAsync(CallContext context) => new()
    {
        Action = await Action.ToProtoAsync(context).ConfigureAwait(false),
        Spec = Spec.ToProto(),
        Policies = Policy.ToProto(),
        State = State.ToProto(),
    };
}
