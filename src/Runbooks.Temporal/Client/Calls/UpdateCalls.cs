using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Exceptions;
using Stage = Temporalio.Api.Enums.V1.UpdateWorkflowExecutionLifecycleStage;
using StatusCode = Runbooks.Temporal.Exceptions.RpcException.StatusCode;

namespace Runbooks.Temporal.Client.Calls;

/// <summary>
/// Updates, alone and with a start. A server waits about 20 s for the stage and then answers with the stage reached; a
/// start is repeated with the same update id, which is the same update, until it is at least accepted.
/// </summary>
internal sealed class UpdateCalls(CallContext context, StartCalls starts)
{
    public async Task<WorkflowUpdateHandle<TResult>> StartAsync<TResult>(StartWorkflowUpdateInput input)
    {
        var request = await ToRequestAsync(
            input.Id, input.RunId, input.FirstExecutionRunId, input.Update, input.Args, input.Options, input.Headers)
            .ConfigureAwait(false);
        return await GuardAsync(async () =>
        {
            UpdateWorkflowExecutionResponse answer;
            do
            {
                answer = await context.Service.UpdateWorkflowExecutionAsync(request, input.Options.Rpc.WithRetry())
                    .ConfigureAwait(false);
            }
            while (answer.Stage < Stage.Accepted);

            return await ToHandleAsync<TResult>(request, answer, input.Options).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    public async Task<WorkflowUpdateHandle<TResult>> StartWithStartAsync<TResult>(
        StartUpdateWithStartWorkflowInput input)
    {
        var operation = input.Options.StartWorkflowOperation
            ?? throw new ArgumentException("The options need a start operation.");
        if (!operation.TryMarkUsed())
        {
            throw new ArgumentException("A start operation can be used only once.");
        }

        try
        {
            var request = new ExecuteMultiOperationRequest { Namespace = context.Namespace };
            var start = await starts.ToRequestAsync(
                operation.Workflow, operation.Args, operation.Options, operation.Headers).ConfigureAwait(false);
            var update = await ToRequestAsync(
                start.WorkflowId, null, null, input.Update, input.Args, input.Options, input.Headers)
                .ConfigureAwait(false);
            request.Operations.Add(new ExecuteMultiOperationRequest.Types.Operation { StartWorkflow = start });
            request.Operations.Add(new ExecuteMultiOperationRequest.Types.Operation { UpdateWorkflow = update });
            return await GuardAsync(() => RunAsync<TResult>(request, operation, input.Options)).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.GetDetail<MultiOperationExecutionFailure>() is { } both)
        {
            var unpacked = Unpack(e, both, operation);
            operation.SetException(unpacked);
            throw unpacked;
        }
        catch (Exception e)
        {
            operation.SetException(e);
            throw;
        }
    }

    public Task<Outcome?> PollAsync(PollWorkflowUpdateInput input) => GuardAsync(async () =>
    {
        var answer = await context.Service.PollWorkflowExecutionUpdateAsync(
            new()
            {
                Namespace = context.Namespace,
                Identity = context.Identity,
                UpdateRef = new()
                {
                    WorkflowExecution = CallContext.Execution(input.WorkflowId, input.WorkflowRunId),
                    UpdateId = input.Id,
                },
                WaitPolicy = new() { LifecycleStage = Stage.Completed },
            },
            input.RpcOptions.WithRetry()).ConfigureAwait(false);
        return (Outcome?)answer.Outcome;
    });

    private async Task<WorkflowUpdateHandle<TResult>> RunAsync<TResult>(
        ExecuteMultiOperationRequest request,
        WithStartWorkflowOperation operation,
        WorkflowStartUpdateWithStartOptions options)
    {
        var start = request.Operations[0].StartWorkflow;
        while (true)
        {
            var answer = await context.Service.ExecuteMultiOperationAsync(request, options.Rpc.WithRetry())
                .ConfigureAwait(false);
            var started = answer.Responses[0].StartWorkflow;
            operation.SetHandle(new WorkflowHandle(
                context.Client,
                start.WorkflowId,
                ResultRunId: started.RunId,
                FirstExecutionRunId: started.Started ? started.RunId : null));
            var update = answer.Responses[1].UpdateWorkflow;
            if (update.Stage >= Stage.Accepted)
            {
                return await ToHandleAsync<TResult>(request.Operations[1].UpdateWorkflow, update, options)
                    .ConfigureAwait(false);
            }
        }
    }

    private async Task<WorkflowUpdateHandle<TResult>> ToHandleAsync<TResult>(
        UpdateWorkflowExecutionRequest request,
        UpdateWorkflowExecutionResponse answer,
        WorkflowUpdateStartOptions options)
    {
        var runId = answer.UpdateRef?.WorkflowExecution?.RunId;
        var handle = new WorkflowUpdateHandle<TResult>(
            context.Client,
            request.Request.Meta.UpdateId,
            request.WorkflowExecution.WorkflowId,
            string.IsNullOrEmpty(runId) ? request.WorkflowExecution.RunId : runId,
            answer.Outcome);
        if (options.WaitForStage == WorkflowUpdateStage.Completed)
        {
            await handle.PollUntilOutcomeAsync(options.Rpc).ConfigureAwait(false);
        }

        return handle;
    }

    private async Task<UpdateWorkflowExecutionRequest> ToRequestAsync(
        string id,
        string? runId,
        string? firstExecutionRunId,
        string update,
        IReadOnlyCollection<object?> args,
        WorkflowUpdateStartOptions options,
        IDictionary<string, Temporalio.Api.Common.V1.Payload>? headers)
    {
        if (options.WaitForStage is not (WorkflowUpdateStage.Accepted or WorkflowUpdateStage.Completed))
        {
            throw new ArgumentException("WaitForStage must be accepted or completed.", nameof(options));
        }

        return new()
        {
            Namespace = context.Namespace,
            WorkflowExecution = CallContext.Execution(id, runId),
            FirstExecutionRunId = firstExecutionRunId ?? string.Empty,
            WaitPolicy = new() { LifecycleStage = (Stage)options.WaitForStage },
            Request = new()
            {
                Meta = new() { UpdateId = options.Id ?? CallContext.NewRequestId(), Identity = context.Identity },
                Input = new()
                {
                    Name = update,
                    Args = await context.ToPayloadsAsync(args).ConfigureAwait(false),
                    Header = await context.ToHeaderAsync(headers).ConfigureAwait(false),
                },
            },
        };
    }

    /// <summary>The error of the operation that failed; the other one only says that it was aborted.</summary>
    private static Exception Unpack(
        RpcException e, MultiOperationExecutionFailure both, WithStartWorkflowOperation operation)
    {
        var culprit = both.Statuses.FirstOrDefault(status =>
            status.Code != (int)StatusCode.OK &&
            !status.Details.Any(detail => detail.Is(MultiOperationExecutionAborted.Descriptor)));
        if (culprit == null)
        {
            return e;
        }

        var status = new Google.Rpc.Status { Code = culprit.Code, Message = culprit.Message };
        status.Details.AddRange(culprit.Details);
        var own = new RpcException(
            (StatusCode)culprit.Code, culprit.Message, Google.Protobuf.MessageExtensions.ToByteArray(status), e);
        return StartCalls.AlreadyStarted(own, operation.Workflow, operation.Options.Id!) ?? (Exception)own;
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (RpcException e) when (e.Code is StatusCode.DeadlineExceeded or StatusCode.Cancelled)
        {
            throw new WorkflowUpdateRpcTimeoutOrCanceledException(e);
        }
        catch (OperationCanceledException e)
        {
            throw new WorkflowUpdateRpcTimeoutOrCanceledException(e);
        }
    }
}
