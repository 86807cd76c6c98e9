using System.Linq.Expressions;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Workflow.V1;
using Runbooks.Temporal.Client.Calls;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Workflows;
using Priority = Runbooks.Temporal.Common.Priority;
using RetryPolicy = Runbooks.Temporal.Common.RetryPolicy;
using ProtoAction = Temporalio.Api.Schedule.V1.ScheduleAction;

namespace Runbooks.Temporal.Client.Schedules;

/// <summary>What a schedule does; today always <see cref="ScheduleActionStartWorkflow"/>.</summary>
public abstract record ScheduleAction
{
    private protected ScheduleAction()
    {
    }

    internal abstract Task<ProtoAction> ToProtoAsync(CallContext context);
}

/// <summary>Starts a workflow. Its id gets the nominal time appended, so every action has its own. Arguments read from
/// a description are <see cref="IEncodedRawValue"/>.</summary>
public record ScheduleActionStartWorkflow : ScheduleAction
{
    private ScheduleActionStartWorkflow(string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
    {
        Workflow = workflow;
        Args = args;
        Options = options;
    }

    public string Workflow { get; init; }

    public IReadOnlyCollection<object?> Args { get; init; }

    /// <summary>Start delay, start signal, policies of the id and request id do not apply to schedules.</summary>
    public WorkflowOptions Options { get; init; }

    public IDictionary<string, Payload>? Headers { get; init; }

    /// <summary>Starts the workflow of the run method called.</summary>
    public static ScheduleActionStartWorkflow Create<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, WorkflowOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(workflowRunCall);
        return Create(WorkflowDefinition.NameFromRunMethod(method), args, options);
    }

    /// <summary>Starts the workflow of the run method called.</summary>
    public static ScheduleActionStartWorkflow Create<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, WorkflowOptions options)
    {
        var (method, args) = ExpressionUtil.ExtractCall(workflowRunCall);
        return Create(WorkflowDefinition.NameFromRunMethod(method), args, options);
    }

    /// <summary>Starts a workflow by name.</summary>
    public static ScheduleActionStartWorkflow Create(
        string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
    {
        if (options.StartDelay != null || options.StartSignal != null)
        {
            throw new ArgumentException("A schedule cannot start with a delay or a signal.", nameof(options));
        }

        return new(workflow, args, options);
    }

    internal static async Task<ScheduleActionStartWorkflow> FromProtoAsync(ProtoAction? proto, CallContext context)
    {
        var start = proto?.StartWorkflow
            ?? throw new InvalidOperationException("The schedule's action is of an unknown kind.");
        var converter = context.Converter;
        Header? header = start.Header?.Clone();
        if (header != null && converter.PayloadCodec is { } codec)
        {
            await codec.DecodeInPlaceAsync(header.Fields).ConfigureAwait(false);
        }

        var args = (start.Input?.Payloads_ ?? []).Select(object? (payload) => new EncodedRawValue(converter, payload));
        return new(start.WorkflowType.Name, args.ToArray(), await OptionsAsync(start, converter).ConfigureAwait(false))
        {
            Headers = header?.Fields,
        };
    }

    internal override async Task<ProtoAction> ToProtoAsync(CallContext context)
    {
        var input = new Payloads();
        foreach (var arg in Args)
        {
            input.Payloads_.Add(arg is IEncodedRawValue encoded
                ? encoded.Payload
                : await context.Converter.ToPayloadAsync(arg).ConfigureAwait(false));
        }

        return new()
        {
            StartWorkflow = new()
            {
                WorkflowId = Options.Id ?? throw new ArgumentException("Workflow options need Id."),
                WorkflowType = new() { Name = Workflow },
                TaskQueue = new()
                {
                    Name = Options.TaskQueue ?? throw new ArgumentException("Workflow options need TaskQueue."),
                },
                Input = input,
                WorkflowExecutionTimeout = CallContext.ToDuration(Options.ExecutionTimeout),
                WorkflowRunTimeout = CallContext.ToDuration(Options.RunTimeout),
                WorkflowTaskTimeout = CallContext.ToDuration(Options.TaskTimeout),
                RetryPolicy = Options.RetryPolicy?.ToProto(),
                Memo = await context.ToMemoAsync(Options.Memo).ConfigureAwait(false),
                SearchAttributes = Options.TypedSearchAttributes is { Count: > 0 } set ? set.ToProto() : null,
                Header = await context.ToHeaderAsync(Headers).ConfigureAwait(false),
                UserMetadata = await context.ToUserMetadataAsync(Options.StaticSummary, Options.StaticDetails)
                    .ConfigureAwait(false),
                Priority = Options.Priority?.ToProto(),
            },
        };
    }

    private static async Task<WorkflowOptions> OptionsAsync(NewWorkflowExecutionInfo start, DataConverter converter) =>
        new(start.WorkflowId, start.TaskQueue.Name)
        {
            ExecutionTimeout = Positive(start.WorkflowExecutionTimeout),
            RunTimeout = Positive(start.WorkflowRunTimeout),
            TaskTimeout = Positive(start.WorkflowTaskTimeout),
            RetryPolicy = start.RetryPolicy == null ? null : RetryPolicy.FromProto(start.RetryPolicy),
            Memo = start.Memo?.Fields.ToDictionary(
                field => field.Key, object (field) => new EncodedRawValue(converter, field.Value)),
            TypedSearchAttributes = start.SearchAttributes == null
                ? null
                : SearchAttributeCollection.FromProto(start.SearchAttributes),
            StaticSummary = await TextAsync(start.UserMetadata?.Summary, converter).ConfigureAwait(false),
            StaticDetails = await TextAsync(start.UserMetadata?.Details, converter).ConfigureAwait(false),
            Priority = start.Priority == null ? null : Priority.FromProto(start.Priority),
        };

    private static TimeSpan? Positive(Duration? duration) =>
        duration?.ToTimeSpan() is { } span && span > TimeSpan.Zero ? span : null;

    private static async Task<string?> TextAsync(Payload? payload, DataConverter converter) =>
        payload == null ? null : await converter.ToValueAsync<string?>(payload).ConfigureAwait(false);
}
