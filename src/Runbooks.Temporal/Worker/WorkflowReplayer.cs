using Runbooks.Temporal.Common;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker.Language;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Temporal.Worker;

/// <summary>
/// Runs today's workflow code against recorded histories. A workflow that fails is no replay failure; code that issues
/// other commands than the history holds, or whose task would fail, is.
/// </summary>
public class WorkflowReplayer
{
    private readonly RunDriver driver;

    /// <summary>Prepares a replayer. Throws when its options contradict each other.</summary>
    /// <param name="options">Options; copied.</param>
    public WorkflowReplayer(WorkflowReplayerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = (WorkflowReplayerOptions)options.Clone();
        if (Options.Workflows.Count == 0)
        {
            throw new ArgumentException("At least one workflow is needed", nameof(options));
        }
        var (named, dynamic) = WorkflowTable.Make(Options.Workflows);
        driver = new(
            named,
            dynamic,
            new(Options.Namespace, Options.TaskQueue, Options.DataConverter, [.. Options.Interceptors ?? []],
                Options.WorkflowFailureExceptionTypes ?? [], Options.LoggerFactory),
            detectsDeadlocks: !Options.DebugMode);
    }

    /// <summary>Options in force.</summary>
    public WorkflowReplayerOptions Options { get; }

    /// <summary>Replays one history.</summary>
    /// <param name="history">History, complete from event 1.</param>
    /// <param name="throwOnReplayFailure">Throw a failure instead of returning it.</param>
    /// <returns>The outcome. Throws WorkflowNondeterminismException or InvalidWorkflowOperationException.</returns>
    public async Task<WorkflowReplayResult> ReplayWorkflowAsync(
        WorkflowHistory history, bool throwOnReplayFailure = true)
    {
        ArgumentNullException.ThrowIfNull(history);
        var failure = await ReplayAsync(history).ConfigureAwait(false);
        return failure is null || !throwOnReplayFailure ? new(history, failure) : throw failure;
    }

    /// <summary>Replays many histories, one after the other.</summary>
    /// <param name="histories">Histories.</param>
    /// <param name="throwOnReplayFailure">Throw the first failure instead of collecting all.</param>
    /// <returns>Outcomes in order.</returns>
    public async Task<IEnumerable<WorkflowReplayResult>> ReplayWorkflowsAsync(
        IEnumerable<WorkflowHistory> histories, bool throwOnReplayFailure = false)
    {
        var results = new List<WorkflowReplayResult>();
        foreach (var history in histories)
        {
            results.Add(await ReplayWorkflowAsync(history, throwOnReplayFailure).ConfigureAwait(false));
        }
        return results;
    }

    private async Task<Exception?> ReplayAsync(WorkflowHistory history)
    {
        if (history.Events.FirstOrDefault() is not { EventType: EventType.WorkflowExecutionStarted } first)
        {
            return new ArgumentException($"History of {history.Id} does not begin with its start", nameof(history));
        }
        // Histories in JSON may lack the workflow id; code must see the one it was recorded under.
        if (first.WorkflowExecutionStartedEventAttributes.WorkflowId.Length == 0)
        {
            first = first.Clone();
            first.WorkflowExecutionStartedEventAttributes.WorkflowId = history.Id;
        }
        var run = new CachedRun(first.WorkflowExecutionStartedEventAttributes.OriginalExecutionRunId);
        try
        {
            run.Machine.Feed([first, .. history.Events.Skip(1)], []);
            await driver.DriveAsync(run).ConfigureAwait(false);
            run.Machine.FinishReplay();
            return null;
        }
        catch (TaskFailedException e)
        {
            return e.Cause == WorkflowTaskFailedCause.NonDeterministicError
                ? new WorkflowNondeterminismException(e.Failure.Message)
                : new InvalidWorkflowOperationException(e.Failure.Message, e.Failure.StackTrace);
        }
        catch (WorkflowNondeterminismException e)
        {
            return e;
        }
    }
}
