namespace Runbooks.Workflows.Control;

/// <summary>Timers, for workflows. Run on <c>control</c>.</summary>
public interface IScheduleActivities
{
    /// <summary>Requests the run that a schedule asks for. The same firing again is the same run.</summary>
    /// <returns>The run, or why there is none, in words.</returns>
    [Activity]
    Task<string> StartScheduledRunAsync(ScheduledFiring firing);
}

/// <summary>One firing of a schedule.</summary>
/// <param name="Schedule">Which schedule.</param>
/// <param name="WorkflowId">The id the engine gave this firing; it ends in the due time, so it is the firing's identity.</param>
public sealed record ScheduledFiring(string Schedule, string WorkflowId);
