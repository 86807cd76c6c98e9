using System.Linq.Expressions;

namespace Runbooks.Temporal.Client;

/// <summary>Start and wait in one call.</summary>
public static class ITemporalClientExtensions
{
    /// <summary>Starts the workflow and waits for its result; errors of both.</summary>
    public static async Task<TResult> ExecuteWorkflowAsync<TWorkflow, TResult>(
        this ITemporalClient client,
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall,
        WorkflowOptions options)
    {
        var handle = await client.StartWorkflowAsync(workflowRunCall, options).ConfigureAwait(false);
        return await handle.GetResultAsync(rpcOptions: options.Rpc).ConfigureAwait(false);
    }

    /// <summary>Starts the workflow and waits for its end.</summary>
    public static async Task ExecuteWorkflowAsync<TWorkflow>(
        this ITemporalClient client, Expression<Func<TWorkflow, Task>> workflowRunCall, WorkflowOptions options)
    {
        var handle = await client.StartWorkflowAsync(workflowRunCall, options).ConfigureAwait(false);
        await handle.GetResultAsync(rpcOptions: options.Rpc).ConfigureAwait(false);
    }

    /// <summary>Starts a workflow by name and waits for its result.</summary>
    public static async Task<TResult> ExecuteWorkflowAsync<TResult>(
        this ITemporalClient client, string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
    {
        var handle = await client.StartWorkflowAsync(workflow, args, options).ConfigureAwait(false);
        return await handle.GetResultAsync<TResult>(rpcOptions: options.Rpc).ConfigureAwait(false);
    }

    /// <summary>Starts a workflow by name and waits for its end.</summary>
    public static async Task ExecuteWorkflowAsync(
        this ITemporalClient client, string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
    {
        var handle = await client.StartWorkflowAsync(workflow, args, options).ConfigureAwait(false);
        await handle.GetResultAsync(rpcOptions: options.Rpc).ConfigureAwait(false);
    }

    /// <summary>Starts or finds the workflow, updates it and waits for the update.</summary>
    public static async Task<TUpdateResult> ExecuteUpdateWithStartWorkflowAsync<TWorkflow, TUpdateResult>(
        this ITemporalClient client,
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall,
        WorkflowUpdateWithStartOptions options)
    {
        var handle = await client.StartUpdateWithStartWorkflowAsync(updateCall, Completed(options))
            .ConfigureAwait(false);
        return await handle.GetResultAsync(options.Rpc).ConfigureAwait(false);
    }

    /// <inheritdoc cref="ExecuteUpdateWithStartWorkflowAsync{TWorkflow, TUpdateResult}"/>
    public static async Task ExecuteUpdateWithStartWorkflowAsync<TWorkflow>(
        this ITemporalClient client,
        Expression<Func<TWorkflow, Task>> updateCall,
        WorkflowUpdateWithStartOptions options)
    {
        var handle = await client.StartUpdateWithStartWorkflowAsync(updateCall, Completed(options))
            .ConfigureAwait(false);
        await handle.GetResultAsync(options.Rpc).ConfigureAwait(false);
    }

    /// <inheritdoc cref="ExecuteUpdateWithStartWorkflowAsync{TWorkflow, TUpdateResult}"/>
    public static async Task<TUpdateResult> ExecuteUpdateWithStartWorkflowAsync<TUpdateResult>(
        this ITemporalClient client,
        string update,
        IReadOnlyCollection<object?> args,
        WorkflowUpdateWithStartOptions options)
    {
        var handle = await client.StartUpdateWithStartWorkflowAsync<TUpdateResult>(update, args, Completed(options))
            .ConfigureAwait(false);
        return await handle.GetResultAsync(options.Rpc).ConfigureAwait(false);
    }

    private static WorkflowStartUpdateWithStartOptions Completed(WorkflowUpdateWithStartOptions options) => new()
    {
        StartWorkflowOperation = options.StartWorkflowOperation,
        WaitForStage = WorkflowUpdateStage.Completed,
        Id = options.Id,
        Rpc = options.Rpc,
    };
}
