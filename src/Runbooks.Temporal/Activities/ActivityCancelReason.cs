namespace Runbooks.Temporal.Activities;

/// <summary>Why an activity attempt was cancelled.</summary>
public enum ActivityCancelReason
{
    /// <summary>Not cancelled.</summary>
    None,

    /// <summary>The server no longer knows the attempt: it was completed elsewhere or its workflow is closed.</summary>
    GoneFromServer,

    /// <summary>The workflow asked for cancellation.</summary>
    CancelRequested,

    /// <summary>The attempt ran out of time.</summary>
    Timeout,

    /// <summary>The worker stops and the grace period is over.</summary>
    WorkerShutdown,

    /// <summary>Heartbeat details could not be converted.</summary>
    HeartbeatRecordFailure,

    /// <summary>An operator paused the activity.</summary>
    Paused,

    /// <summary>An operator reset the activity.</summary>
    Reset,
}
