using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Workflows;

/// <summary>How a local activity, run by the workflow's own worker, is scheduled.</summary>
public class LocalActivityOptions : ICloneable
{
    /// <summary>Total time over all attempts. This or start-to-close must be set.</summary>
    public TimeSpan? ScheduleToCloseTimeout { get; set; }

    /// <summary>Time an attempt may wait for a free slot. Default: null, no own limit.</summary>
    public TimeSpan? ScheduleToStartTimeout { get; set; }

    /// <summary>Time of one attempt.</summary>
    public TimeSpan? StartToCloseTimeout { get; set; }

    /// <summary>Retry policy. Default: null, 1 s doubled up to 100 s without end.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>Backoffs longer than this become durable timers. Default: null, one minute.</summary>
    public TimeSpan? LocalRetryThreshold { get; set; }

    /// <summary>How cancellation is awaited.</summary>
    public ActivityCancellationType CancellationType { get; set; } = ActivityCancellationType.TryCancel;

    /// <summary>Token that cancels the activity. Default: null, the workflow's own token.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>Activity id. Default: null, the sequence number.</summary>
    public string? ActivityId { get; set; }

    /// <summary>One line shown to operators.</summary>
    public string? Summary { get; set; }

    /// <summary>Shallow copy.</summary>
    /// <returns>The copy.</returns>
    public virtual object Clone() => MemberwiseClone();
}
