using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Workflows.CatchUp;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.ReplicationSetup;

/// <summary>
/// Makes a copy of a workload at another site and brings it in sync. Until step 5 ends, failure or cancel removes what was made at the
/// standby and stops tracking; afterwards only an explicit unprotect does. The numbers are those of the README beside this file.
/// </summary>
[Workflow("ReplicationSetup")]
public sealed class ReplicationSetupWorkflow
{
    private readonly StepJournal journal = new();
    private bool madeStandby;
    private bool beganTracking;
    private bool beganRow;

    /// <summary>The steps so far.</summary>
    [WorkflowQuery]
    public IReadOnlyList<StepChange> Steps() => journal.Steps;

    /// <summary>Runs the procedure.</summary>
    [WorkflowRun]
    public async Task<SetupResult> RunAsync(SetupInput input)
    {
        try
        {
            return await ProtectAsync(input);
        }
        catch (Exception e) when (StepFailure.IsExpected(e))
        {
            await RemoveAsync(input, e);
            throw;
        }
    }

    private async Task<SetupResult> ProtectAsync(SetupInput input)
    {
        // Step 1: Check
        var (source, target) = await journal.RunAsync(
            SetupSteps.Check, () => CheckAsync(input), c => $"{new ByteCount(c.Source.TotalBytes)} at {input.Primary}, "
                + $"{new ByteCount(c.Target.FreeBytes)} free at {input.Standby}");

        // Step 2: Create the standby
        await journal.RunAsync(SetupSteps.Create, () => CreateAsync(input));

        // Step 3: Begin tracking
        await journal.RunAsync(SetupSteps.Track, () => TrackAsync(input, target));

        // Step 4: Full copy
        var copies = await journal.RunAsync(
            SetupSteps.Copy, () => CopyAsync(input), c => $"{new ByteCount(c.Sum(r => r.SentBytes))} sent, "
                + $"{new ByteCount(c.Sum(r => r.HoleBytes))} of holes kept");

        // Step 5: CatchUp
        var caughtUp = await journal.RunAsync(
            SetupSteps.CatchUp,
            () => CatchUpAsync(input),
            c => $"{new ByteCount(c.SentBytes)} sent; exposure 0, proven");
        madeStandby = beganTracking = beganRow = false;

        // Step 6: First recovery point and comparison
        var (point, compared) = await journal.RunAsync(
            SetupSteps.Point,
            () => PointAsync(input),
            p => $"{p.Point.Point}, {new ByteCount(p.Compared.ComparedBytes)} compared");

        foreach (var other in input.Others)
        {
            await journal.RunAsync(
                $"{SetupSteps.Point.Path}/{other}", $"Set up {other} as well", () => AddAsync(input, other));
        }

        // Step 7: Protected
        var everywhere = string.Join(", ", input.Others.Prepend(input.Standby));
        await journal.RunAsync(SetupSteps.Protected, () => RecordAsync(input, "protected", $"in sync at {everywhere}"));
        return new SetupResult(
            source.TotalBytes,
            copies.Sum(c => c.SentBytes),
            copies.Sum(c => c.HoleBytes),
            caughtUp.SentBytes,
            compared.ComparedBytes,
            point.Point,
            (target.SiteTime - source.SiteTime).TotalSeconds);
    }

    private static async Task<(SourceCheck Source, TargetCheck Target)> CheckAsync(SetupInput input)
    {
        var source = Workflow.ExecuteActivityAsync(
            (IReplicationActivities a) => a.CheckSourceAsync(new CheckSourceRequest(input.Policy, input.Workload)),
            Calls.Site(input.Primary, "1"));
        var target = Workflow.ExecuteActivityAsync(
            (IReplicationActivities a) => a.CheckTargetAsync(new CheckTargetRequest(input.Policy, input.Workload)),
            Calls.Site(input.Standby, "1"));
        return (await source, await target);
    }

    private async Task CreateAsync(SetupInput input)
    {
        madeStandby = true;
        await Workflow.ExecuteActivityAsync(
            (IReplicationActivities a) => a.CreateStandbyAsync(
                new CreateStandbyRequest(Key(input, "2"), input.Policy, input.Workload, input.Primary)),
            Calls.Site(input.Standby, "2"));
    }

    private async Task TrackAsync(SetupInput input, TargetCheck target)
    {
        // A row that is there already belongs to a protection that lives: undoing this run must not take it away.
        beganRow = await Workflow.ExecuteActivityAsync(
            (IArbiterActivities a) => a.ReadArbiterRowAsync(input.Policy.Id), Calls.Control("3")) is null;
        await Workflow.ExecuteActivityAsync(
            (IArbiterActivities a) => a.BeginArbiterRowAsync(new BeginArbiterRowRequest(
                input.Policy.Id, input.Primary,
                    input.Policy.Standbys.Append(input.Primary).Append(input.Standby).Distinct().ToList())),
            Calls.Control("3"));
        beganTracking = true;
        await Workflow.ExecuteActivityAsync(
            (IReplicationActivities a) => a.BeginTrackingAsync(
                new BeginTrackingRequest(Key(input, "3"), input.Policy, input.Workload, input.Standby, target.WanAddress)),
            Calls.Site(input.Primary, "3"));
        await RecordAsync(input, "setting-up", $"full copy to {input.Standby}");
    }

