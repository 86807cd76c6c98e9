using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Workflows;

/// <summary>How a child workflow is started.</summary>
public class ChildWorkflowOptions : ICloneable
{
    /// <summary>Workflow id. Default: null, a new deterministic GUID. Give ids that are looked up.</summary>
    public string? Id { get; set; }

    /// <summary>Task queue. Default: null, the parent's.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>What happens to the child when the parent closes.</summary>
    public ParentClosePolicy ParentClosePolicy { get; set; } = ParentClosePolicy.Terminate;

    /// <summary>How cancellation is awaited.</summary>
    public ChildWorkflowCancellationType CancellationType { get; set; } =
        ChildWorkflowCancellationType.WaitCancellationCompleted;

    /// <summary>Token that cancels the child. Default: null, the workflow's own token.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>Timeout over retries and continue-as-new. Default: null, none.</summary>
    public TimeSpan? ExecutionTimeout { get; set; }

    /// <summary>Timeout of one run. Default: null, none.</summary>
    public TimeSpan? RunTimeout { get; set; }

    /// <summary>Timeout of one workflow task. Default: null, 10 s.</summary>
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>Whether a closed workflow of this id may be followed by another.</summary>
    public WorkflowIdReusePolicy IdReusePolicy { get; set; } = WorkflowIdReusePolicy.AllowDuplicate;

    /// <summary>Retry policy of the child workflow. Default: null, not retried.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>Cron schedule. Default: null.</summary>
    public string? CronSchedule { get; set; }

    /// <summary>Memo values by key.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    /// <summary>Search attributes.</summary>
    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    /// <summary>One line shown to operators.</summary>
    public string? StaticSummary { get; set; }

    /// <summary>Longer text shown to operators.</summary>
    public string? StaticDetails { get; set; }

    /// <summary>Worker versioning intent; accepted for source compatibility.</summary>
    public VersioningIntent VersioningIntent { get; set; } = VersioningIntent.Unspecified;

    /// <summary>Task priority. Default: null, inherited.</summary>
    public Priority? Priority { get; set; }

    /// <summary>Shallow copy.</summary>
    /// <returns>The copy.</returns>
    public virtual object Clone() => MemberwiseClone();
}
