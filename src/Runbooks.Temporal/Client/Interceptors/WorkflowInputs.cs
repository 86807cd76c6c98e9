using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Temporal.Client.Interceptors;

/// <summary>A start.</summary>
public record StartWorkflowInput(
    string Workflow,
    IReadOnlyCollection<object?> Args,
    WorkflowOptions Options,
    IDictionary<string, Payload>? Headers);

/// <summary>A signal.</summary>
public record SignalWorkflowInput(
    string Id,
    string? RunId,
    string Signal,
    IReadOnlyCollection<object?> Args,
    WorkflowSignalOptions? Options,
    IDictionary<string, Payload>? Headers);

/// <summary>A query.</summary>
public record QueryWorkflowInput(
    string Id,
    string? RunId,
    string Query,
    IReadOnlyCollection<object?> Args,
    WorkflowQueryOptions? Options,
    IDictionary<string, Payload>? Headers);

/// <summary>An update.</summary>
public record StartWorkflowUpdateInput(
    string Id,
    string? RunId,
    string? FirstExecutionRunId,
    string Update,
    IReadOnlyCollection<object?> Args,
    WorkflowUpdateStartOptions Options,
    IDictionary<string, Payload>? Headers);

/// <summary>An update together with the start of its workflow.</summary>
public record StartUpdateWithStartWorkflowInput(
    string Update,
    IReadOnlyCollection<object?> Args,
    WorkflowStartUpdateWithStartOptions Options,
    IDictionary<string, Payload>? Headers);

/// <summary>A wait for an update's outcome.</summary>
public record PollWorkflowUpdateInput(string Id, string WorkflowId, string? WorkflowRunId, RpcOptions? RpcOptions);

/// <summary>A description.</summary>
public record DescribeWorkflowInput(string Id, string? RunId, WorkflowDescribeOptions? Options);

/// <summary>A cancellation request.</summary>
public record CancelWorkflowInput(
    string Id, string? RunId, string? FirstExecutionRunId, WorkflowCancelOptions? Options);

/// <summary>A termination.</summary>
public record TerminateWorkflowInput(
    string Id, string? RunId, string? FirstExecutionRunId, string? Reason, WorkflowTerminateOptions? Options);

/// <summary>One page of a history.</summary>
public record FetchWorkflowHistoryEventPageInput(
    string Id,
    string? RunId,
    int PageSize,
    byte[]? NextPageToken,
    bool WaitNewEvent,
    HistoryEventFilterType EventFilterType,
    bool SkipArchival,
    RpcOptions? Rpc);

/// <summary>Answer to <see cref="FetchWorkflowHistoryEventPageInput"/>.</summary>
/// <param name="Events">May be empty although more follow, when a wait timed out.</param>
/// <param name="NextPageToken">Null at the end.</param>
public record WorkflowHistoryEventPage(IReadOnlyCollection<HistoryEvent> Events, byte[]? NextPageToken);

/// <summary>A list of workflows.</summary>
public record ListWorkflowsInput(string Query, WorkflowListOptions? Options);

/// <summary>A count of workflows.</summary>
public record CountWorkflowsInput(string Query, WorkflowCountOptions? Options);