    private static async Task<CopyResult[]> CopyAsync(SetupInput input)
    {
        var copies = input.Workload.Disks.Select(disk => Workflow.ExecuteActivityAsync(
            (IReplicationActivities a) => a.FullCopyAsync(new CopyRequest(
                Key(input, $"4/{disk.Name}"), input.Policy.Id, disk.Volume, input.Standby, input.Policy.CatchUpBytesPerSecondMax)),
            Calls.Copy(input.Primary, $"4/{disk.Name}")));
        return await Workflow.WhenAllAsync(copies);
    }

    private static Task<CatchUpResult> CatchUpAsync(SetupInput input) =>
        Workflow.ExecuteChildWorkflowAsync(
            (CatchUpWorkflow w) => w.RunAsync(new CatchUpInput(input.Run, input.Policy.Id, input.Primary, input.Standby)),
            new ChildWorkflowOptions
            {
                Id = $"{Workflow.Info.WorkflowId}/catch-up",
                ParentClosePolicy = ParentClosePolicy.RequestCancel,
            });

    // One after the other: they share the primary's disk and line, and each is proven before the next begins.
    private static Task<SetupResult> AddAsync(SetupInput input, SiteId other) => Workflow.ExecuteChildWorkflowAsync(
        (ReplicationSetupWorkflow w) => w.RunAsync(
            new SetupInput(input.Run, input.Policy, input.Workload, input.Primary, other) { Joins = true }),
        new ChildWorkflowOptions
        {
            // The run's list of steps shows the child's below the step that started it.
            Id = $"{Workflow.Info.WorkflowId}/6/{other}#1/setup",
            ParentClosePolicy = ParentClosePolicy.RequestCancel,
        });

    private static async Task<(RecoveryPointResult Point, CompareResult Compared)> PointAsync(SetupInput input)
    {
        var point = await Workflow.ExecuteActivityAsync(
            (IRecoveryPointActivities a) => a.CreateRecoveryPointAsync(new CreateRecoveryPointRequest(
                Key(input, "6"), input.Policy.Id, RecoveryPointReason.Periodic)),
            Calls.Site(input.Standby, "6", TimeSpan.FromMinutes(30)));
        var compared = await Workflow.ExecuteActivityAsync(
            (IReplicationActivities a) => a.CompareAsync(new CompareRequest(
                Key(input, "6/compare"), input.Policy.Id, input.Standby, 64)),
            Calls.Site(input.Primary, "6", TimeSpan.FromMinutes(30)));
        return compared.Differences.Count == 0
            ? (point, compared)
            : throw StepFailure.Refuse(ProcedureRefusals.CopiesDiffer(input.Policy.Id, compared.Differences));
    }

    // Runs on failure and on cancel, so it must not use the workflow's cancelled token. Each part is tried although another failed: a
    // standby that is gone must not keep the primary tracking for it. What stays behind is said; the run fails with its first cause.
    private async Task RemoveAsync(SetupInput input, Exception cause)
    {
        if (!madeStandby && !beganTracking && !beganRow)
        {
            return;
        }

        var left = new List<string>();
        if (beganTracking)
        {
            await TryAsync("undo-tracking", $"Stop tracking at {input.Primary}", left, () => Workflow.ExecuteActivityAsync(
                (IReplicationActivities a) => a.EndTrackingAsync(new EndTrackingRequest(Key(input, "undo"), input.Policy.Id, input.Standby)),
                Calls.Site(input.Primary, "undo").Shielded()));
        }

        if (madeStandby)
        {
            await TryAsync("undo-standby", $"Remove what was made at {input.Standby}", left, () => Workflow.ExecuteActivityAsync(
                (IReplicationActivities a) => a.RemoveStandbyAsync(new RemoveStandbyRequest(Key(input, "undo"), input.Policy.Id, false)),
                Calls.Site(input.Standby, "undo").Shielded()));
        }

        if (beganRow)
        {
            await TryAsync("undo-row", "Drop the arbiter's row", left, () => Workflow.ExecuteActivityAsync(
                (IArbiterActivities a) => a.EndArbiterRowAsync(input.Policy.Id), Calls.Control("undo").Shielded()));
        }

        var reason = StepFailure.Of(cause).Text + (left.Count == 0 ? string.Empty : $" Left behind: {string.Join("; ", left)}.");
        await TryAsync("undo", "Record that it is not protected", left, () => RecordAsync(input, "not-protected", reason));
    }

    private async Task TryAsync(string path, string title, List<string> left, Func<Task> body)
    {
        try
        {
            await journal.RunAsync(path, title, body);
        }
        catch (Exception e) when (StepFailure.IsExpected(e))
        {
            left.Add($"{title}: {StepFailure.Of(e).Text}");
        }
    }

    private static async Task RecordAsync(SetupInput input, string state, string cause)
    {
        if (input.Joins)
        {
            return;
        }

        var options = Calls.Control("record");
        options.CancellationToken = CancellationToken.None;
        await Workflow.ExecuteActivityAsync(
            (IGroupActivities a) => a.RecordProtectionAsync(new ProtectionRecord(input.Policy.Id, input.Primary, state, cause)),
            options);
    }

    private static StepKey Key(SetupInput input, string step) => StepScope.Key(input.Run, step, Generation.First);
}
