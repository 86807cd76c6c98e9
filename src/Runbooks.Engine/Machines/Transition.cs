using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Update.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// One step of one run: the state being changed, the events it writes, and what must follow its commit.
/// <para>
/// Machines take a transition and change it; they see no clock, no random source and no database. The caller holds the
/// run's lock, commits state and events together, and only then lets anything be seen. If a machine refuses half-way
/// the caller throws the transition away with its state and starts from the encoded state before it.
/// </para>
/// <para>
/// Rule of event ids: while a workflow task is started, events that come from outside (signals, results, fired
/// timers) have no id yet and wait in <see cref="RunState.Buffered"/>. They get their ids when that task ends,
/// so a worker never sees an event between the history it was given and the commands it answers with.
/// </para>
/// </summary>
public sealed class Transition(RunState state, DateTimeOffset now, EngineOptions options, Func<Guid> newId)
{
    private static readonly HashSet<EventType> Buffers =
    [
        EventType.WorkflowExecutionSignaled, EventType.WorkflowExecutionCancelRequested, EventType.TimerFired,
        EventType.ActivityTaskStarted, EventType.ActivityTaskCompleted, EventType.ActivityTaskFailed,
        EventType.ActivityTaskTimedOut, EventType.ActivityTaskCanceled,
        EventType.StartChildWorkflowExecutionFailed, EventType.ChildWorkflowExecutionStarted,
        EventType.ChildWorkflowExecutionCompleted, EventType.ChildWorkflowExecutionFailed,
        EventType.ChildWorkflowExecutionCanceled, EventType.ChildWorkflowExecutionTimedOut,
        EventType.ChildWorkflowExecutionTerminated, EventType.ExternalWorkflowExecutionSignaled,
        EventType.SignalExternalWorkflowExecutionFailed, EventType.ExternalWorkflowExecutionCancelRequested,
        EventType.RequestCancelExternalWorkflowExecutionFailed, EventType.WorkflowExecutionOptionsUpdated,
    ];

    public RunState State { get; } = state;
    public DateTimeOffset Now { get; } = now;
    public EngineOptions Options { get; } = options;

    /// <summary>Events that got their id in this transition, in order.</summary>
    public List<HistoryEvent> Written { get; } = [];

    /// <summary>What waiting update callers are told after the commit.</summary>
    public List<UpdateNotice> Notices { get; } = [];

    /// <summary>The run that continues this one, created in the same transaction.</summary>
    public Transition? Successor { get; set; }

    /// <summary>A visibility column other than those of start and close changed.</summary>
    public bool VisibilityChanged { get; set; }

    /// <summary>Set by commands that produce a result at once, so that the worker must be called again.</summary>
    public bool NeedsTask { get; set; }

    public Timestamp NowStamp => Timestamp.FromDateTimeOffset(Now);

    public Guid NewId() => newId();

    public Transition ForSuccessor(RunState successor) => new(successor, Now, Options, newId);

    public static bool IsBuffered(EventType type) => Buffers.Contains(type);

    public HistoryEvent Event(EventType type, DateTimeOffset? time = null) => new()
    {
        EventType = type,
        EventTime = Timestamp.FromDateTimeOffset(time ?? Now),
    };

    /// <summary>Puts an event into history, or into the buffer while a workflow task is started.</summary>
    public HistoryEvent Append(HistoryEvent happened)
    {
        if (IsBuffered(happened.EventType) && State.Task is { IsStarted: true })
        {
            State.Buffered.Add(happened);
            return happened;
        }

        if (State.Task is { IsVirtual: true, IsStarted: false } && !IsTaskEvent(happened.EventType))
        {
            WorkflowTaskMachine.GiveWay(this);
        }

        return Write(happened);
    }

    /// <summary>Writes past the buffer: command events, task events and the buffer's own flush.</summary>
    internal HistoryEvent Write(HistoryEvent happened)
    {
        happened.EventId = State.NextEventId++;
        // Clients show it, nothing reads it: the real server numbers its own work queue here.
        happened.TaskId = happened.EventId;
        State.HistorySize += happened.CalculateSize();
        Written.Add(happened);
        return happened;
    }

    /// <summary>Writes what happened to an earlier run of this workflow as an event of this one.</summary>
    internal HistoryEvent WriteAgain(HistoryEvent happened)
    {
        var again = happened.Clone();
        again.EventTime = NowStamp;
        return Write(again);
    }

    private static bool IsTaskEvent(EventType type) => type is EventType.WorkflowTaskScheduled
        or EventType.WorkflowTaskStarted or EventType.WorkflowTaskCompleted or EventType.WorkflowTaskFailed
        or EventType.WorkflowTaskTimedOut;
}

public enum UpdateNoticeKind
{
    Accepted,
    Completed,
    Rejected,
    /// <summary>The run closed before the update was accepted.</summary>
    Aborted,
    /// <summary>The update goes on in the run that continues this one.</summary>
    Moved,
}

public sealed record UpdateNotice(UpdateNoticeKind Kind, string UpdateId, Outcome? Outcome = null, Failure? Failure = null);

/// <summary>
/// A command the server will not take: the workflow task fails with this cause and nothing of it is kept.
/// </summary>
public sealed record CommandRefusal(WorkflowTaskFailedCause Cause, string Message);
