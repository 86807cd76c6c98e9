using Google.Protobuf;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// Completes the history a task came with: its further pages, or all of it when this worker knows nothing.
/// </summary>
internal sealed class TaskHistory(WorkerContext worker)
{
    internal async Task<IReadOnlyList<HistoryEvent>> CompleteAsync(PollWorkflowTaskQueueResponse task)
    {
        var events = task.History?.Events ?? [];
        return task.NextPageToken.IsEmpty
            ? events
            : await ReadPagesAsync(task, [.. events], task.NextPageToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Everything from event 1. The last events of a task may exist only in the task (a repeated or speculative task is
    /// written when it completes), so they are kept.
    /// </summary>
    internal async Task<IReadOnlyList<HistoryEvent>> FetchAllAsync(
        PollWorkflowTaskQueueResponse task, IReadOnlyList<HistoryEvent> known)
    {
        var all = await ReadPagesAsync(task, [], ByteString.Empty).ConfigureAwait(false);
        if (known.Count > 0)
        {
            all.RemoveAll(e => e.EventId >= known[0].EventId);
            all.AddRange(known);
        }
        return all;
    }

    private async Task<List<HistoryEvent>> ReadPagesAsync(
        PollWorkflowTaskQueueResponse task, List<HistoryEvent> events, ByteString token)
    {
        do
        {
            var page = await worker.Service.GetWorkflowExecutionHistoryAsync(
                new() { Namespace = worker.Namespace, Execution = task.WorkflowExecution, NextPageToken = token },
                new() { Retry = true }).ConfigureAwait(false);
            events.AddRange(page.History.Events);
            token = page.NextPageToken;
        }
        while (!token.IsEmpty);
        return events;
    }
}
