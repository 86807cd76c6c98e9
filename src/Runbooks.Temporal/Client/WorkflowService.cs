using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Temporal.Client;

/// <summary>Raw calls of Temporal's workflow service, one method per call of the protocol that this house uses; any
/// other goes through <see cref="RpcService.CallAsync{T}"/>.</summary>
public sealed class WorkflowService : RpcService
{
    internal WorkflowService(TemporalConnection connection)
        : base(connection)
    {
    }

    public override string FullName => "temporal.api.workflowservice.v1.WorkflowService";

    public Task<RegisterNamespaceResponse> RegisterNamespaceAsync(
        RegisterNamespaceRequest request, RpcOptions? options = null) =>
        CallAsync("RegisterNamespace", request, RegisterNamespaceResponse.Parser, options);

    public Task<DescribeNamespaceResponse> DescribeNamespaceAsync(
        DescribeNamespaceRequest request, RpcOptions? options = null) =>
        CallAsync("DescribeNamespace", request, DescribeNamespaceResponse.Parser, options);

    public Task<ListNamespacesResponse> ListNamespacesAsync(
        ListNamespacesRequest request, RpcOptions? options = null) =>
        CallAsync("ListNamespaces", request, ListNamespacesResponse.Parser, options);

    public Task<UpdateNamespaceResponse> UpdateNamespaceAsync(
        UpdateNamespaceRequest request, RpcOptions? options = null) =>
        CallAsync("UpdateNamespace", request, UpdateNamespaceResponse.Parser, options);

