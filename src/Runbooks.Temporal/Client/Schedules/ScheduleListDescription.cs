using Temporalio.Api.Schedule.V1;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Client.Schedules;

/// <summary>A schedule as lists show it.</summary>
public class ScheduleListDescription
{
    internal ScheduleListDescription(ScheduleListEntry raw, DataConverter converter)
    {
        Id = raw.ScheduleId;
        Schedule = raw.Info == null ? null : new ScheduleListSchedule(raw.Info);
        Info = raw.Info == null ? null : new ScheduleListInfo(raw.Info);
        Memo = EncodedRawValue.FromMemo(raw.Memo, converter);
        TypedSearchAttributes = SearchAttributeCollection.FromProto(raw.SearchAttributes);
    }

    public string Id { get; }

    /// <summary>Null when the server's index does not have it yet.</summary>
    public ScheduleListSchedule? Schedule { get; }

    /// <summary>Null when the server's index does not have it yet.</summary>
    public ScheduleListInfo? Info { get; }

    public IReadOnlyDictionary<string, IEncodedRawValue> Memo { get; }

    public SearchAttributeCollection TypedSearchAttributes { get; }
}

/// <summary>Action, times and state as lists show them.</summary>
public record ScheduleListSchedule
{
    internal ScheduleListSchedule(Temporalio.Api.Schedule.V1.ScheduleListInfo raw)
    {
        Action = new ScheduleListActionStartWorkflow(raw.WorkflowType?.Name ?? string.Empty);
        Spec = ScheduleSpec.FromProto(raw.Spec ?? new());
        State = new(raw.Notes.Length == 0 ? null : raw.Notes, raw.Paused);
    }

    public ScheduleListAction Action { get; }

    public ScheduleSpec Spec { get; }

    public ScheduleListState State { get; }
}

/// <summary>An action as lists show it.</summary>
public abstract record ScheduleListAction;

/// <summary>A workflow start as lists show it.</summary>
public record ScheduleListActionStartWorkflow(string Workflow) : ScheduleListAction;

/// <summary>State as lists show it.</summary>
public record ScheduleListState(string? Note, bool Paused);

/// <summary>Recent and next actions as lists show them.</summary>
public record ScheduleListInfo
{
    internal ScheduleListInfo(Temporalio.Api.Schedule.V1.ScheduleListInfo raw)
    {
        RecentActions = raw.RecentActions.Select(ScheduleActionResult.FromProto).ToArray();
        NextActionTimes = raw.FutureActionTimes.Select(time => time.ToDateTime()).ToArray();
    }

    /// <summary>At most five.</summary>
    public IReadOnlyCollection<ScheduleActionResult> RecentActions { get; }

    /// <summary>At most five.</summary>
    public IReadOnlyCollection<DateTime> NextActionTimes { get; }
}
