using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.RecoveryPoint;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.RecoveryPoints;

/// <summary>
/// One firing of a protection's schedule of recovery points: makes a point at every complete standby, then drops the
/// oldest above the policy's count.
/// </summary>
[Workflow("RecoveryPoints")]
public sealed class RecoveryPointsWorkflow
{
    /// <summary>The id of a protection's schedule, and the beginning of its firings' ids.</summary>
    public static string IdOf(ProtectionId protection) => $"recovery-points/{protection}";

    /// <summary>Runs the procedure.</summary>
    /// <param name="protection">Whose schedule fired.</param>
    [WorkflowRun]
    public async Task<PeriodicPoints> RunAsync(ProtectionId protection)
    {
        // Step 1: Where
        var plan = await Workflow.ExecuteActivityAsync(
            (IPointActivities a) => a.PlanPointsAsync(protection), Calls.Control("1"));

        // Step 2: Make and list
        var made = new List<SiteId>();
        var failed = new List<string>();
        foreach (var site in plan.Sites)
        {
            if (await TryAsync(() => MakeAsync(protection, site, plan.Generation)) is { } why)
            {
                failed.Add($"{site}: {why}");
            }
            else
            {
                made.Add(site);
            }
        }

        if (failed.Count > 0)
        {
            await TellAsync(protection, plan.Generation, failed);
        }

        // Step 3: Drop what is above the count
        var due = await Workflow.ExecuteActivityAsync(
            (IPointActivities a) => a.ExpirePointsAsync(protection), Calls.Control("3"));
        var dropped = new List<PlacedPoint>();
        foreach (var copy in due)
        {
            // A site that is away, or a drill that still reads the point: the next firing tries again.
            if (await TryAsync(() => DropAsync(protection, copy, plan.Generation)) is null)
            {
                dropped.Add(copy);
            }
        }

        if (dropped.Count > 0)
        {
            await Workflow.ExecuteActivityAsync(
                (IPointActivities a) => a.RecordDroppedAsync(new DroppedPoints(protection, dropped)),
                Calls.Control("3"));
        }

        return new PeriodicPoints(made, failed, dropped.Count, due.Count - dropped.Count, plan.Reason);
    }

    private static async Task MakeAsync(ProtectionId protection, SiteId site, Generation generation)
    {
        var point = await Workflow.ExecuteActivityAsync(
            (IRecoveryPointActivities a) => a.CreateRecoveryPointAsync(new CreateRecoveryPointRequest(
                Key($"make/{site}", generation), protection, RecoveryPointReason.Periodic)),
            Calls.Site(site, "2"));
        await Workflow.ExecuteActivityAsync(
            (IPointActivities a) => a.RecordPointAsync(new PointRecord(protection, site, point)), Calls.Control("2"));
    }

    private static Task DropAsync(ProtectionId protection, PlacedPoint copy, Generation generation) =>
        Workflow.ExecuteActivityAsync(
            (IRecoveryPointActivities a) => a.DropRecoveryPointAsync(new RecoveryPointRequest(
                Key($"drop/{copy.Site}/{copy.Point}", generation), protection, copy.Point)),
            Calls.Look(copy.Site, "3", TimeSpan.FromMinutes(5)));

    private static Task TellAsync(ProtectionId protection, Generation generation, IReadOnlyList<string> failed) =>
        Workflow.ExecuteActivityAsync(
            (IOutsideActivities a) => a.NotifyAsync(new NotifyRequest(
                Key("tell", generation),
                "warning",
                $"No recovery point of {protection} was made at {failed.Count} of its standbys",
                string.Join(" ", failed) + " The schedule goes on; replication is not touched by it.")),
            Calls.Control("2"));

    private static StepKey Key(string step, Generation generation) => new(Workflow.Info.WorkflowId, step, generation);

    // One site that cannot must not keep the others from theirs.
    private static async Task<string?> TryAsync(Func<Task> body)
    {
        try
        {
            await body();
            return null;
        }
        catch (ActivityFailureException e) when (!TemporalException.IsCanceledException(e))
        {
            return StepFailure.Of(e).Text;
        }
    }
}
