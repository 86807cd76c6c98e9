using Google.Protobuf.WellKnownTypes;
using Runbooks.Engine.History;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Sdk.V1;

namespace Runbooks.Engine.Machines;

/// <summary>
/// Makes a run from the attributes of its first event. All ways to start meet here: a client's start, a child, a
/// continue-as-new, a retry and the next time of a cron.
/// </summary>
public static class RunStarter
{
    public static readonly TimeSpan TaskTimeoutMax = TimeSpan.FromSeconds(120);

    /// <summary>The state before its first event. Timeouts in <paramref name="a"/> are completed in place.</summary>
    public static RunState Prepare(
        string ns, Guid runId, string requestId, WorkflowExecutionStartedEventAttributes a, EngineOptions options,
        DateTimeOffset now)
    {
        var execution = a.WorkflowExecutionTimeout?.ToTimeSpan() ?? TimeSpan.Zero;
        var run = a.WorkflowRunTimeout?.ToTimeSpan() ?? TimeSpan.Zero;
        if (execution > TimeSpan.Zero && (run == TimeSpan.Zero || run > execution))
        {
            run = execution;
        }

        var task = a.WorkflowTaskTimeout?.ToTimeSpan() ?? TimeSpan.Zero;
        task = task == TimeSpan.Zero ? options.DefaultTaskTimeout : task > TaskTimeoutMax ? TaskTimeoutMax : task;
        if (run > TimeSpan.Zero && task > run)
        {
            task = run;
        }

        var backoff = a.FirstWorkflowTaskBackoff?.ToTimeSpan() ?? TimeSpan.Zero;
        a.WorkflowExecutionTimeout = Duration.FromTimeSpan(execution);
        a.WorkflowRunTimeout = Duration.FromTimeSpan(run);
        a.WorkflowTaskTimeout = Duration.FromTimeSpan(task);
        a.FirstWorkflowTaskBackoff = Duration.FromTimeSpan(backoff);
        a.Attempt = Math.Max(1, a.Attempt);
        a.OriginalExecutionRunId = runId.ToString();
        if (string.IsNullOrEmpty(a.FirstExecutionRunId))
        {
            a.FirstExecutionRunId = runId.ToString();
        }

        var executionEnds = a.WorkflowExecutionExpirationTime?.ToDateTimeOffset()
            ?? (execution > TimeSpan.Zero ? now + backoff + execution : null);
        if (executionEnds is { } ends)
        {
            a.WorkflowExecutionExpirationTime = Timestamp.FromDateTimeOffset(ends);
        }

        DateTimeOffset? runEnds = run > TimeSpan.Zero ? now + backoff + run : null;
        return new RunState
        {
            Namespace = ns,
            WorkflowId = a.WorkflowId,
            RunId = runId,
            FirstRunId = Guid.Parse(a.FirstExecutionRunId),
            OriginalRunId = runId,
            StartRequestId = requestId,
            WorkflowType = a.WorkflowType.Name,
            TaskQueue = a.TaskQueue.Name,
            ExecutionTimeout = execution,
            RunTimeout = run,
            TaskTimeout = task,
            RetryPolicy = a.RetryPolicy,
            CronSchedule = a.CronSchedule,
            Attempt = a.Attempt,
            Memo = a.Memo?.Clone() ?? new Memo(),
            SearchAttributes = a.SearchAttributes?.Clone() ?? new SearchAttributes(),
            Priority = a.Priority,
            Parent = ParentOf(a),
            Root = a.RootWorkflowExecution,
            StartTime = now,
            ExecutionTime = now + backoff,
            FirstTaskAt = backoff > TimeSpan.Zero ? now + backoff : null,
            ExecutionExpiresAt = executionEnds,
            RunExpiresAt = executionEnds < runEnds || runEnds is null ? executionEnds : runEnds,
        };
    }

    /// <summary>Writes Started. The caller adds what came with it (a signal) and schedules the first task.</summary>
    public static void WriteStarted(
        Transition t, WorkflowExecutionStartedEventAttributes a, UserMetadata? metadata, IEnumerable<Link>? links)
    {
        var e = t.Event(EventType.WorkflowExecutionStarted);
        e.WorkflowExecutionStartedEventAttributes = a;
        e.UserMetadata = metadata;
        if (links is not null)
        {
            e.Links.AddRange(links);
        }

        t.Append(e);
        t.VisibilityChanged = true;
    }

    private static ParentLink? ParentOf(WorkflowExecutionStartedEventAttributes a) =>
        a.ParentWorkflowExecution is { } parent
            ? new ParentLink(a.ParentWorkflowNamespace, parent.WorkflowId, Guid.Parse(parent.RunId),
                a.ParentInitiatedEventId)
            : null;
}
