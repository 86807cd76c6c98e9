using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.WorkflowService.V1;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Exceptions;

namespace Runbooks.Temporal.Client.Calls;

/// <summary>Starts, with or without a signal.</summary>
internal sealed class StartCalls(CallContext context)
{
    public async Task<WorkflowHandle<TWorkflow, TResult>> StartAsync<TWorkflow, TResult>(StartWorkflowInput input)
    {
        var options = input.Options;
        try
        {
            var request = await ToRequestAsync(input.Workflow, input.Args, options, input.Headers)
                .ConfigureAwait(false);
            if (options.StartSignal == null)
            {
                var started = await context.Service.StartWorkflowExecutionAsync(request, options.Rpc.WithRetry())
                    .ConfigureAwait(false);
                return Handle<TWorkflow, TResult>(request.WorkflowId, started.RunId, started.Started);
            }

            var both = await ToSignalWithStartAsync(request, options).ConfigureAwait(false);
            var answer = await context.Service.SignalWithStartWorkflowExecutionAsync(both, options.Rpc.WithRetry())
                .ConfigureAwait(false);
            // An open workflow that was only signalled may be in the middle of its chain: no first run is known.
            return new(context.Client, request.WorkflowId, resultRunId: answer.RunId);
        }
        catch (RpcException e) when (AlreadyStarted(e, input.Workflow, options.Id!) is { } refused)
        {
            throw refused;
        }
    }

    /// <summary>The exception for "already started"; null when the error is another one.</summary>
    public static WorkflowAlreadyStartedException? AlreadyStarted(RpcException e, string workflow, string id) =>
        e.Code == RpcException.StatusCode.AlreadyExists &&
        e.GetDetail<WorkflowExecutionAlreadyStartedFailure>() is { } failure
            ? new(e.Message, id, workflow, failure.RunId)
            : null;

    public async Task<StartWorkflowExecutionRequest> ToRequestAsync(
        string workflow,
        IReadOnlyCollection<object?> args,
        WorkflowOptions options,
        IDictionary<string, Temporalio.Api.Common.V1.Payload>? headers)
    {
        var reuse = options.IdReusePolicy;
#pragma warning disable CS0612, CS0618 // The deprecated reuse policy is still accepted from callers.
        if (reuse == WorkflowIdReusePolicy.TerminateIfRunning &&
            options.IdConflictPolicy != WorkflowIdConflictPolicy.Unspecified)
        {
            throw new ArgumentException("TerminateIfRunning cannot be combined with a conflict policy.");
        }
#pragma warning restore CS0612, CS0618

        return new()
        {
            Namespace = context.Namespace,
            Identity = context.Identity,
            RequestId = options.RequestId ?? CallContext.NewRequestId(),
            WorkflowId = Required(options.Id, "Id"),
            WorkflowType = new() { Name = workflow },
            TaskQueue = new() { Name = Required(options.TaskQueue, "TaskQueue"), Kind = TaskQueueKind.Normal },
            Input = await context.ToPayloadsAsync(args).ConfigureAwait(false),
            WorkflowExecutionTimeout = CallContext.ToDuration(options.ExecutionTimeout),
            WorkflowRunTimeout = CallContext.ToDuration(options.RunTimeout),
            WorkflowTaskTimeout = CallContext.ToDuration(options.TaskTimeout),
            WorkflowIdReusePolicy = reuse,
            WorkflowIdConflictPolicy = options.IdConflictPolicy,
            RetryPolicy = options.RetryPolicy?.ToProto(),
            CronSchedule = options.CronSchedule ?? string.Empty,
            Memo = await context.ToMemoAsync(options.Memo).ConfigureAwait(false),
            SearchAttributes = options.TypedSearchAttributes is { Count: > 0 } set ? set.ToProto() : null,
            Header = await context.ToHeaderAsync(headers).ConfigureAwait(false),
            WorkflowStartDelay = CallContext.ToDuration(options.StartDelay),
            UserMetadata = await context.ToUserMetadataAsync(options.StaticSummary, options.StaticDetails)
                .ConfigureAwait(false),
            Priority = options.Priority?.ToProto(),
        };
    }

    private async Task<SignalWithStartWorkflowExecutionRequest> ToSignalWithStartAsync(
        StartWorkflowExecutionRequest start, WorkflowOptions options) => new()
        {
            Namespace = start.Namespace,
            Identity = start.Identity,
            RequestId = start.RequestId,
            WorkflowId = start.WorkflowId,
            WorkflowType = start.WorkflowType,
            TaskQueue = start.TaskQueue,
            Input = start.Input,
            WorkflowExecutionTimeout = start.WorkflowExecutionTimeout,
            WorkflowRunTimeout = start.WorkflowRunTimeout,
            WorkflowTaskTimeout = start.WorkflowTaskTimeout,
            WorkflowIdReusePolicy = start.WorkflowIdReusePolicy,
            WorkflowIdConflictPolicy = start.WorkflowIdConflictPolicy,
            RetryPolicy = start.RetryPolicy,
            CronSchedule = start.CronSchedule,
            Memo = start.Memo,
            SearchAttributes = start.SearchAttributes,
            Header = start.Header,
            WorkflowStartDelay = start.WorkflowStartDelay,
            UserMetadata = start.UserMetadata,
            Priority = start.Priority,
            SignalName = options.StartSignal,
            SignalInput = await context.ToPayloadsAsync(options.StartSignalArgs).ConfigureAwait(false),
        };

    private WorkflowHandle<TWorkflow, TResult> Handle<TWorkflow, TResult>(string id, string runId, bool started) =>
        new(context.Client, id, resultRunId: runId, firstExecutionRunId: started ? runId : null);

    private static string Required(string? value, string name) =>
        string.IsNullOrEmpty(value) ? throw new ArgumentException($"Workflow options need {name}.") : value;
}
