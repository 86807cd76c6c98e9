using System.Linq.Expressions;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Client;

/// <summary>A handle whose signals, queries and updates are calls of <typeparamref name="TWorkflow"/>.</summary>
/// <typeparam name="TWorkflow">Workflow class or interface.</typeparam>
public record WorkflowHandle<TWorkflow> : WorkflowHandle
{
    public WorkflowHandle(
        ITemporalClient client,
        string id,
        string? runId = null,
        string? resultRunId = null,
        string? firstExecutionRunId = null)
        : base(client, id, runId, resultRunId, firstExecutionRunId)
    {
    }

    /// <summary>Sends the signal <c>wf => wf.Handler(args)</c>.</summary>
    public Task SignalAsync(
        Expression<Func<TWorkflow, Task>> signalCall, WorkflowSignalOptions? options = null)
    {
        var (method, args) = ExpressionUtil.ExtractCall(signalCall);
        return SignalAsync(WorkflowSignalDefinition.NameFromMethod(method), args, options);
    }

    /// <summary>Asks the query <c>wf => wf.Handler(args)</c> or <c>wf => wf.Property</c>.</summary>
    public Task<TQueryResult> QueryAsync<TQueryResult>(
        Expression<Func<TWorkflow, TQueryResult>> queryCall, WorkflowQueryOptions? options = null)
    {
        var (member, args) = ExpressionUtil.ExtractCallOrProperty(queryCall);
        return QueryAsync<TQueryResult>(WorkflowQueryDefinition.NameFromMember(member), args, options);
    }

    /// <summary>Starts the update <c>wf => wf.Handler(args)</c>.</summary>
    public Task<WorkflowUpdateHandle> StartUpdateAsync(
        Expression<Func<TWorkflow, Task>> updateCall, WorkflowUpdateStartOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(updateCall);
        return StartUpdateAsync(WorkflowUpdateDefinition.NameFromMethod(method), args, options);
    }

    /// <summary>Starts the update <c>wf => wf.Handler(args)</c>.</summary>
    public Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateAsync<TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall, WorkflowUpdateStartOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(updateCall);
        return StartUpdateAsync<TUpdateResult>(WorkflowUpdateDefinition.NameFromMethod(method), args, options);
    }

    /// <summary>Runs the update <c>wf => wf.Handler(args)</c> to its end.</summary>
    public Task ExecuteUpdateAsync(
        Expression<Func<TWorkflow, Task>> updateCall, WorkflowUpdateOptions? options = null)
    {
        var (method, args) = ExpressionUtil.ExtractCall(updateCall);
        return ExecuteUpdateAsync(WorkflowUpdateDefinition.NameFromMethod(method), args, options);
    }

    /// <summary>Runs the update <c>wf => wf.Handler(args)</c> to its end.</summary>
    public Task<TUpdateResult> ExecuteUpdateAsync<TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall, WorkflowUpdateOptions? options = null)
    {
        var (method, args) = ExpressionUtil.ExtractCall(updateCall);
        return ExecuteUpdateAsync<TUpdateResult>(WorkflowUpdateDefinition.NameFromMethod(method), args, options);
    }
}

/// <summary>A typed handle that also knows the result's type.</summary>
/// <typeparam name="TWorkflow">Workflow class or interface.</typeparam>
/// <typeparam name="TResult">Result of its run method.</typeparam>
public record WorkflowHandle<TWorkflow, TResult> : WorkflowHandle<TWorkflow>
{
    public WorkflowHandle(
        ITemporalClient client,
        string id,
        string? runId = null,
        string? resultRunId = null,
        string? firstExecutionRunId = null)
        : base(client, id, runId, resultRunId, firstExecutionRunId)
    {
    }

    /// <inheritdoc cref="WorkflowHandle.GetResultAsync{TResult}(bool, RpcOptions?)"/>
    public new Task<TResult> GetResultAsync(bool followRuns = true, RpcOptions? rpcOptions = null) =>
        GetResultAsync<TResult>(followRuns, rpcOptions);
}
