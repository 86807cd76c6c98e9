using Temporalio.Api.WorkflowService.V1;
using Runbooks.Temporal.Client.Calls;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Client.Schedules;

/// <summary>A schedule as the server knows it.</summary>
public class ScheduleDescription
{
    private ScheduleDescription(string id, Schedule schedule, DescribeScheduleResponse raw, DataConverter converter)
    {
        Id = id;
        Schedule = schedule;
        RawDescription = raw;
        Info = new(raw.Info ?? new());
        Memo = EncodedRawValue.FromMemo(raw.Memo, converter);
        TypedSearchAttributes = SearchAttributeCollection.FromProto(raw.SearchAttributes);
    }

    public string Id { get; }

    public ScheduleInfo Info { get; }

    public Schedule Schedule { get; }

    public IReadOnlyDictionary<string, IEncodedRawValue> Memo { get; }

    public SearchAttributeCollection TypedSearchAttributes { get; }

    /// <summary>Everything the server answered.</summary>
    public DescribeScheduleResponse RawDescription { get; }

    internal static async Task<ScheduleDescription> FromProtoAsync(
        string id, DescribeScheduleResponse raw, CallContext context) =>
        new(id, await Schedule.FromProtoAsync(raw.Schedule, context).ConfigureAwait(false), raw, context.Converter);
}

/// <summary>Counts and times of a schedule.</summary>
public record ScheduleInfo
{
    internal ScheduleInfo(Temporalio.Api.Schedule.V1.ScheduleInfo raw)
    {
        NumActions = raw.ActionCount;
        NumActionsMissedCatchupWindow = raw.MissedCatchupWindow;
        NumActionsSkippedOverlap = raw.OverlapSkipped;
        RunningActions = raw.RunningWorkflows
            .Select(ScheduleActionExecution (run) => ScheduleActionExecutionStartWorkflow.FromProto(run)).ToArray();
        RecentActions = raw.RecentActions.Select(ScheduleActionResult.FromProto).ToArray();
        NextActionTimes = raw.FutureActionTimes.Select(time => time.ToDateTime()).ToArray();
        CreatedAt = raw.CreateTime?.ToDateTime() ?? default;
        LastUpdatedAt = raw.UpdateTime?.ToDateTime();
    }

    public long NumActions { get; }

    public long NumActionsMissedCatchupWindow { get; }

    public long NumActionsSkippedOverlap { get; }

    public IReadOnlyCollection<ScheduleActionExecution> RunningActions { get; }

    /// <summary>At most ten, oldest first.</summary>
    public IReadOnlyCollection<ScheduleActionResult> RecentActions { get; }

    /// <summary>At most ten.</summary>
    public IReadOnlyCollection<DateTime> NextActionTimes { get; }

    public DateTime CreatedAt { get; }

    /// <summary>Null: never.</summary>
    public DateTime? LastUpdatedAt { get; }
}
