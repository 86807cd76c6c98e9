using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;
using Runbooks.Temporal.Converters;

namespace Runbooks.Temporal.Client;

/// <summary>One run as the server itself knows it.</summary>
public class WorkflowExecutionDescription : WorkflowExecution
{
    private WorkflowExecutionDescription(DescribeWorkflowExecutionResponse raw, DataConverter dataConverter)
        : base(raw.WorkflowExecutionInfo, dataConverter) => RawDescription = raw;

    /// <summary>Everything the server answered, pending activities and children included.</summary>
    public DescribeWorkflowExecutionResponse RawDescription { get; }

    /// <summary>The summary given at the start. Null: none.</summary>
    public string? StaticSummary { get; private init; }

    /// <summary>The details given at the start. Null: none.</summary>
    public string? StaticDetails { get; private init; }

    internal static async Task<WorkflowExecutionDescription> FromProtoAsync(
        DescribeWorkflowExecutionResponse raw, DataConverter converter)
    {
        var metadata = raw.ExecutionConfig?.UserMetadata;
        return new(raw, converter)
        {
            StaticSummary = await TextAsync(converter, metadata?.Summary).ConfigureAwait(false),
            StaticDetails = await TextAsync(converter, metadata?.Details).ConfigureAwait(false),
        };
    }

    private static async Task<string?> TextAsync(DataConverter converter, Payload? payload) =>
        payload == null ? null : await converter.ToValueAsync<string?>(payload).ConfigureAwait(false);
}
