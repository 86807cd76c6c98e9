using Runbooks.Domain.States;

namespace Runbooks.Workflows.Steps;

/// <summary>Keeps the states of a workflow's steps and writes every change into its history.</summary>
/// <remarks><b>Threading</b>: workflow code only; one per workflow run.</remarks>
public sealed class StepJournal
{
    private readonly List<StepChange> latest = [];
    private int changes;

    /// <summary>The last change of every step, in the order of their first.</summary>
    public IReadOnlyList<StepChange> Steps => latest;

    /// <summary>Runs a step: running, then succeeded with <paramref name="detail"/>, or failed with the reason, which goes on to the caller.</summary>
    public async Task<T> RunAsync<T>(string path, string title, Func<Task<T>> body, Func<T, string> detail)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(detail);
        Record(path, title, StepState.Running, string.Empty);
        try
        {
            var result = await body();
            Record(path, title, StepState.Succeeded, detail(result));
            return result;
        }
        catch (Exception e) when (StepFailure.IsExpected(e))
        {
            Record(path, title, StepFailure.IsCancelled(e) ? StepState.Cancelled : StepState.Failed, StepFailure.Of(e).Text);
            throw;
        }
    }

    /// <summary>The same for a step that its procedure has a name for.</summary>
    public Task<T> RunAsync<T>(ProcedureStep step, Func<Task<T>> body, Func<T, string> detail)
    {
        ArgumentNullException.ThrowIfNull(step);
        return RunAsync(step.Path, step.Title, body, detail);
    }

    /// <summary>The same for a step that its procedure has a name for, without a result.</summary>
    public Task RunAsync(ProcedureStep step, Func<Task> body)
    {
        ArgumentNullException.ThrowIfNull(step);
        return RunAsync(step.Path, step.Title, body);
    }

    /// <summary>The same for a step without a result.</summary>
    public Task RunAsync(string path, string title, Func<Task> body) =>
        RunAsync(
            path,
            title,
            async () =>
            {
                await body();
                return string.Empty;
            },
            text => text);

    /// <summary>Records that a step was not done, and why.</summary>
    public void Skip(string path, string title, string reason) => Record(path, title, StepState.Skipped, reason);

    /// <summary>The same for a step that its procedure has a name for.</summary>
    public void Skip(ProcedureStep step, string reason)
    {
        ArgumentNullException.ThrowIfNull(step);
        Skip(step.Path, step.Title, reason);
    }

    /// <summary>Records a change.</summary>
    public void Record(string path, string title, StepState state, string detail, Question? question = null)
    {
        var change = new StepChange(++changes, path, title, state, Workflow.UtcNow, detail) { Question = question };
        var at = latest.FindIndex(s => s.Path == path);
        if (at < 0)
        {
            latest.Add(change);
        }
        else
        {
            latest[at] = change;
        }

        Workflow.UpsertMemo(MemoUpdate.ValueSet(StepChange.MemoKey, change));
    }
}
