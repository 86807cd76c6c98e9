using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Engine.History;

/// <summary>
/// Everything the engine knows of a run besides its history: what is pending, and what the next event id is.
/// <para>Machines change it in memory under the run's lock; it becomes durable, whole, with the events of the same
/// transition. Big payloads stay in history and are found by event id, so the state of a run grows with what is
/// pending, not with what has happened. Encoded by <see cref="RunStateCodec"/>.</para>
/// </summary>
public sealed class RunState
{
    // Identity and chain.
    public required string Namespace { get; init; }
    public required string WorkflowId { get; init; }
    public required Guid RunId { get; init; }
    public required Guid FirstRunId { get; init; }
    public Guid OriginalRunId { get; set; }
    public string StartRequestId { get; set; } = "";
    public ParentLink? Parent { get; set; }
    public WorkflowExecution? Root { get; set; }

    // How it was started.
    public required string WorkflowType { get; init; }
    public required string TaskQueue { get; init; }
    public TimeSpan ExecutionTimeout { get; set; }
    public TimeSpan RunTimeout { get; set; }
    public TimeSpan TaskTimeout { get; set; }
    public RetryPolicy? RetryPolicy { get; set; }
    public string CronSchedule { get; set; } = "";
    public int Attempt { get; set; } = 1;
    public Memo Memo { get; set; } = new();
    public SearchAttributes SearchAttributes { get; set; } = new();
    public Priority? Priority { get; set; }

    // Life.
    public WorkflowExecutionStatus Status { get; set; } = WorkflowExecutionStatus.Running;
    public DateTimeOffset StartTime { get; set; }
    public DateTimeOffset ExecutionTime { get; set; }
    public DateTimeOffset? CloseTime { get; set; }
    public DateTimeOffset? RunExpiresAt { get; set; }
    public DateTimeOffset? ExecutionExpiresAt { get; set; }
    public Guid? ContinuedAsRunId { get; set; }
    /// <summary>The run that began anew from a point of this one; children report there.</summary>
    public Guid? ResetRunId { get; set; }
    public long NextEventId { get; set; } = 1;
    public long HistorySize { get; set; }
    public long Transitions { get; set; }
    public bool CancelRequested { get; set; }
    public string CancelRequestId { get; set; } = "";
    /// <summary>To be removed as soon as its promises to other runs are kept.</summary>
    public bool DeleteRequested { get; set; }

    // Workflow task.
    /// <summary>Set while the first task waits for a start delay, cron time or retry backoff.</summary>
    public DateTimeOffset? FirstTaskAt { get; set; }
    public WorkflowTask? Task { get; set; }
    /// <summary>Attempt number of the next task; above 1 it will be transient.</summary>
    public int TaskAttempt { get; set; } = 1;
    public long LastCompletedTaskStartedId { get; set; }
    public long LastCompletedTaskCompletedId { get; set; }
    public StickyWorker? Sticky { get; set; }
    /// <summary>Original schedule time of the first task of a chain of forced (heartbeat) tasks.</summary>
    public DateTimeOffset? HeartbeatingSince { get; set; }
    public List<HistoryEvent> Buffered { get; set; } = [];

    // Pending work, by the event that scheduled it (timers by their id).
    public Dictionary<long, PendingActivity> Activities { get; set; } = [];
    public Dictionary<string, PendingTimer> Timers { get; set; } = [];
    public Dictionary<long, PendingChild> Children { get; set; } = [];
    public Dictionary<long, PendingExternal> ExternalSignals { get; set; } = [];
    public Dictionary<long, PendingExternal> ExternalCancels { get; set; } = [];
    public Dictionary<string, UpdateRecord> Updates { get; set; } = [];
    public int UpdateSequence { get; set; }

    // Signals, by request id, for the life of the run.
    public HashSet<string> SignalRequestIds { get; set; } = [];
    public int SignalCount { get; set; }

    /// <summary>Work for other runs that this run has promised and not yet seen done, oldest first.</summary>
    public List<CrossRunTask> Outbox { get; set; } = [];

    public bool IsOpen => Status == WorkflowExecutionStatus.Running;

    /// <summary>Highest event id that is part of history (buffered events have none yet).</summary>
    public long LastEventId => NextEventId - 1;

    public RunKey Key => new(Namespace, WorkflowId, RunId);
}

/// <summary>Where a child reports to.</summary>
public sealed record ParentLink(string Namespace, string WorkflowId, Guid RunId, long InitiatedEventId);

/// <summary>The worker that has this run in its cache.</summary>
public sealed record StickyWorker(string TaskQueue, TimeSpan ScheduleToStart);

public enum WorkflowTaskKind
{
    /// <summary>Scheduled and started are events of history.</summary>
    Normal,

