using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Degradation;
using Runbooks.Workflows.Groups;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Unprotect;

/// <summary>
/// Gives a protection up while its primary serves on. Before step 4 a failure leaves the protection; after it the run
/// only goes forward.
/// The numbers are those of the README beside this file.
/// </summary>
[Workflow("Unprotect")]
public sealed class UnprotectWorkflow
{
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(10);
    private readonly StepJournal journal = new();
    private bool saidSo;
    private bool closed;

    /// <summary>The steps so far.</summary>
    [WorkflowQuery]
    public IReadOnlyList<StepChange> Steps() => journal.Steps;

    /// <summary>Runs the procedure.</summary>
    [WorkflowRun]
    public async Task<UnprotectResult> RunAsync(UnprotectInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var lease = await journal.RunAsync(
            UnprotectSteps.Hold, () => GroupHold.TakeAsync(input.Policy.Group, input.Run), _ =>
                $"group/{input.Policy.Group}");
        try
        {
            var result = await RemoveAsync(input);
            await lease.GiveBackAsync();
            return result;
        }
        catch (Exception e) when (StepFailure.IsExpected(e))
        {
            if (saidSo && !closed)
            {
                await RecordAsync(input, "unprotect-failed", StepFailure.Of(e).Text);
            }

            await lease.GiveBackAsync();
            throw;
        }
    }

    private async Task<UnprotectResult> RemoveAsync(UnprotectInput input)
    {
        // Step 1: Hold the group, and check
        var row = await journal.RunAsync("1b", "Check", () => CheckAsync(input), r => r is null
            ? "the set-up never came to an arbiter's row"
            : $"{r.Primary} serves generation {r.Generation}; complete at {string.Join(", ", r.Complete)}");
        var standbys = Standbys(input, row);
        if (!input.OnlyCopies)
        {
            // Step 2: Say so
            await journal.RunAsync(UnprotectSteps.Say, () => SayAsync(input));

            // Step 3: Stop replication
            await StopReplicationAsync(input, standbys);

            // Step 4: Close the arbiter's row. The point of no return.
            row = await journal.RunAsync(UnprotectSteps.Close, () => CloseAsync(input), r => r is null
                ? "there is none"
                : $"closed at version {r.Version}: nobody is promoted by it any more");
            closed = true;
        }

        // Step 5: Release the copies
        var (released, left) = await ReleaseAsync(input, standbys, row?.Generation ?? Generation.First);
        if (input.IsForced)
        {
            left.Insert(
                0,
                $"{input.Primary}: its agent was gone; its image and its record of the standbys stay there as they "
                    + "are. Should it return, it may serve its image again, unprotected: fence it first");
        }

        // Step 6: Record
        await journal.RunAsync(
            UnprotectSteps.Record, () => RecordAsync(input, "removed", Words(input, released, left)));
        return new UnprotectResult(
            input.Primary, input.KeepCopies ? released : [], input.KeepCopies ? [] : released, left);
    }

    private static async Task<ArbiterRow?> CheckAsync(UnprotectInput input)
    {
        var row = await Workflow.ExecuteActivityAsync(
            (IArbiterActivities a) => a.ReadArbiterRowAsync(input.Policy.Id), Calls.Control("1"));
        if (row is not null && row.Primary != input.Primary)
        {
            throw StepFailure.Refuse(ProcedureRefusals.Moved(input.Policy.Id, input.Primary, row));
        }

        if (input.IsForced)
        {
            await RequireGoneAsync(input);
        }
        else if (!input.OnlyCopies)
        {
            await Workflow.ExecuteActivityAsync((IObserverActivities a) => a.DescribeSiteAsync(),
                Calls.Site(input.Primary, "1"));
        }

        return row;
    }

    // An agent that answers can stop replication itself: forcing past it would leave it running for nothing.
    private static async Task RequireGoneAsync(UnprotectInput input)
    {
        try
        {
            await Workflow.ExecuteActivityAsync(
                (IObserverActivities a) => a.DescribeSiteAsync(), Calls.Look(input.Primary, "1", GoneWithin));
        }
        catch (ActivityFailureException e) when (!StepFailure.IsCancelled(e))
        {
            return;
        }

        throw StepFailure.Refuse(ProcedureRefusals.NotGone(input.Policy.Id, input.Primary));
    }

    private async Task StopReplicationAsync(UnprotectInput input, List<SiteId> standbys)
    {
        if (input.IsForced)
        {
            journal.Skip(UnprotectSteps.Stop, $"{input.Primary} is gone: it is not asked");
            return;
        }

        await journal.RunAsync(
            UnprotectSteps.Stop,
            async () =>
            {
                await StopAsync(input, standbys);
                return $"{input.Primary} serves alone";
            },
            text => text);
    }

