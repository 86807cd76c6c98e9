using System.Linq.Expressions;
using Runbooks.Temporal.Client.Calls;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Client.Schedules;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Workflows;

namespace Runbooks.Temporal.Client;

/// <summary>The client: turns lambdas into names and arguments, passes the interceptors, ends in
/// <see cref="RootInterceptor"/>.</summary>
public sealed class TemporalClient : ITemporalClient
{
    /// <summary>Makes a client over a connection that others may share.</summary>
    public TemporalClient(ITemporalConnection connection, TemporalClientOptions options)
    {
        Connection = connection;
        Options = (TemporalClientOptions)options.Clone();
        ClientOutboundInterceptor chain = new RootInterceptor(this);
        foreach (var interceptor in (Options.Interceptors ?? []).Reverse())
        {
            chain = interceptor.InterceptClient(chain);
        }

        OutboundInterceptor = chain;
    }

    public ITemporalConnection Connection { get; }

    public TemporalClientOptions Options { get; }

    public ClientOutboundInterceptor OutboundInterceptor { get; }

    /// <summary>Connects and makes a client. Throws <see cref="InvalidOperationException"/> with the cause when the
    /// server cannot be reached.</summary>
    public static async Task<TemporalClient> ConnectAsync(TemporalClientConnectOptions options) =>
        new(await TemporalConnection.ConnectAsync(options).ConfigureAwait(false), options.ToClientOptions());

    /// <summary>A client that connects on its first call.</summary>
    public static TemporalClient CreateLazy(TemporalClientConnectOptions options) =>
        new(TemporalConnection.CreateLazy(options), options.ToClientOptions());

    public Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, WorkflowOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(workflowRunCall);
        return OutboundInterceptor.StartWorkflowAsync<TWorkflow, TResult>(
            new(WorkflowDefinition.NameFromRunMethod(method), args, options, null));
    }

    public async Task<WorkflowHandle<TWorkflow>> StartWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, WorkflowOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(workflowRunCall);
        return await OutboundInterceptor.StartWorkflowAsync<TWorkflow, object?>(
            new(WorkflowDefinition.NameFromRunMethod(method), args, options, null)).ConfigureAwait(false);
    }

    public async Task<WorkflowHandle> StartWorkflowAsync(
        string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options) =>
        await OutboundInterceptor.StartWorkflowAsync<object, object?>(
            new(workflow, args, options, null)).ConfigureAwait(false);

    public async Task<WorkflowUpdateHandle> StartUpdateWithStartWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> updateCall, WorkflowStartUpdateWithStartOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(updateCall);
        return await StartUpdateWithStartWorkflowAsync<object?>(
            WorkflowUpdateDefinition.NameFromMethod(method), args, options).ConfigureAwait(false);
    }

    public Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TWorkflow, TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall, WorkflowStartUpdateWithStartOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(updateCall);
        return StartUpdateWithStartWorkflowAsync<TUpdateResult>(
            WorkflowUpdateDefinition.NameFromMethod(method), args, options);
    }

    public async Task<WorkflowUpdateHandle> StartUpdateWithStartWorkflowAsync(
        string update, IReadOnlyCollection<object?> args, WorkflowStartUpdateWithStartOptions options) =>
        await StartUpdateWithStartWorkflowAsync<object?>(update, args, options).ConfigureAwait(false);

    public Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TUpdateResult>(
        string update, IReadOnlyCollection<object?> args, WorkflowStartUpdateWithStartOptions options) =>
        OutboundInterceptor.StartUpdateWithStartWorkflowAsync<TUpdateResult>(new(update, args, options, null));

    public WorkflowHandle GetWorkflowHandle(string id, string? runId = null, string? firstExecutionRunId = null) =>
        new(this, id, runId, runId, firstExecutionRunId);

    public WorkflowHandle<TWorkflow> GetWorkflowHandle<TWorkflow>(
        string id, string? runId = null, string? firstExecutionRunId = null) =>
        new(this, id, runId, runId, firstExecutionRunId);

    public WorkflowHandle<TWorkflow, TResult> GetWorkflowHandle<TWorkflow, TResult>(
        string id, string? runId = null, string? firstExecutionRunId = null) =>
        new(this, id, runId, runId, firstExecutionRunId);

    public IAsyncEnumerable<WorkflowExecution> ListWorkflowsAsync(
        string query, WorkflowListOptions? options = null) =>
        OutboundInterceptor.ListWorkflowsAsync(new(query, options));

    public Task<WorkflowExecutionCount> CountWorkflowsAsync(string query, WorkflowCountOptions? options = null) =>
        OutboundInterceptor.CountWorkflowsAsync(new(query, options));

    public AsyncActivityHandle GetAsyncActivityHandle(IReadOnlyCollection<byte> taskToken) =>
        new(this, new AsyncActivityHandle.TaskTokenReference(taskToken));

    public AsyncActivityHandle GetAsyncActivityHandle(string workflowId, string? runId, string activityId) =>
        new(this, new AsyncActivityHandle.IdReference(workflowId, runId, activityId));

    public Task<ScheduleHandle> CreateScheduleAsync(
        string scheduleId, Schedule schedule, ScheduleOptions? options = null) =>
        OutboundInterceptor.CreateScheduleAsync(new(scheduleId, schedule, options));

    public ScheduleHandle GetScheduleHandle(string scheduleId) => new(this, scheduleId);

    public IAsyncEnumerable<ScheduleListDescription> ListSchedulesAsync(ScheduleListOptions? options = null) =>
        OutboundInterceptor.ListSchedulesAsync(new(options));
}