    /// <summary>A retry after a failed attempt: its events are written only when it completes.</summary>
    Transient,

    /// <summary>Made only to deliver an update: leaves no trace if the update is rejected.</summary>
    Speculative,
}

/// <summary>The one pending workflow task of a run.</summary>
public sealed class WorkflowTask
{
    public WorkflowTaskKind Kind { get; set; }
    public long ScheduledEventId { get; set; }
    public long StartedEventId { get; set; }
    public int Attempt { get; set; } = 1;
    public DateTimeOffset ScheduledTime { get; set; }
    public DateTimeOffset? StartedTime { get; set; }
    public TimeSpan StartToClose { get; set; }
    public string TaskQueue { get; set; } = "";
    public bool OnStickyQueue { get; set; }
    public DateTimeOffset? ScheduleToStartExpires { get; set; }
    public string Identity { get; set; } = "";
    public string StartRequestId { get; set; } = "";
    public long HistorySizeAtStart { get; set; }
    public bool SuggestContinueAsNew { get; set; }

    public bool IsStarted => StartedTime is not null;

    /// <summary>True while the task's events are not in history.</summary>
    public bool IsVirtual => Kind != WorkflowTaskKind.Normal;
}

public sealed class PendingActivity
{
    public required long ScheduledEventId { get; init; }
    public required string ActivityId { get; init; }
    public required string ActivityType { get; init; }
    public required string TaskQueue { get; init; }
    public required DateTimeOffset ScheduledTime { get; init; }
    public TimeSpan ScheduleToClose { get; init; }
    public TimeSpan ScheduleToStart { get; init; }
    public TimeSpan StartToClose { get; init; }
    public TimeSpan Heartbeat { get; init; }
    public RetryPolicy RetryPolicy { get; init; } = new();
    public int Attempt { get; set; } = 1;
    /// <summary>When this attempt may be (or was) put on its queue; in the future while backing off.</summary>
    public DateTimeOffset AttemptScheduledTime { get; set; }
    /// <summary>True from the end of a failed attempt until its backoff is over.</summary>
    public bool BackingOff { get; set; }
    public DateTimeOffset? StartedTime { get; set; }
    public string Identity { get; set; } = "";
    public string StartRequestId { get; set; } = "";
    public DateTimeOffset? LastHeartbeat { get; set; }
    public Payloads? HeartbeatDetails { get; set; }
    public Failure? LastFailure { get; set; }
    public string LastIdentity { get; set; } = "";
    public DateTimeOffset? LastAttemptCompleted { get; set; }
    public long CancelRequestedEventId { get; set; }
    public Priority? Priority { get; init; }

    public bool CancelRequested => CancelRequestedEventId != 0;
    public bool IsStarted => StartedTime is not null;
}

public sealed record PendingTimer(string TimerId, long StartedEventId, DateTimeOffset FiresAt);

public sealed class PendingChild
{
    public required long InitiatedEventId { get; init; }
    public required string Namespace { get; init; }
    public required string WorkflowId { get; init; }
    public required string WorkflowType { get; init; }
    public required string RequestId { get; init; }
    public required ParentClosePolicy ClosePolicy { get; init; }
    public long StartedEventId { get; set; }
    public Guid? RunId { get; set; }
}

/// <summary>A signal or cancel request to another run whose result is awaited.</summary>
public sealed record PendingExternal(long InitiatedEventId, string RequestId);

public enum UpdateStage
{
    Admitted,
    Sent,
    Accepted,
    Completed,
}

/// <summary>One update of a run. The request is kept until acceptance puts it into history.</summary>
public sealed class UpdateRecord
{
    public required string UpdateId { get; init; }
    public UpdateStage Stage { get; set; }
    /// <summary>Order of admission within the run.</summary>
    public int Sequence { get; init; }
    public Temporalio.Api.Update.V1.Request? Request { get; set; }
    public long AcceptedEventId { get; set; }
    public long CompletedEventId { get; set; }
    /// <summary>Only for updates the server itself completed at close; others have their outcome in history.</summary>
    public Temporalio.Api.Update.V1.Outcome? ServerOutcome { get; set; }
}

public enum CrossRunKind
{
    StartChild,
    SignalExternal,
    CancelExternal,
    /// <summary>Tell the parent how this run ended.</summary>
    ReportToParent,
    /// <summary>Apply a parent close policy to one child.</summary>
    CloseChild,
}

/// <summary>
/// One promise to another run. <paramref name="EventId"/> is the initiating event of the run that promised.
/// </summary>
public sealed record CrossRunTask(
    CrossRunKind Kind, long EventId, string Namespace, string WorkflowId, Guid? RunId, ParentClosePolicy Policy);
