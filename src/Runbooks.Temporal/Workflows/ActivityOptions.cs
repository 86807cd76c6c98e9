using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Workflows;

/// <summary>
/// How an activity is scheduled from a workflow. Either <see cref="ScheduleToCloseTimeout"/> or
/// <see cref="StartToCloseTimeout"/> must be set.
/// </summary>
public class ActivityOptions : ICloneable
{
    /// <summary>Total time over all attempts. Default: null, the run timeout.</summary>
    public TimeSpan? ScheduleToCloseTimeout { get; set; }

    /// <summary>Time an attempt may wait for a worker; not retried. Default: null, no own limit.</summary>
    public TimeSpan? ScheduleToStartTimeout { get; set; }

    /// <summary>Time of one attempt. Default: null, the schedule-to-close timeout.</summary>
    public TimeSpan? StartToCloseTimeout { get; set; }

    /// <summary>Longest silence between heartbeats. Default: null, heartbeats are not required.</summary>
    public TimeSpan? HeartbeatTimeout { get; set; }

    /// <summary>Retry policy. Default: null, the server's: 1 s, doubled, at most 100 s, without end.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>How cancellation is awaited.</summary>
    public ActivityCancellationType CancellationType { get; set; } = ActivityCancellationType.TryCancel;

    /// <summary>Token that cancels the activity. Default: null, the workflow's own token.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>Task queue. Default: null, the workflow's.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>One line shown to operators.</summary>
    public string? Summary { get; set; }

    /// <summary>Activity id, unique among pending ones. Default: null, the sequence number.</summary>
    public string? ActivityId { get; set; }

    /// <summary>Accepted for source compatibility; this worker never asks for eager execution.</summary>
    public bool DisableEagerActivityExecution { get; set; }

    /// <summary>Worker versioning intent; accepted for source compatibility.</summary>
    public VersioningIntent VersioningIntent { get; set; } = VersioningIntent.Unspecified;

    /// <summary>Task priority. Default: null, inherited.</summary>
    public Priority? Priority { get; set; }

    /// <summary>Shallow copy.</summary>
    /// <returns>The copy.</returns>
    public virtual object Clone() => MemberwiseClone();
}
