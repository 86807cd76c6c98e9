using Temporalio.Api.Update.V1;
using Runbooks.Temporal.Client.Interceptors;
using Runbooks.Temporal.Client.Schedules;

namespace Runbooks.Temporal.Client.Calls;

/// <summary>End of the interceptor chain: every call becomes requests to the server.</summary>
internal sealed class RootInterceptor : ClientOutboundInterceptor
{
    private readonly StartCalls starts;
    private readonly WorkflowCalls workflows;
    private readonly UpdateCalls updates;
    private readonly AsyncActivityCalls activities;
    private readonly ScheduleCalls schedules;

    public RootInterceptor(ITemporalClient client)
    {
        var context = new CallContext(client);
        starts = new(context);
        workflows = new(context);
        updates = new(context, starts);
        activities = new(context);
        schedules = new(context);
    }

    public override Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(
        StartWorkflowInput input) => starts.StartAsync<TWorkflow, TResult>(input);

    public override Task SignalWorkflowAsync(SignalWorkflowInput input) => workflows.SignalAsync(input);

    public override Task<TResult> QueryWorkflowAsync<TResult>(QueryWorkflowInput input) =>
        workflows.QueryAsync<TResult>(input);

    public override Task<WorkflowUpdateHandle<TResult>> StartWorkflowUpdateAsync<TResult>(
        StartWorkflowUpdateInput input) => updates.StartAsync<TResult>(input);

    public override Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TUpdateResult>(
        StartUpdateWithStartWorkflowInput input) => updates.StartWithStartAsync<TUpdateResult>(input);

    public override Task<Outcome?> PollWorkflowUpdateAsync(PollWorkflowUpdateInput input) => updates.PollAsync(input);

    public override Task<WorkflowExecutionDescription> DescribeWorkflowAsync(DescribeWorkflowInput input) =>
        workflows.DescribeAsync(input);

    public override Task CancelWorkflowAsync(CancelWorkflowInput input) => workflows.CancelAsync(input);

    public override Task TerminateWorkflowAsync(TerminateWorkflowInput input) => workflows.TerminateAsync(input);

    public override Task<WorkflowHistoryEventPage> FetchWorkflowHistoryEventPageAsync(
        FetchWorkflowHistoryEventPageInput input) => workflows.FetchPageAsync(input);

    public override IAsyncEnumerable<WorkflowExecution> ListWorkflowsAsync(ListWorkflowsInput input) =>
        workflows.ListAsync(input);

    public override Task<WorkflowExecutionCount> CountWorkflowsAsync(CountWorkflowsInput input) =>
        workflows.CountAsync(input);

    public override Task HeartbeatAsyncActivityAsync(HeartbeatAsyncActivityInput input) =>
        activities.HeartbeatAsync(input);

    public override Task CompleteAsyncActivityAsync(CompleteAsyncActivityInput input) =>
        activities.CompleteAsync(input);

    public override Task FailAsyncActivityAsync(FailAsyncActivityInput input) => activities.FailAsync(input);

    public override Task ReportCancellationAsyncActivityAsync(ReportCancellationAsyncActivityInput input) =>
        activities.ReportCancellationAsync(input);

    public override Task<ScheduleHandle> CreateScheduleAsync(CreateScheduleInput input) =>
        schedules.CreateAsync(input);

    public override IAsyncEnumerable<ScheduleListDescription> ListSchedulesAsync(ListSchedulesInput input) =>
        schedules.ListAsync(input);

    public override Task<ScheduleDescription> DescribeScheduleAsync(DescribeScheduleInput input) =>
        schedules.DescribeAsync(input);

    public override Task UpdateScheduleAsync(UpdateScheduleInput input) => schedules.UpdateAsync(input);

    public override Task DeleteScheduleAsync(DeleteScheduleInput input) => schedules.DeleteAsync(input);

    public override Task TriggerScheduleAsync(TriggerScheduleInput input) => schedules.TriggerAsync(input);

    public override Task BackfillScheduleAsync(BackfillScheduleInput input) => schedules.BackfillAsync(input);

    public override Task PauseScheduleAsync(PauseScheduleInput input) => schedules.PauseAsync(input);

    public override Task UnpauseScheduleAsync(UnpauseScheduleInput input) => schedules.UnpauseAsync(input);
}
