using Google.Protobuf.WellKnownTypes;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Worker.Interceptors;
using Temporalio.Api.Command.V1;

namespace Runbooks.Temporal.Worker.Language;

/// <summary>What the next run of a chain starts with; everything that is not changed is taken over.</summary>
internal static class ContinueAsNewAttributes
{
    internal static ContinueAsNewWorkflowExecutionCommandAttributes Make(
        CreateContinueAsNewExceptionInput input, WorkflowInstance run)
    {
        var options = input.Options;
        var attributes = new ContinueAsNewWorkflowExecutionCommandAttributes
        {
            WorkflowType = new() { Name = input.Workflow ?? run.Info.WorkflowType },
            TaskQueue = new() { Name = options?.TaskQueue ?? run.Info.TaskQueue },
            Input = new() { Payloads_ = { run.PayloadConverter.ToPayloads(input.Args) } },
            WorkflowRunTimeout = options?.RunTimeout is { } runTimeout ? Duration.FromTimeSpan(runTimeout) : null,
            WorkflowTaskTimeout = options?.TaskTimeout is { } taskTimeout ? Duration.FromTimeSpan(taskTimeout) : null,
            RetryPolicy = (options?.RetryPolicy ?? run.Info.RetryPolicy)?.ToProto(),
            SearchAttributes = (options?.TypedSearchAttributes ?? run.TypedSearchAttributes).ToProto(),
            Memo = new(),
        };
        if (options?.Memo is { } memo)
        {
            foreach (var (key, value) in memo)
            {
                attributes.Memo.Fields[key] = run.PayloadConverter.ToPayload(value);
            }
        }
        else
        {
            foreach (var (key, value) in run.Memo)
            {
                attributes.Memo.Fields[key] = value.Payload;
            }
        }
        if (input.Headers is { Count: > 0 } headers)
        {
            attributes.Header = new() { Fields = { headers } };
        }
        return attributes;
    }
}
