using Google.Protobuf;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using IdReference = Runbooks.Temporal.Client.AsyncActivityHandle.IdReference;
using TaskTokenReference = Runbooks.Temporal.Client.AsyncActivityHandle.TaskTokenReference;

namespace Runbooks.Temporal.Client.Calls;

/// <summary>Ends and heartbeats of activities from outside their worker, by ids or by task token.</summary>
internal sealed class AsyncActivityCalls(CallContext context)
{
    public async Task HeartbeatAsync(HeartbeatAsyncActivityInput input)
    {
        var details = await context.ToPayloadsAsync(input.Options?.Details).ConfigureAwait(false);
        var rpc = (input.Options?.Rpc).WithRetry();
        bool cancelRequested;
        if (input.Activity is IdReference id)
        {
            var answer = await context.Service.RecordActivityTaskHeartbeatByIdAsync(
                new()
                {
                    Namespace = context.Namespace,
                    Identity = context.Identity,
                    WorkflowId = id.WorkflowId,
                    RunId = id.RunId ?? string.Empty,
                    ActivityId = id.ActivityId,
                    Details = details,
                },
                rpc).ConfigureAwait(false);
            cancelRequested = answer.CancelRequested;
        }
        else
        {
            var answer = await context.Service.RecordActivityTaskHeartbeatAsync(
                new()
                {
                    Namespace = context.Namespace,
                    Identity = context.Identity,
                    TaskToken = Token(input.Activity),
                    Details = details,
                },
                rpc).ConfigureAwait(false);
            cancelRequested = answer.CancelRequested;
        }

        if (cancelRequested)
        {
            throw new AsyncActivityCanceledException();
        }
    }

    public async Task CompleteAsync(CompleteAsyncActivityInput input)
    {
        var result = new Temporalio.Api.Common.V1.Payloads
        {
            Payloads_ = { await context.Converter.ToPayloadAsync(input.Result).ConfigureAwait(false) },
        };
        var rpc = (input.Options?.Rpc).WithRetry();
        if (input.Activity is IdReference id)
        {
            await context.Service.RespondActivityTaskCompletedByIdAsync(
                new()
                {
                    Namespace = context.Namespace,
                    Identity = context.Identity,
                    WorkflowId = id.WorkflowId,
                    RunId = id.RunId ?? string.Empty,
                    ActivityId = id.ActivityId,
                    Result = result,
                },
                rpc).ConfigureAwait(false);
            return;
        }

        await context.Service.RespondActivityTaskCompletedAsync(
            new()
            {
                Namespace = context.Namespace,
                Identity = context.Identity,
                TaskToken = Token(input.Activity),
                Result = result,
            },
            rpc).ConfigureAwait(false);
    }

    public async Task FailAsync(FailAsyncActivityInput input)
    {
        var failure = await context.Converter.ToFailureAsync(input.Exception).ConfigureAwait(false);
        var details = await context.ToPayloadsAsync(input.Options?.LastHeartbeatDetails).ConfigureAwait(false);
        var rpc = (input.Options?.Rpc).WithRetry();
        if (input.Activity is IdReference id)
        {
            await context.Service.RespondActivityTaskFailedByIdAsync(
                new()
                {
                    Namespace = context.Namespace,
                    Identity = context.Identity,
                    WorkflowId = id.WorkflowId,
                    RunId = id.RunId ?? string.Empty,
                    ActivityId = id.ActivityId,
                    Failure = failure,
                    LastHeartbeatDetails = details,
                },
                rpc).ConfigureAwait(false);
            return;
        }

        await context.Service.RespondActivityTaskFailedAsync(
            new()
            {
                Namespace = context.Namespace,
                Identity = context.Identity,
                TaskToken = Token(input.Activity),
                Failure = failure,
                LastHeartbeatDetails = details,
            },
            rpc).ConfigureAwait(false);
    }

    public async Task ReportCancellationAsync(ReportCancellationAsyncActivityInput input)
    {
        var details = await context.ToPayloadsAsync(input.Options?.Details).ConfigureAwait(false);
        var rpc = (input.Options?.Rpc).WithRetry();
        if (input.Activity is IdReference id)
        {
            await context.Service.RespondActivityTaskCanceledByIdAsync(
                new()
                {
                    Namespace = context.Namespace,
                    Identity = context.Identity,
                    WorkflowId = id.WorkflowId,
                    RunId = id.RunId ?? string.Empty,
                    ActivityId = id.ActivityId,
                    Details = details,
                },
                rpc).ConfigureAwait(false);
            return;
        }

        await context.Service.RespondActivityTaskCanceledAsync(
            new()
            {
                Namespace = context.Namespace,
                Identity = context.Identity,
                TaskToken = Token(input.Activity),
                Details = details,
            },
            rpc).ConfigureAwait(false);
    }

    private static ByteString Token(AsyncActivityHandle.Reference activity) =>
        ByteString.CopyFrom(((TaskTokenReference)activity).TaskToken.ToArray());
}
