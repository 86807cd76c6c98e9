using System.Linq.Expressions;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Client.Schedules;

namespace Runbooks.Temporal.Client;

/// <summary>A client of one namespace. Safe on any thread; make one and share it.</summary>
public interface ITemporalClient
{
    ITemporalConnection Connection { get; }

    TemporalClientOptions Options { get; }

    /// <summary>First interceptor of the chain that ends at the server.</summary>
    ClientOutboundInterceptor OutboundInterceptor { get; }

    /// <summary>Starts the workflow of the run method called. Throws
    /// <see cref="Exceptions.WorkflowAlreadyStartedException"/> when the policies refuse.</summary>
    Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, WorkflowOptions options);

    /// <inheritdoc cref="StartWorkflowAsync{TWorkflow, TResult}"/>
    Task<WorkflowHandle<TWorkflow>> StartWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, WorkflowOptions options);

    /// <summary>Starts a workflow by its type name.</summary>
    Task<WorkflowHandle> StartWorkflowAsync(
        string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options);

    /// <summary>Starts or finds the workflow and sends it an update, as one step. Returns at the stage asked
    /// for.</summary>
    Task<WorkflowUpdateHandle> StartUpdateWithStartWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> updateCall, WorkflowStartUpdateWithStartOptions options);

    /// <summary>Starts or finds the workflow and sends it an update, as one step.</summary>
    Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TWorkflow, TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall, WorkflowStartUpdateWithStartOptions options);

    /// <summary>Starts or finds the workflow and sends it an update, as one step.</summary>
    Task<WorkflowUpdateHandle> StartUpdateWithStartWorkflowAsync(
        string update, IReadOnlyCollection<object?> args, WorkflowStartUpdateWithStartOptions options);

    /// <summary>Starts or finds the workflow and sends it an update, as one step.</summary>
    Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TUpdateResult>(
        string update, IReadOnlyCollection<object?> args, WorkflowStartUpdateWithStartOptions options);

    /// <summary>A handle of an existing workflow; asks nothing of the server.</summary>
    WorkflowHandle GetWorkflowHandle(string id, string? runId = null, string? firstExecutionRunId = null);

    /// <inheritdoc cref="GetWorkflowHandle(string, string?, string?)"/>
    WorkflowHandle<TWorkflow> GetWorkflowHandle<TWorkflow>(
        string id, string? runId = null, string? firstExecutionRunId = null);

    /// <inheritdoc cref="GetWorkflowHandle(string, string?, string?)"/>
    WorkflowHandle<TWorkflow, TResult> GetWorkflowHandle<TWorkflow, TResult>(
        string id, string? runId = null, string? firstExecutionRunId = null);

    /// <summary>Runs that match a visibility query; an empty query matches all.</summary>
    IAsyncEnumerable<WorkflowExecution> ListWorkflowsAsync(string query, WorkflowListOptions? options = null);

    /// <summary>Number of runs that match a visibility query.</summary>
    Task<WorkflowExecutionCount> CountWorkflowsAsync(string query, WorkflowCountOptions? options = null);

    /// <summary>A handle of an activity attempt by its task token.</summary>
    AsyncActivityHandle GetAsyncActivityHandle(IReadOnlyCollection<byte> taskToken);

    /// <summary>A handle of a pending activity by ids; a null run is the current one.</summary>
    AsyncActivityHandle GetAsyncActivityHandle(string workflowId, string? runId, string activityId);

    /// <summary>Creates a schedule. Throws <see cref="Exceptions.ScheduleAlreadyRunningException"/> when the id is
    /// taken.</summary>
    Task<ScheduleHandle> CreateScheduleAsync(string scheduleId, Schedule schedule, ScheduleOptions? options = null);

    /// <summary>A handle of an existing schedule; asks nothing of the server.</summary>
    ScheduleHandle GetScheduleHandle(string scheduleId);

    /// <summary>The namespace's schedules; new ones may take moments to appear.</summary>
    IAsyncEnumerable<ScheduleListDescription> ListSchedulesAsync(ScheduleListOptions? options = null);
}
