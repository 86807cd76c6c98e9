using Runbooks.Domain.Units;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.RecoveryPoint;

/// <summary>
/// Makes recovery points of one protection and drops those that are due. Each site stands for itself: one that fails
/// is said, and does not hold up the others. The numbers are those of the README beside this file.
/// </summary>
[Workflow("RecoveryPoint")]
public sealed class RecoveryPointWorkflow
{
    private readonly StepJournal journal = new();
    private readonly List<PlacedPoint> made = [];
    private readonly List<PlacedPoint> dropped = [];
    private readonly List<string> left = [];

    /// <summary>The steps so far.</summary>
    [WorkflowQuery]
    public IReadOnlyList<StepChange> Steps() => journal.Steps;

    /// <summary>Runs the procedure.</summary>
    [WorkflowRun]
    public async Task<RecoveryPointRunResult> RunAsync(RecoveryPointInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Exception? first = null;

        // Step 1: Make
        foreach (var site in input.Sites)
        {
            first = await TryAsync($"1/{site}", $"Make a point at {site}", $"{site}", async () =>
            {
                var point = await Workflow.ExecuteActivityAsync(
                    (IRecoveryPointActivities a) => a.CreateRecoveryPointAsync(new CreateRecoveryPointRequest(
                        Key(input, $"1/{site}"), input.Protection, input.Reason)),
                    Calls.Site(site, "1", TimeSpan.FromMinutes(30)));
                made.Add(new PlacedPoint(site, point.Point));
                return $"{point.Point}; writes waited {point.PauseMilliseconds:0.0} ms";
            }) is { } failure ? first ?? failure : first;
        }

        if (made.Count == 0 && first is not null)
        {
            throw StepFailure.Failed(first);
        }

        // Step 2: Drop
        foreach (var due in input.Drop)
        {
            first = await TryAsync($"2/{due.Site}/{due.Point}", $"Drop {due.Point} at {due.Site}", $"{due}", async () =>
            {
                await Workflow.ExecuteActivityAsync(
                    (IRecoveryPointActivities a) => a.DropRecoveryPointAsync(new RecoveryPointRequest(
                        Key(input, $"2/{due.Site}/{due.Point}"), input.Protection, due.Point)),
                    Calls.Site(due.Site, "2", TimeSpan.FromMinutes(30)));
                dropped.Add(due);
                return string.Empty;
            }) is { } failure ? first ?? failure : first;
        }

        return made.Count == 0 && dropped.Count == 0 && first is not null
            ? throw StepFailure.Failed(first)
            : new RecoveryPointRunResult(made, dropped, left);
    }

    private async Task<Exception?> TryAsync(string path, string title, string what, Func<Task<string>> body)
    {
        try
        {
            await journal.RunAsync(path, title, body, text => text);
            return null;
        }
        catch (Exception e) when (StepFailure.IsExpected(e) && !StepFailure.IsCancelled(e))
        {
            left.Add($"{what}: {StepFailure.Of(e).Text}");
            return e;
        }
    }

    private static StepKey Key(RecoveryPointInput input, string step) =>
        StepScope.Key(input.Run, step, Generation.None);
}
