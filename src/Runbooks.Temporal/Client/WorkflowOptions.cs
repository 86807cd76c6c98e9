using System.Linq.Expressions;
using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Client;

/// <summary>How a workflow is started. <see cref="Id"/> and <see cref="TaskQueue"/> are required.</summary>
public class WorkflowOptions : ICloneable
{
    public WorkflowOptions()
    {
    }

    public WorkflowOptions(string id, string taskQueue)
    {
        Id = id;
        TaskQueue = taskQueue;
    }

    /// <summary>Unique among the namespace's open workflows; at most 1000 bytes.</summary>
    public string? Id { get; set; }

    /// <summary>Queue whose workers run it.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>Limit over retries, cron runs and continue-as-new. Default null: none.</summary>
    public TimeSpan? ExecutionTimeout { get; set; }

    /// <summary>Limit of one run. Default null: none.</summary>
    public TimeSpan? RunTimeout { get; set; }

    /// <summary>Limit of one workflow task. Default null: 10 s.</summary>
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>When the id was used by a workflow that is closed. Default: start again.</summary>
    public WorkflowIdReusePolicy IdReusePolicy { get; set; } = WorkflowIdReusePolicy.AllowDuplicate;

    /// <summary>When a workflow of the id is open. Default: the start fails.</summary>
    public WorkflowIdConflictPolicy IdConflictPolicy { get; set; }

    /// <summary>Retries of the whole workflow. Default null: not retried.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>Runs again by this schedule after each end. Prefer schedules. Default null.</summary>
    public string? CronSchedule { get; set; }

    /// <summary>Values shown with the workflow, not searchable; pass the codec. Default null.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    /// <summary>Indexed values; do not pass the codec. Default null.</summary>
    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    /// <summary>One line of text for people. Default null.</summary>
    public string? StaticSummary { get; set; }

    /// <summary>Longer text for people. Default null.</summary>
    public string? StaticDetails { get; set; }

    /// <summary>Waits this long before the first task; signals are stored and wait with it. Default null.</summary>
    public TimeSpan? StartDelay { get; set; }

    /// <summary>Signal sent in the same transaction as the start, or to the open workflow. Default null.</summary>
    public string? StartSignal { get; set; }

    /// <summary>Arguments of <see cref="StartSignal"/>. Default null: none.</summary>
    public IReadOnlyCollection<object?>? StartSignalArgs { get; set; }

    /// <summary>A repeated start with the same id is answered with the same run. Default null: a new one per
    /// call.</summary>
    public string? RequestId { get; set; }

    /// <summary>Asks the server to hand the first task to this process. Accepted, not used. Default false.</summary>
    public bool RequestEagerStart { get; set; }

    /// <summary>Default null: the server's default.</summary>
    public Priority? Priority { get; set; }

    public RpcOptions? Rpc { get; set; }

    /// <summary>Sets the start signal by a call of its handler.</summary>
    public void SignalWithStart<TWorkflow>(Expression<Func<TWorkflow, Task>> signalCall)
    {
        var (method, args) = ExpressionUtil.ExtractCall(signalCall);
        SignalWithStart(WorkflowSignalDefinition.NameFromMethod(method), args);
    }

    /// <summary>Sets the start signal by name.</summary>
    public void SignalWithStart(string signal, IReadOnlyCollection<object?> args)
    {
        StartSignal = signal;
        StartSignalArgs = args;
    }

    public virtual object Clone()
    {
        var copy = (WorkflowOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}