    public Task<StartWorkflowExecutionResponse> StartWorkflowExecutionAsync(
        StartWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync("StartWorkflowExecution", request, StartWorkflowExecutionResponse.Parser, options);

    public Task<ExecuteMultiOperationResponse> ExecuteMultiOperationAsync(
        ExecuteMultiOperationRequest request, RpcOptions? options = null) =>
        CallAsync("ExecuteMultiOperation", request, ExecuteMultiOperationResponse.Parser, options);

    public Task<GetWorkflowExecutionHistoryResponse> GetWorkflowExecutionHistoryAsync(
        GetWorkflowExecutionHistoryRequest request, RpcOptions? options = null) =>
        CallAsync("GetWorkflowExecutionHistory", request, GetWorkflowExecutionHistoryResponse.Parser, options);

    public Task<GetWorkflowExecutionHistoryReverseResponse> GetWorkflowExecutionHistoryReverseAsync(
        GetWorkflowExecutionHistoryReverseRequest request, RpcOptions? options = null) =>
        CallAsync(
            "GetWorkflowExecutionHistoryReverse", request, GetWorkflowExecutionHistoryReverseResponse.Parser, options);

    public Task<PollWorkflowTaskQueueResponse> PollWorkflowTaskQueueAsync(
        PollWorkflowTaskQueueRequest request, RpcOptions? options = null) =>
        CallAsync("PollWorkflowTaskQueue", request, PollWorkflowTaskQueueResponse.Parser, options);

    public Task<RespondWorkflowTaskCompletedResponse> RespondWorkflowTaskCompletedAsync(
        RespondWorkflowTaskCompletedRequest request, RpcOptions? options = null) =>
        CallAsync("RespondWorkflowTaskCompleted", request, RespondWorkflowTaskCompletedResponse.Parser, options);

    public Task<RespondWorkflowTaskFailedResponse> RespondWorkflowTaskFailedAsync(
        RespondWorkflowTaskFailedRequest request, RpcOptions? options = null) =>
        CallAsync("RespondWorkflowTaskFailed", request, RespondWorkflowTaskFailedResponse.Parser, options);

    public Task<PollActivityTaskQueueResponse> PollActivityTaskQueueAsync(
        PollActivityTaskQueueRequest request, RpcOptions? options = null) =>
        CallAsync("PollActivityTaskQueue", request, PollActivityTaskQueueResponse.Parser, options);

    public Task<RecordActivityTaskHeartbeatResponse> RecordActivityTaskHeartbeatAsync(
        RecordActivityTaskHeartbeatRequest request, RpcOptions? options = null) =>
        CallAsync("RecordActivityTaskHeartbeat", request, RecordActivityTaskHeartbeatResponse.Parser, options);

    public Task<RecordActivityTaskHeartbeatByIdResponse> RecordActivityTaskHeartbeatByIdAsync(
        RecordActivityTaskHeartbeatByIdRequest request, RpcOptions? options = null) =>
        CallAsync("RecordActivityTaskHeartbeatById", request, RecordActivityTaskHeartbeatByIdResponse.Parser, options);

    public Task<RespondActivityTaskCompletedResponse> RespondActivityTaskCompletedAsync(
        RespondActivityTaskCompletedRequest request, RpcOptions? options = null) =>
        CallAsync("RespondActivityTaskCompleted", request, RespondActivityTaskCompletedResponse.Parser, options);

    public Task<RespondActivityTaskCompletedByIdResponse> RespondActivityTaskCompletedByIdAsync(
        RespondActivityTaskCompletedByIdRequest request, RpcOptions? options = null) =>
        CallAsync(
            "RespondActivityTaskCompletedById", request, RespondActivityTaskCompletedByIdResponse.Parser, options);

    public Task<RespondActivityTaskFailedResponse> RespondActivityTaskFailedAsync(
        RespondActivityTaskFailedRequest request, RpcOptions? options = null) =>
        CallAsync("RespondActivityTaskFailed", request, RespondActivityTaskFailedResponse.Parser, options);

    public Task<RespondActivityTaskFailedByIdResponse> RespondActivityTaskFailedByIdAsync(
        RespondActivityTaskFailedByIdRequest request, RpcOptions? options = null) =>
        CallAsync("RespondActivityTaskFailedById", request, RespondActivityTaskFailedByIdResponse.Parser, options);

    public Task<RespondActivityTaskCanceledResponse> RespondActivityTaskCanceledAsync(
        RespondActivityTaskCanceledRequest request, RpcOptions? options = null) =>
        CallAsync("RespondActivityTaskCanceled", request, RespondActivityTaskCanceledResponse.Parser, options);

    public Task<RespondActivityTaskCanceledByIdResponse> RespondActivityTaskCanceledByIdAsync(
        RespondActivityTaskCanceledByIdRequest request, RpcOptions? options = null) =>
        CallAsync("RespondActivityTaskCanceledById", request, RespondActivityTaskCanceledByIdResponse.Parser, options);

    public Task<RequestCancelWorkflowExecutionResponse> RequestCancelWorkflowExecutionAsync(
        RequestCancelWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync("RequestCancelWorkflowExecution", request, RequestCancelWorkflowExecutionResponse.Parser, options);

    public Task<SignalWorkflowExecutionResponse> SignalWorkflowExecutionAsync(
        SignalWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync("SignalWorkflowExecution", request, SignalWorkflowExecutionResponse.Parser, options);

    public Task<SignalWithStartWorkflowExecutionResponse> SignalWithStartWorkflowExecutionAsync(
        SignalWithStartWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync(
            "SignalWithStartWorkflowExecution", request, SignalWithStartWorkflowExecutionResponse.Parser, options);

    public Task<ResetWorkflowExecutionResponse> ResetWorkflowExecutionAsync(
        ResetWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync("ResetWorkflowExecution", request, ResetWorkflowExecutionResponse.Parser, options);

    public Task<TerminateWorkflowExecutionResponse> TerminateWorkflowExecutionAsync(
        TerminateWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync("TerminateWorkflowExecution", request, TerminateWorkflowExecutionResponse.Parser, options);

    public Task<DeleteWorkflowExecutionResponse> DeleteWorkflowExecutionAsync(
        DeleteWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync("DeleteWorkflowExecution", request, DeleteWorkflowExecutionResponse.Parser, options);

    public Task<ListWorkflowExecutionsResponse> ListWorkflowExecutionsAsync(
        ListWorkflowExecutionsRequest request, RpcOptions? options = null) =>
        CallAsync("ListWorkflowExecutions", request, ListWorkflowExecutionsResponse.Parser, options);

    public Task<CountWorkflowExecutionsResponse> CountWorkflowExecutionsAsync(
        CountWorkflowExecutionsRequest request, RpcOptions? options = null) =>
        CallAsync("CountWorkflowExecutions", request, CountWorkflowExecutionsResponse.Parser, options);

    public Task<RespondQueryTaskCompletedResponse> RespondQueryTaskCompletedAsync(
        RespondQueryTaskCompletedRequest request, RpcOptions? options = null) =>
        CallAsync("RespondQueryTaskCompleted", request, RespondQueryTaskCompletedResponse.Parser, options);

    public Task<ResetStickyTaskQueueResponse> ResetStickyTaskQueueAsync(
        ResetStickyTaskQueueRequest request, RpcOptions? options = null) =>
        CallAsync("ResetStickyTaskQueue", request, ResetStickyTaskQueueResponse.Parser, options);

    public Task<ShutdownWorkerResponse> ShutdownWorkerAsync(
        ShutdownWorkerRequest request, RpcOptions? options = null) =>
        CallAsync("ShutdownWorker", request, ShutdownWorkerResponse.Parser, options);

    public Task<QueryWorkflowResponse> QueryWorkflowAsync(
        QueryWorkflowRequest request, RpcOptions? options = null) =>
        CallAsync("QueryWorkflow", request, QueryWorkflowResponse.Parser, options);

    public Task<DescribeWorkflowExecutionResponse> DescribeWorkflowExecutionAsync(
        DescribeWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync("DescribeWorkflowExecution", request, DescribeWorkflowExecutionResponse.Parser, options);

    public Task<DescribeTaskQueueResponse> DescribeTaskQueueAsync(
        DescribeTaskQueueRequest request, RpcOptions? options = null) =>
        CallAsync("DescribeTaskQueue", request, DescribeTaskQueueResponse.Parser, options);

    public Task<GetClusterInfoResponse> GetClusterInfoAsync(
        GetClusterInfoRequest request, RpcOptions? options = null) =>
        CallAsync("GetClusterInfo", request, GetClusterInfoResponse.Parser, options);

    public Task<GetSystemInfoResponse> GetSystemInfoAsync(
        GetSystemInfoRequest request, RpcOptions? options = null) =>
        CallAsync("GetSystemInfo", request, GetSystemInfoResponse.Parser, options);

    public Task<ListTaskQueuePartitionsResponse> ListTaskQueuePartitionsAsync(
        ListTaskQueuePartitionsRequest request, RpcOptions? options = null) =>
        CallAsync("ListTaskQueuePartitions", request, ListTaskQueuePartitionsResponse.Parser, options);

    public Task<CreateScheduleResponse> CreateScheduleAsync(
        CreateScheduleRequest request, RpcOptions? options = null) =>
        CallAsync("CreateSchedule", request, CreateScheduleResponse.Parser, options);

    public Task<DescribeScheduleResponse> DescribeScheduleAsync(
        DescribeScheduleRequest request, RpcOptions? options = null) =>
        CallAsync("DescribeSchedule", request, DescribeScheduleResponse.Parser, options);

    public Task<UpdateScheduleResponse> UpdateScheduleAsync(
        UpdateScheduleRequest request, RpcOptions? options = null) =>
        CallAsync("UpdateSchedule", request, UpdateScheduleResponse.Parser, options);

    public Task<PatchScheduleResponse> PatchScheduleAsync(
        PatchScheduleRequest request, RpcOptions? options = null) =>
        CallAsync("PatchSchedule", request, PatchScheduleResponse.Parser, options);

    public Task<ListScheduleMatchingTimesResponse> ListScheduleMatchingTimesAsync(
        ListScheduleMatchingTimesRequest request, RpcOptions? options = null) =>
        CallAsync("ListScheduleMatchingTimes", request, ListScheduleMatchingTimesResponse.Parser, options);

    public Task<DeleteScheduleResponse> DeleteScheduleAsync(
        DeleteScheduleRequest request, RpcOptions? options = null) =>
        CallAsync("DeleteSchedule", request, DeleteScheduleResponse.Parser, options);

    public Task<ListSchedulesResponse> ListSchedulesAsync(
        ListSchedulesRequest request, RpcOptions? options = null) =>
        CallAsync("ListSchedules", request, ListSchedulesResponse.Parser, options);

    public Task<CountSchedulesResponse> CountSchedulesAsync(
        CountSchedulesRequest request, RpcOptions? options = null) =>
        CallAsync("CountSchedules", request, CountSchedulesResponse.Parser, options);

    public Task<UpdateWorkflowExecutionResponse> UpdateWorkflowExecutionAsync(
        UpdateWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync("UpdateWorkflowExecution", request, UpdateWorkflowExecutionResponse.Parser, options);

    public Task<PollWorkflowExecutionUpdateResponse> PollWorkflowExecutionUpdateAsync(
        PollWorkflowExecutionUpdateRequest request, RpcOptions? options = null) =>
        CallAsync("PollWorkflowExecutionUpdate", request, PollWorkflowExecutionUpdateResponse.Parser, options);

    public Task<UpdateWorkflowExecutionOptionsResponse> UpdateWorkflowExecutionOptionsAsync(
        UpdateWorkflowExecutionOptionsRequest request, RpcOptions? options = null) =>
        CallAsync("UpdateWorkflowExecutionOptions", request, UpdateWorkflowExecutionOptionsResponse.Parser, options);

    public Task<RecordWorkerHeartbeatResponse> RecordWorkerHeartbeatAsync(
        RecordWorkerHeartbeatRequest request, RpcOptions? options = null) =>
        CallAsync("RecordWorkerHeartbeat", request, RecordWorkerHeartbeatResponse.Parser, options);

    public Task<PauseWorkflowExecutionResponse> PauseWorkflowExecutionAsync(
        PauseWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync("PauseWorkflowExecution", request, PauseWorkflowExecutionResponse.Parser, options);

    public Task<UnpauseWorkflowExecutionResponse> UnpauseWorkflowExecutionAsync(
        UnpauseWorkflowExecutionRequest request, RpcOptions? options = null) =>
        CallAsync("UnpauseWorkflowExecution", request, UnpauseWorkflowExecutionResponse.Parser, options);
}
