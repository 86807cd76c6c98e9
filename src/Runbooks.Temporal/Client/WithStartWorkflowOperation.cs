using System.Linq.Expressions;
using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Client;

/// <summary>The start half of an update-with-start. Usable once; its conflict policy must be given.</summary>
public abstract class WithStartWorkflowOperation
{
    private int used;

    private protected WithStartWorkflowOperation(
        string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
    {
        if (options.IdConflictPolicy == WorkflowIdConflictPolicy.Unspecified)
        {
            throw new ArgumentException(
                "IdConflictPolicy is required: fail, or use the existing workflow.", nameof(options));
        }

        if (options.StartSignal != null)
        {
            throw new ArgumentException("A start signal cannot be combined with an update.", nameof(options));
        }

        Workflow = workflow;
        Args = args;
        Options = options;
    }

    public string Workflow { get; init; }

    public IReadOnlyCollection<object?> Args { get; init; }

    public WorkflowOptions Options { get; init; }

    /// <summary>Headers of the start, for interceptors. Default null.</summary>
    public IDictionary<string, Temporalio.Api.Common.V1.Payload>? Headers { get; init; }

    /// <summary>Starts by a call of the run method.</summary>
    public static WithStartWorkflowOperation<WorkflowHandle<TWorkflow, TResult>> Create<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, WorkflowOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(workflowRunCall);
        return new(WorkflowDefinition.NameFromRunMethod(method), args, options);
    }

    /// <summary>Starts by a call of the run method.</summary>
    public static WithStartWorkflowOperation<WorkflowHandle<TWorkflow>> Create<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, WorkflowOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(workflowRunCall);
        return new(WorkflowDefinition.NameFromRunMethod(method), args, options);
    }

    /// <summary>Starts by name.</summary>
    public static WithStartWorkflowOperation<WorkflowHandle> Create(
        string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options) =>
        new(workflow, args, options);

    internal bool TryMarkUsed() => Interlocked.Exchange(ref used, 1) == 0;

    internal abstract void SetHandle(WorkflowHandle handle);

    internal abstract void SetException(Exception exception);
}

/// <summary>The start half of an update-with-start whose workflow has a typed handle.</summary>
/// <typeparam name="THandle">Type of the workflow's handle.</typeparam>
public sealed class WithStartWorkflowOperation<THandle> : WithStartWorkflowOperation
    where THandle : WorkflowHandle
{
    private readonly TaskCompletionSource<THandle> handle =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal WithStartWorkflowOperation(string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
        : base(workflow, args, options)
    {
    }

    /// <summary>The started (or found) workflow's handle, once the update call has got that far. Throws what the start
    /// threw.</summary>
    public Task<THandle> GetHandleAsync() => handle.Task;

    internal override void SetHandle(WorkflowHandle handle) =>
        this.handle.TrySetResult((THandle)(
            handle is THandle
                ? handle
                : Activator.CreateInstance(
                    typeof(THandle),
                    handle.Client,
                    handle.Id,
                    handle.RunId,
                    handle.ResultRunId,
                    handle.FirstExecutionRunId)!));

    internal override void SetException(Exception exception)
    {
        if (handle.TrySetException(exception))
        {
            // The update call throws it as well; nobody has to ask for the handle too.
            _ = handle.Task.Exception;
        }
    }
}
