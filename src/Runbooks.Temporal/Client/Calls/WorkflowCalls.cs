using System.Runtime.CompilerServices;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.WorkflowService.V1;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Client.Calls;

/// <summary>Signals, queries, control and reading of existing workflows.</summary>
internal sealed class WorkflowCalls(CallContext context)
{
    public async Task SignalAsync(SignalWorkflowInput input) =>
        await context.Service.SignalWorkflowExecutionAsync(
            new()
            {
                Namespace = context.Namespace,
                Identity = context.Identity,
                RequestId = CallContext.NewRequestId(),
                WorkflowExecution = CallContext.Execution(input.Id, input.RunId),
                SignalName = input.Signal,
                Input = await context.ToPayloadsAsync(input.Args).ConfigureAwait(false),
                Header = await context.ToHeaderAsync(input.Headers).ConfigureAwait(false),
            },
            (input.Options?.Rpc).WithRetry()).ConfigureAwait(false);

    public async Task<TResult> QueryAsync<TResult>(QueryWorkflowInput input)
    {
        var request = new QueryWorkflowRequest
        {
            Namespace = context.Namespace,
            Execution = CallContext.Execution(input.Id, input.RunId),
            Query = new()
            {
                QueryType = input.Query,
                QueryArgs = await context.ToPayloadsAsync(input.Args).ConfigureAwait(false),
                Header = await context.ToHeaderAsync(input.Headers).ConfigureAwait(false),
            },
            QueryRejectCondition = input.Options?.RejectCondition ??
                context.Client.Options.QueryRejectCondition ?? QueryRejectCondition.Unspecified,
        };
        QueryWorkflowResponse answer;
        try
        {
            answer = await context.Service.QueryWorkflowAsync(request, (input.Options?.Rpc).WithRetry())
                .ConfigureAwait(false);
        }
        catch (RpcException e) when (e.GetDetail<QueryFailedFailure>() is { } failed)
        {
            var cause = failed.Failure == null
                ? null
                : await context.Converter.ToExceptionAsync(failed.Failure).ConfigureAwait(false);
            throw new WorkflowQueryFailedException(cause?.Message ?? e.Message, cause ?? e);
        }

        return answer.QueryRejected is { } rejected
            ? throw new WorkflowQueryRejectedException(rejected.Status)
            : await context.Converter.ToSingleValueAsync<TResult>(answer.QueryResult?.Payloads_)
                .ConfigureAwait(false);
    }

    public async Task<WorkflowExecutionDescription> DescribeAsync(DescribeWorkflowInput input)
    {
        var answer = await context.Service.DescribeWorkflowExecutionAsync(
            new()
            {
                Namespace = context.Namespace,
                Execution = CallContext.Execution(input.Id, input.RunId),
            },
            (input.Options?.Rpc).WithRetry()).ConfigureAwait(false);
        return await WorkflowExecutionDescription.FromProtoAsync(answer, context.Converter).ConfigureAwait(false);
    }

    public Task CancelAsync(CancelWorkflowInput input) =>
        context.Service.RequestCancelWorkflowExecutionAsync(
            new()
            {
                Namespace = context.Namespace,
                Identity = context.Identity,
                RequestId = CallContext.NewRequestId(),
                WorkflowExecution = CallContext.Execution(input.Id, input.RunId),
                FirstExecutionRunId = input.FirstExecutionRunId ?? string.Empty,
            },
            (input.Options?.Rpc).WithRetry());

    public async Task TerminateAsync(TerminateWorkflowInput input) =>
        await context.Service.TerminateWorkflowExecutionAsync(
            new()
            {
                Namespace = context.Namespace,
                Identity = context.Identity,
                WorkflowExecution = CallContext.Execution(input.Id, input.RunId),
                FirstExecutionRunId = input.FirstExecutionRunId ?? string.Empty,
                Reason = input.Reason ?? string.Empty,
                Details = await context.ToPayloadsAsync(input.Options?.Details).ConfigureAwait(false),
            },
            (input.Options?.Rpc).WithRetry()).ConfigureAwait(false);

    public async Task<WorkflowHistoryEventPage> FetchPageAsync(FetchWorkflowHistoryEventPageInput input)
    {
        var request = new GetWorkflowExecutionHistoryRequest
        {
            Namespace = context.Namespace,
            Execution = CallContext.Execution(input.Id, input.RunId),
            MaximumPageSize = input.PageSize,
            NextPageToken = CallContext.ToToken(input.NextPageToken),
            WaitNewEvent = input.WaitNewEvent,
            HistoryEventFilterType = input.EventFilterType,
            SkipArchival = input.SkipArchival,
        };
        while (true)
        {
            var answer = await context.Service.GetWorkflowExecutionHistoryAsync(request, input.Rpc.WithRetry())
                .ConfigureAwait(false);
            // A wait that ended without news comes back empty with a token: same question, later.
            if (answer.History.Events.Count > 0 || answer.NextPageToken.IsEmpty)
            {
                return new(answer.History.Events, CallContext.FromToken(answer.NextPageToken));
            }

            request.NextPageToken = answer.NextPageToken;
        }
    }

    public IAsyncEnumerable<WorkflowExecution> ListAsync(ListWorkflowsInput input) =>
        ListAsync(input, CancellationToken.None);

    public async Task<WorkflowExecutionCount> CountAsync(CountWorkflowsInput input) => new(
        await context.Service.CountWorkflowExecutionsAsync(
            new() { Namespace = context.Namespace, Query = input.Query },
            (input.Options?.Rpc).WithRetry()).ConfigureAwait(false));

    private async IAsyncEnumerable<WorkflowExecution> ListAsync(
        ListWorkflowsInput input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = input.Options is { Limit: > 0 } options ? options.Limit : int.MaxValue;
        var request = new ListWorkflowExecutionsRequest
        {
            Namespace = context.Namespace,
            Query = input.Query,
            PageSize = input.Options?.PageSize ?? 0,
        };
        do
        {
            var rpc = (input.Options?.Rpc).WithCancellation(cancellationToken).WithRetry();
            var page = await context.Service.ListWorkflowExecutionsAsync(request, rpc).ConfigureAwait(false);
            foreach (var execution in page.Executions)
            {
                yield return new(execution, context.Converter);
                if (--left == 0)
                {
                    yield break;
                }
            }

            request.NextPageToken = page.NextPageToken;
        }
        while (!request.NextPageToken.IsEmpty);
    }
}
