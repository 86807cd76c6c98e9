using Temporalio.Api.Update.V1;
using Runbooks.Temporal.Client.Schedules;

namespace Runbooks.Temporal.Client.Interceptors;

/// <summary>Every call of a client passes one of these methods; overriding one and calling the base observes or changes
/// it. Headers set on an input travel to the worker.</summary>
public abstract class ClientOutboundInterceptor
{
    private readonly ClientOutboundInterceptor? next;

    protected ClientOutboundInterceptor(ClientOutboundInterceptor next) => this.next = next;

    private protected ClientOutboundInterceptor()
    {
    }

    protected ClientOutboundInterceptor Next =>
        next ?? throw new InvalidOperationException("The last interceptor must override every call.");

    public virtual Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(
        StartWorkflowInput input) => Next.StartWorkflowAsync<TWorkflow, TResult>(input);

    public virtual Task SignalWorkflowAsync(SignalWorkflowInput input) => Next.SignalWorkflowAsync(input);

    public virtual Task<TResult> QueryWorkflowAsync<TResult>(QueryWorkflowInput input) =>
        Next.QueryWorkflowAsync<TResult>(input);

    public virtual Task<WorkflowUpdateHandle<TResult>> StartWorkflowUpdateAsync<TResult>(
        StartWorkflowUpdateInput input) => Next.StartWorkflowUpdateAsync<TResult>(input);

    public virtual Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateWithStartWorkflowAsync<TUpdateResult>(
        StartUpdateWithStartWorkflowInput input) => Next.StartUpdateWithStartWorkflowAsync<TUpdateResult>(input);

    /// <summary>One poll; null when the server's own wait ended without an outcome.</summary>
    public virtual Task<Outcome?> PollWorkflowUpdateAsync(PollWorkflowUpdateInput input) =>
        Next.PollWorkflowUpdateAsync(input);

    public virtual Task<WorkflowExecutionDescription> DescribeWorkflowAsync(DescribeWorkflowInput input) =>
        Next.DescribeWorkflowAsync(input);

    public virtual Task CancelWorkflowAsync(CancelWorkflowInput input) => Next.CancelWorkflowAsync(input);

    public virtual Task TerminateWorkflowAsync(TerminateWorkflowInput input) => Next.TerminateWorkflowAsync(input);

    public virtual Task<WorkflowHistoryEventPage> FetchWorkflowHistoryEventPageAsync(
        FetchWorkflowHistoryEventPageInput input) => Next.FetchWorkflowHistoryEventPageAsync(input);

    public virtual IAsyncEnumerable<WorkflowExecution> ListWorkflowsAsync(ListWorkflowsInput input) =>
        Next.ListWorkflowsAsync(input);

    public virtual Task<WorkflowExecutionCount> CountWorkflowsAsync(CountWorkflowsInput input) =>
        Next.CountWorkflowsAsync(input);

    public virtual Task HeartbeatAsyncActivityAsync(HeartbeatAsyncActivityInput input) =>
        Next.HeartbeatAsyncActivityAsync(input);

    public virtual Task CompleteAsyncActivityAsync(CompleteAsyncActivityInput input) =>
        Next.CompleteAsyncActivityAsync(input);

    public virtual Task FailAsyncActivityAsync(FailAsyncActivityInput input) => Next.FailAsyncActivityAsync(input);

    public virtual Task ReportCancellationAsyncActivityAsync(ReportCancellationAsyncActivityInput input) =>
        Next.ReportCancellationAsyncActivityAsync(input);

    public virtual Task<ScheduleHandle> CreateScheduleAsync(CreateScheduleInput input) =>
        Next.CreateScheduleAsync(input);

    public virtual IAsyncEnumerable<ScheduleListDescription> ListSchedulesAsync(ListSchedulesInput input) =>
        Next.ListSchedulesAsync(input);

    public virtual Task<ScheduleDescription> DescribeScheduleAsync(DescribeScheduleInput input) =>
        Next.DescribeScheduleAsync(input);

    public virtual Task UpdateScheduleAsync(UpdateScheduleInput input) => Next.UpdateScheduleAsync(input);

    public virtual Task DeleteScheduleAsync(DeleteScheduleInput input) => Next.DeleteScheduleAsync(input);

    public virtual Task TriggerScheduleAsync(TriggerScheduleInput input) => Next.TriggerScheduleAsync(input);

    public virtual Task BackfillScheduleAsync(BackfillScheduleInput input) => Next.BackfillScheduleAsync(input);

    public virtual Task PauseScheduleAsync(PauseScheduleInput input) => Next.PauseScheduleAsync(input);

    public virtual Task UnpauseScheduleAsync(UnpauseScheduleInput input) => Next.UnpauseScheduleAsync(input);
}