    // The row knows sites that a later policy may not name any more, and the policy those that a set-up never reached.
    private static List<SiteId> Standbys(UnprotectInput input, ArbiterRow? row) =>
    [
        .. (row?.Sites ?? []).Concat(input.Policy.Standbys).Append(input.Policy.HomeSite)
            .Where(s => s != input.Primary).Distinct()
            .OrderBy(s => s.ToString(), StringComparer.Ordinal),
    ];

    private async Task SayAsync(UnprotectInput input)
    {
        saidSo = true;
        await RecordAsync(input, "unprotecting", $"removed by {input.Run}");
        try
        {
            await Workflow.GetExternalWorkflowHandle<DegradationWorkflow>(DegradationWorkflow.IdOf(input.Policy.Id))
                .SignalAsync(w => w.EndAsync());
        }
        catch (FailureException e) when (!StepFailure.IsCancelled(e))
        {
            // It begins with the first loss of a link: most protections never had one.
            Workflow.Logger.LogInformation("No procedure lives with {Protection}: {Reason}", input.Policy.Id,
                e.Message);
        }
    }

    private static async Task StopAsync(UnprotectInput input, List<SiteId> standbys)
    {
        foreach (var standby in standbys)
        {
            await Workflow.ExecuteActivityAsync(
                (IReplicationActivities a) => a.EndTrackingAsync(new EndTrackingRequest(
                    Key(input, $"stop/{standby}"), input.Policy.Id, standby)),
                Calls.Site(input.Primary, "3"));
        }
    }

    private static Task<ArbiterRow?> CloseAsync(UnprotectInput input) => Workflow.ExecuteActivityAsync(
        (IArbiterActivities a) => a.CloseArbiterRowAsync(new CloseArbiterRowRequest(input.Policy.Id, input.Run)),
        Calls.Control("4", TimeSpan.FromDays(1)).Shielded());

    private async Task<(List<SiteId> Released, List<string> Left)> ReleaseAsync(
        UnprotectInput input, List<SiteId> standbys, Generation generation)
    {
        var (released, left) = (new List<SiteId>(), new List<string>());
        foreach (var standby in standbys)
        {
            var title = input.KeepCopies ? $"Keep the copy at {standby}, fenced" : $"Delete the copy at {standby}";
            try
            {
                await journal.RunAsync(
                    $"{UnprotectSteps.Release.Path}/{standby}", title, () => ReleaseAsync(input, standby, generation));
                released.Add(standby);
            }
            catch (Exception e) when (StepFailure.IsExpected(e))
            {
                left.Add($"{standby}: {StepFailure.Of(e).Text}");
            }
        }

        return (released, left);
    }

    private static async Task ReleaseAsync(UnprotectInput input, SiteId standby, Generation generation)
    {
        await Workflow.ExecuteActivityAsync(
            (IReplicationActivities a) => a.ReleaseStandbyAsync(new ReleaseStandbyRequest(
                Key(input, $"release/{standby}"), input.Policy.Id, generation)),
            Calls.Site(standby, "5").Shielded());
        if (!input.KeepCopies)
        {
            await Workflow.ExecuteActivityAsync(
                (IReplicationActivities a) => a.RemoveStandbyAsync(new RemoveStandbyRequest(
                    Key(input, $"delete/{standby}"), input.Policy.Id, false)),
                Calls.Site(standby, "5", TimeSpan.FromMinutes(10)).Shielded());
        }
    }

    private static string Words(UnprotectInput input, IReadOnlyList<SiteId> released, IReadOnlyList<string> left)
    {
        var done = released.Count == 0 ? "no copy was released"
            : $"{(input.KeepCopies ? "copies kept, fenced, at" : "copies deleted at")} {string.Join(", ", released)}";
        return left.Count == 0 ? $"{done}." : $"{done}. Left behind: {string.Join("; ", left)}.";
    }

    private static Task RecordAsync(UnprotectInput input, string state, string cause) => Workflow.ExecuteActivityAsync(
        (IGroupActivities a) =>
            a.RecordProtectionAsync(new ProtectionRecord(input.Policy.Id, input.Primary, state, cause)),
        Calls.Control("record", TimeSpan.FromDays(1)).Shielded());

    private static StepKey Key(UnprotectInput input, string step) => StepScope.Key(input.Run, step, Generation.None);
}
