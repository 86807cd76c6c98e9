using Temporalio.Api.Enums.V1;
using Temporalio.Api.Update.V1;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Client;

/// <summary>An update that was sent.</summary>
public class WorkflowUpdateHandle
{
    internal WorkflowUpdateHandle(
        ITemporalClient client, string id, string workflowId, string? workflowRunId, Outcome? knownOutcome = null)
    {
        Client = client;
        Id = id;
        WorkflowId = workflowId;
        WorkflowRunId = workflowRunId;
        KnownOutcome = knownOutcome;
    }

    public string Id { get; }

    public string WorkflowId { get; }

    /// <summary>Null: the current run when asked.</summary>
    public string? WorkflowRunId { get; }

    internal ITemporalClient Client { get; }

    internal Outcome? KnownOutcome { get; private set; }

    /// <summary>
    /// Waits for the handler. Errors: <see cref="WorkflowUpdateFailedException"/> when it was rejected or failed,
    /// <see cref="WorkflowUpdateRpcTimeoutOrCanceledException"/> when waiting was given up.
    /// </summary>
    public Task GetResultAsync(RpcOptions? rpcOptions = null) => GetResultAsync<IRawValue?>(rpcOptions);

    /// <inheritdoc cref="GetResultAsync(RpcOptions?)"/>
    public async Task<TResult> GetResultAsync<TResult>(RpcOptions? rpcOptions = null)
    {
        await PollUntilOutcomeAsync(rpcOptions).ConfigureAwait(false);
        var converter = Client.Options.DataConverter;
        if (KnownOutcome!.ValueCase == Outcome.ValueOneofCase.Failure)
        {
            throw new WorkflowUpdateFailedException(
                await converter.ToExceptionAsync(KnownOutcome.Failure).ConfigureAwait(false));
        }

        return await converter.ToSingleValueAsync<TResult>(KnownOutcome.Success?.Payloads_).ConfigureAwait(false);
    }

    /// <summary>Polls until an outcome is known; each poll waits at the server for about 20 s.</summary>
    internal async Task PollUntilOutcomeAsync(RpcOptions? rpcOptions)
    {
        while (KnownOutcome == null)
        {
            KnownOutcome = await Client.OutboundInterceptor.PollWorkflowUpdateAsync(
                new(Id, WorkflowId, WorkflowRunId, rpcOptions)).ConfigureAwait(false);
        }
    }
}

/// <summary>An update with a result of a known type.</summary>
/// <typeparam name="TResult">Result of the handler.</typeparam>
public class WorkflowUpdateHandle<TResult> : WorkflowUpdateHandle
{
    internal WorkflowUpdateHandle(
        ITemporalClient client, string id, string workflowId, string? workflowRunId, Outcome? knownOutcome = null)
        : base(client, id, workflowId, workflowRunId, knownOutcome)
    {
    }

    /// <inheritdoc cref="WorkflowUpdateHandle.GetResultAsync(RpcOptions?)"/>
    public new Task<TResult> GetResultAsync(RpcOptions? rpcOptions = null) => GetResultAsync<TResult>(rpcOptions);
}
