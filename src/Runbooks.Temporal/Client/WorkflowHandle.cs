using System.Runtime.CompilerServices;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Common;

namespace Runbooks.Temporal.Client;

/// <summary>
/// A workflow to talk to. Without <paramref name="RunId"/> every call meets the current run of the id; with it exactly
/// that run.
/// </summary>
/// <param name="Client">Client the calls go through.</param>
/// <param name="Id">Workflow id.</param>
/// <param name="RunId">Run for signals, queries, updates and descriptions; null: the current one.</param>
/// <param name="ResultRunId">Run whose result is asked for; null: the current one.</param>
/// <param name="FirstExecutionRunId">Cancel and terminate only a chain that began with this run; null: any.</param>
public record WorkflowHandle(
    ITemporalClient Client,
    string Id,
    string? RunId = null,
    string? ResultRunId = null,
    string? FirstExecutionRunId = null)
{
    /// <summary>Waits for the end. Throws <see cref="Exceptions.WorkflowFailedException"/> when it did not
    /// complete.</summary>
    public Task GetResultAsync(bool followRuns = true, RpcOptions? rpcOptions = null) =>
        GetResultAsync<Converters.IRawValue?>(followRuns, rpcOptions);

    /// <summary>
    /// Waits for the end and returns the result. Follows continue-as-new, retries and cron runs unless
    /// <paramref name="followRuns"/> is false.
    /// Errors: <see cref="Exceptions.WorkflowFailedException"/> (inner: application, cancelled, terminated or timeout
    /// failure), <see cref="Exceptions.WorkflowContinuedAsNewException"/> when not following.
    /// </summary>
    public Task<TResult> GetResultAsync<TResult>(bool followRuns = true, RpcOptions? rpcOptions = null) =>
        WorkflowResult.WaitAsync<TResult>(this, followRuns, rpcOptions);

    /// <summary>Sends a signal. Returns when the server has stored it.</summary>
    public Task SignalAsync(
        string signal, IReadOnlyCollection<object?> args, WorkflowSignalOptions? options = null) =>
        Client.OutboundInterceptor.SignalWorkflowAsync(new(Id, RunId, signal, args, options, null));

    /// <summary>Asks a query handler. Errors: <see cref="Exceptions.WorkflowQueryFailedException"/>,
    /// <see cref="Exceptions.WorkflowQueryRejectedException"/>.</summary>
    public Task<TQueryResult> QueryAsync<TQueryResult>(
        string query, IReadOnlyCollection<object?> args, WorkflowQueryOptions? options = null) =>
        Client.OutboundInterceptor.QueryWorkflowAsync<TQueryResult>(new(Id, RunId, query, args, options, null));

    /// <summary>Sends an update and returns once it reached the stage asked for.</summary>
    public async Task<WorkflowUpdateHandle> StartUpdateAsync(
        string update, IReadOnlyCollection<object?> args, WorkflowUpdateStartOptions options) =>
        await StartUpdateAsync<Converters.IRawValue?>(update, args, options).ConfigureAwait(false);

    /// <inheritdoc cref="StartUpdateAsync(string, IReadOnlyCollection{object?}, WorkflowUpdateStartOptions)"/>
    public Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateAsync<TUpdateResult>(
        string update, IReadOnlyCollection<object?> args, WorkflowUpdateStartOptions options) =>
        Client.OutboundInterceptor.StartWorkflowUpdateAsync<TUpdateResult>(
            new(Id, RunId, FirstExecutionRunId, update, args, options, null));

    /// <summary>Sends an update and waits for its handler. Throws
    /// <see cref="Exceptions.WorkflowUpdateFailedException"/> when it was rejected or failed.</summary>
    public Task ExecuteUpdateAsync(
        string update, IReadOnlyCollection<object?> args, WorkflowUpdateOptions? options = null) =>
        ExecuteUpdateAsync<Converters.IRawValue?>(update, args, options);

    /// <inheritdoc cref="ExecuteUpdateAsync(string, IReadOnlyCollection{object?}, WorkflowUpdateOptions?)"/>
    public async Task<TUpdateResult> ExecuteUpdateAsync<TUpdateResult>(
        string update, IReadOnlyCollection<object?> args, WorkflowUpdateOptions? options = null)
    {
        var start = new WorkflowUpdateStartOptions(WorkflowUpdateStage.Completed)
        {
            Id = options?.Id,
            Rpc = options?.Rpc,
        };
        var handle = await StartUpdateAsync<TUpdateResult>(update, args, start).ConfigureAwait(false);
        return await handle.GetResultAsync(options?.Rpc).ConfigureAwait(false);
    }

    /// <summary>Handle of an update sent earlier; asks nothing of the server.</summary>
    public WorkflowUpdateHandle GetUpdateHandle(string id) => new(Client, id, Id, RunId);

    /// <inheritdoc cref="GetUpdateHandle(string)"/>
    public WorkflowUpdateHandle<TUpdateResult> GetUpdateHandle<TUpdateResult>(string id) => new(Client, id, Id, RunId);

    /// <summary>What the server knows about the workflow.</summary>
    public Task<WorkflowExecutionDescription> DescribeAsync(WorkflowDescribeOptions? options = null) =>
        Client.OutboundInterceptor.DescribeWorkflowAsync(new(Id, RunId, options));

    /// <summary>Asks the workflow to end. Returns when the request is stored, not when the workflow ends.</summary>
    public Task CancelAsync(WorkflowCancelOptions? options = null) =>
        Client.OutboundInterceptor.CancelWorkflowAsync(new(Id, RunId, FirstExecutionRunId, options));

    /// <summary>Ends the workflow at once; its code is not asked.</summary>
    public Task TerminateAsync(string? reason = null, WorkflowTerminateOptions? options = null) =>
        Client.OutboundInterceptor.TerminateWorkflowAsync(new(Id, RunId, FirstExecutionRunId, reason, options));

    /// <summary>Reads the whole history of the run.</summary>
    public async Task<WorkflowHistory> FetchHistoryAsync(WorkflowHistoryFetchOptions? options = null)
    {
        var eventOptions = new WorkflowHistoryEventFetchOptions
        {
            EventFilterType = options?.EventFilterType ?? HistoryEventFilterType.AllEvent,
            SkipArchival = options?.SkipArchival ?? false,
            Rpc = options?.Rpc,
        };
        var events = new List<HistoryEvent>();
        await foreach (var item in FetchHistoryEventsAsync(eventOptions).ConfigureAwait(false))
        {
            events.Add(item);
        }

        return new(Id, events);
    }

    /// <summary>Reads the events of the run page by page.</summary>
    public IAsyncEnumerable<HistoryEvent> FetchHistoryEventsAsync(WorkflowHistoryEventFetchOptions? options = null) =>
        FetchEventsAsync(options ?? new(), CancellationToken.None);

    private async IAsyncEnumerable<HistoryEvent> FetchEventsAsync(
        WorkflowHistoryEventFetchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[]? token = null;
        do
        {
            var page = await Client.OutboundInterceptor.FetchWorkflowHistoryEventPageAsync(new(
                Id,
                RunId,
                options.PageSize,
                token,
                options.WaitNewEvent,
                options.EventFilterType,
                options.SkipArchival,
                options.Rpc.WithCancellation(cancellationToken))).ConfigureAwait(false);
            foreach (var item in page.Events)
            {
                yield return item;
            }

            token = page.NextPageToken;
        }
        while (token != null);
    }
}
