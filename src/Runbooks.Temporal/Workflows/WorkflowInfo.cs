using Temporalio.Api.Common.V1;
using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Workflows;

/// <summary>Facts about the current run that never change during it.</summary>
public sealed record WorkflowInfo
{
    internal WorkflowInfo()
    {
    }

    /// <summary>Attempt of the workflow's own retry policy, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>Run that continued into this one; null for a first run.</summary>
    public string? ContinuedRunId { get; init; }

    /// <summary>Cron schedule; null without.</summary>
    public string? CronSchedule { get; init; }

    /// <summary>Timeout of the chain; null without.</summary>
    public TimeSpan? ExecutionTimeout { get; init; }

    /// <summary>First run of the chain.</summary>
    public string FirstExecutionRunId { get; init; } = string.Empty;

    /// <summary>Headers of the start; null without.</summary>
    public IReadOnlyDictionary<string, Payload>? Headers { get; init; }

    /// <summary>Failure of the previous run of a retry or cron chain.</summary>
    public Exception? LastFailure { get; init; }

    /// <summary>Results of the previous cron run.</summary>
    public IReadOnlyCollection<Payload>? LastResult { get; init; }

    /// <summary>Namespace.</summary>
    public string Namespace { get; init; } = string.Empty;

    /// <summary>Parent; null for a top-level run.</summary>
    public ParentInfo? Parent { get; init; }

    /// <summary>Root of the tree; null for a top-level run.</summary>
    public RootInfo? Root { get; init; }

    /// <summary>Task priority.</summary>
    public Common.Priority? Priority { get; init; }

    /// <summary>The workflow's own retry policy.</summary>
    public Common.RetryPolicy? RetryPolicy { get; init; }

    /// <summary>Run id.</summary>
    public string RunId { get; init; } = string.Empty;

    /// <summary>Timeout of this run; null without.</summary>
    public TimeSpan? RunTimeout { get; init; }

    /// <summary>Time of the first workflow task.</summary>
    public DateTime StartTime { get; init; }

    /// <summary>Time at which the server recorded the start.</summary>
    public DateTime WorkflowStartTime { get; init; }

    /// <summary>Task queue.</summary>
    public string TaskQueue { get; init; } = string.Empty;

    /// <summary>Timeout of one workflow task.</summary>
    public TimeSpan TaskTimeout { get; init; }

    /// <summary>Workflow id.</summary>
    public string WorkflowId { get; init; } = string.Empty;

    /// <summary>Workflow type.</summary>
    public string WorkflowType { get; init; } = string.Empty;

    /// <summary>A parent run.</summary>
    /// <param name="Namespace">Namespace.</param>
    /// <param name="RunId">Run id.</param>
    /// <param name="WorkflowId">Workflow id.</param>
    public sealed record ParentInfo(string Namespace, string RunId, string WorkflowId);

    /// <summary>A root run.</summary>
    /// <param name="RunId">Run id.</param>
    /// <param name="WorkflowId">Workflow id.</param>
    public sealed record RootInfo(string RunId, string WorkflowId);
}
