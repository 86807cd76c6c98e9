using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Client;

/// <summary>Waits for close events and follows the chain of runs they name.</summary>
internal static class WorkflowResult
{
    public static async Task<T> WaitAsync<T>(WorkflowHandle handle, bool followRuns, RpcOptions? rpcOptions)
    {
        var runId = handle.ResultRunId;
        while (true)
        {
            var close = await WaitCloseEventAsync(handle, runId, rpcOptions).ConfigureAwait(false);
            var next = NextRun(close);
            if (next.Length == 0 || !followRuns)
            {
                return await ReadAsync<T>(handle.Client.Options.DataConverter, close, next).ConfigureAwait(false);
            }

            runId = next;
        }
    }

    private static async Task<HistoryEvent> WaitCloseEventAsync(
        WorkflowHandle handle, string? runId, RpcOptions? rpcOptions)
    {
        byte[]? token = null;
        while (true)
        {
            var page = await handle.Client.OutboundInterceptor.FetchWorkflowHistoryEventPageAsync(new(
                handle.Id,
                runId,
                PageSize: 0,
                token,
                WaitNewEvent: true,
                HistoryEventFilterType.CloseEvent,
                SkipArchival: true,
                rpcOptions)).ConfigureAwait(false);
            if (page.Events.Count > 0)
            {
                return page.Events.Last();
            }

            token = page.NextPageToken;
        }
    }

    private static string NextRun(HistoryEvent close) => close.AttributesCase switch
    {
        HistoryEvent.AttributesOneofCase.WorkflowExecutionCompletedEventAttributes =>
            close.WorkflowExecutionCompletedEventAttributes.NewExecutionRunId,
        HistoryEvent.AttributesOneofCase.WorkflowExecutionFailedEventAttributes =>
            close.WorkflowExecutionFailedEventAttributes.NewExecutionRunId,
        HistoryEvent.AttributesOneofCase.WorkflowExecutionTimedOutEventAttributes =>
            close.WorkflowExecutionTimedOutEventAttributes.NewExecutionRunId,
        HistoryEvent.AttributesOneofCase.WorkflowExecutionContinuedAsNewEventAttributes =>
            close.WorkflowExecutionContinuedAsNewEventAttributes.NewExecutionRunId,
        _ => string.Empty,
    };

    private static async Task<T> ReadAsync<T>(DataConverter converter, HistoryEvent close, string next)
    {
        switch (close.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionCompletedEventAttributes:
                var result = close.WorkflowExecutionCompletedEventAttributes.Result;
                return await converter.ToSingleValueAsync<T>(result?.Payloads_).ConfigureAwait(false);
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionFailedEventAttributes:
                var failure = close.WorkflowExecutionFailedEventAttributes.Failure;
                throw new WorkflowFailedException(await converter.ToExceptionAsync(failure).ConfigureAwait(false));
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionCanceledEventAttributes:
                var details = close.WorkflowExecutionCanceledEventAttributes.Details;
                throw new WorkflowFailedException(await CanceledAsync(converter, details).ConfigureAwait(false));
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionTerminatedEventAttributes:
                var reason = close.WorkflowExecutionTerminatedEventAttributes.Reason;
                throw new WorkflowFailedException(
                    new TerminatedFailureException(reason.Length == 0 ? "Workflow terminated" : reason));
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionTimedOutEventAttributes:
                throw new WorkflowFailedException(
                    new TimeoutFailureException("Workflow timed out", TimeoutType.StartToClose));
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionContinuedAsNewEventAttributes:
                throw new WorkflowContinuedAsNewException(next);
            default:
                throw new InvalidOperationException($"Unknown close event {close.EventType}.");
        }
    }

    private static async Task<CanceledFailureException> CanceledAsync(DataConverter converter, Payloads? details)
    {
        if (converter.PayloadCodec is { } codec && details != null)
        {
            details = details.Clone();
            await codec.DecodeInPlaceAsync(details).ConfigureAwait(false);
        }

        var failure = new Temporalio.Api.Failure.V1.Failure
        {
            Message = "Workflow canceled",
            CanceledFailureInfo = new() { Details = details },
        };
        return (CanceledFailureException)converter.FailureConverter.ToException(failure, converter.PayloadConverter);
    }
}
