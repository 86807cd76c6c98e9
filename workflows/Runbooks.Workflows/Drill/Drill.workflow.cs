using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Drill;

/// <summary>
/// Rehearses recovery on a clone at a standby; production is never touched. Tear-down runs on success, failure and
/// cancel, and success is only called when an inventory of the group's sites shows nothing left; a site that is away is
/// named. The numbers are those of the README beside this file.
/// </summary>
[Workflow("Drill")]
public sealed class DrillWorkflow
{
    private readonly StepJournal journal = new();
    private readonly Desk desk;
    private readonly List<string> findings = [];
    private readonly List<string> isolation = [];
    private bool released;

    /// <summary>Makes an instance.</summary>
    public DrillWorkflow() => desk = new Desk(journal);

    /// <summary>The steps so far.</summary>
    [WorkflowQuery]
    public IReadOnlyList<StepChange> Steps() => journal.Steps;

    /// <summary>Hears an answer.</summary>
    [WorkflowSignal]
    public Task AnswerAsync(Answer answer)
    {
        desk.Receive(answer);
        return Task.CompletedTask;
    }

    /// <summary>Ends the hold before its deadline.</summary>
    [WorkflowSignal]
    public Task ReleaseAsync()
    {
        released = true;
        return Task.CompletedTask;
    }

    /// <summary>Runs the procedure.</summary>
    [WorkflowRun]
    public async Task<DrillResult> RunAsync(DrillInput input)
    {
        // Step 1: Inventory
        var stock = new SiteStock(input);
        await journal.RunAsync("1", "Inventory", stock.TakeAsync, text => text);
        var started = Workflow.UtcNow;
        var measured = new Measured(0, 0, null);
        Exception? failure = null;
        try
        {
            measured = await RehearseAsync(input, started);
        }
        catch (Exception e) when (StepFailure.IsExpected(e))
        {
            failure = e;
            findings.Add(StepFailure.Of(e).Text);
        }

        var (removed, residue) = await CleanAsync(input, stock);
        if (failure is not null && StepFailure.IsCancelled(failure))
        {
            throw failure;
        }

        // Step 8: Score
        return Score(input, measured, residue, removed, stock);
    }

    // On success, failure and cancel. A tear-down that is refused is tried again until a person says to leave it: the drill stays open.
    private async Task<(IReadOnlyList<string> Removed, IReadOnlyList<string> Residue)> CleanAsync(
        DrillInput input, SiteStock stock)
    {
        var removed = new List<string>();
        while (true)
        {
            IReadOnlyList<string> residue;
            var fallback = "leave";
            try
            {
                // Step 6: Tear down
                removed.AddRange(await journal.RunAsync("6", "Tear down", () => TearDownAsync(input), r => $"{r.Count} removed"));

                // Step 7: Inventory again
                residue = await journal.RunAsync(
                    "7", "Inventory again", stock.CompareAsync, r => $"{Residue(r)}{stock.Words("; not known of")}");
            }
            catch (Exception e) when (StepFailure.IsExpected(e))
            {
                residue = [StepFailure.Of(e).Text];
                fallback = "retry";
            }

            if (residue.Count == 0)
            {
                return (removed, residue);
            }

            var answer = await desk.AskAsync(
                "left",
                "Left behind",
                $"The tear-down is not clean: {Residue(residue)}. Tear down again, or leave it and end the drill?",
                ["retry", "leave"],
                AnswerRoles.Operator,
                TimeSpan.FromHours(1),
                fallback,
                CancellationToken.None);
            if (answer.Choice != "retry")
            {
                return (removed, residue);
            }
        }
    }

    private async Task<Measured> RehearseAsync(DrillInput input, DateTime started)
    {
        // Step 2: Choose a recovery point
        var points = await journal.RunAsync("2", "Choose a recovery point", () => PointsAsync(input), p => $"{p.Count} points, digests right");
        var age = points.Values.Max(p => Math.Max(0, (started - p.At.UtcDateTime).TotalSeconds));
        var loss = Workflow.Patched(Patches.DrillJudgesLoss) ? await LossAsync(input, age, started) : null;

        // Step 3: Clone
        var clones = await journal.RunAsync("3", "Clone in isolation", () => CloneAsync(input, points), c => $"{c.Count} clones");

        // Step 4: Start in waves
        if (input.Machines)
        {
            await journal.RunAsync("4", "Start and probe", () => StartAsync(input, clones), proofs =>
                string.Join("; ", proofs));
        }
        else
        {
            journal.Skip("4", "Start and probe", "the drill was asked without machines");
        }

        var recovery = (Workflow.UtcNow - started).TotalSeconds;

        // Step 5: Hold
        if (input.HoldSeconds > 0)
        {
            await journal.RunAsync("5", "Hold for people", () => Workflow.WaitConditionAsync(
                () => released, TimeSpan.FromSeconds(input.HoldSeconds)));
        }
        else
        {
            journal.Skip("5", "Hold for people", "no hold was asked for");
        }

        return new Measured(recovery, age, loss);
    }

    private DrillResult Score(
        DrillInput input,
        Measured measured,
        IReadOnlyList<string> residue,
        IReadOnlyList<string> removed,
        SiteStock stock)
    {
        var recovery = measured.Recovery;
        if (input.RtoSeconds is { } rto && recovery > rto)
        {
            findings.Add($"Recovery took {recovery:0.0} s; the objective is {rto:0.0} s.");
        }

        if (input.RpoSeconds is { } rpo && measured.Loss is { } loss && loss > rpo)
        {
            findings.Add($"A disaster then would have lost {loss:0.0} s; the objective is {rpo:0.0} s.");
        }

        if (residue.Count > 0)
        {
            findings.Add($"Left behind: {string.Join(", ", residue)}.");
        }

        var passed = findings.Count == 0;
        journal.Record(
            "8", "Score", passed ? StepState.Succeeded : StepState.Failed,
            passed
                ? $"recovered in {recovery:0.0} s, {Words(measured.Loss)}, nothing left{stock.Words("; not known of")}"
                : string.Join(" ", findings));
        return new DrillResult(recovery, measured.Point, residue, removed, passed, [.. findings])
        {
            LossSeconds = measured.Loss,
            Isolation = [.. isolation],
            Unseen = stock.Unseen,
        };
    }

    private static string Words(double? loss) =>
        loss is { } known ? $"{known:0.0} s would have been lost" : "loss not judged";

    // What is recovered is what the standby has: all of it when the row proves it complete, else what it had when it
    // last was. An older point
    // that was chosen costs its age besides.
    private static async Task<double?> LossAsync(DrillInput input, double age, DateTime started)
    {
        var worst = input.Point is null ? 0d : age;
        foreach (var member in input.Group.Members)
        {
            var row = await Workflow.ExecuteActivityAsync(
                (IArbiterActivities a) => a.ReadArbiterRowAsync(member.Policy.Id), Calls.Control("2"));
            if (row is null || (!row.IsComplete(input.Site) && row.AloneSince is null))
            {
                return null;
            }

            worst = Math.Max(worst,
                row.IsComplete(input.Site) ? 0 : Math.Max(0,
                    (started - row.AloneSince!.Value.UtcDateTime).TotalSeconds));
        }

        return worst;
    }

    private sealed record Measured(double Recovery, double Point, double? Loss);

    private static async Task<Dictionary<ProtectionId, RecoveryPointResult>> PointsAsync(DrillInput input)
    {
        var points = new Dictionary<ProtectionId, RecoveryPointResult>();
        foreach (var member in input.Group.Members)
        {
            var key = StepScope.Key(input.Run, $"point/{member.Policy.Id}", Generation.None);
            var point = input.Point ?? (await Workflow.ExecuteActivityAsync(
                (IRecoveryPointActivities a) => a.CreateRecoveryPointAsync(
                    new CreateRecoveryPointRequest(key, member.Policy.Id, RecoveryPointReason.Drill)),
                Calls.Site(input.Site, "2", TimeSpan.FromMinutes(30)))).Point;
            points[member.Policy.Id] = await Workflow.ExecuteActivityAsync(
                (IRecoveryPointActivities a) => a.VerifyRecoveryPointAsync(new RecoveryPointRequest(
                    StepScope.Key(input.Run, $"verify/{member.Policy.Id}", Generation.None), member.Policy.Id, point)),
                Calls.Site(input.Site, "2", TimeSpan.FromHours(2)));
        }

        return points;
    }

    private static async Task<Dictionary<ProtectionId, CloneResult>> CloneAsync(
        DrillInput input, Dictionary<ProtectionId, RecoveryPointResult> points)
    {
        var clones = new Dictionary<ProtectionId, CloneResult>();
        foreach (var member in input.Group.Members)
        {
            clones[member.Policy.Id] = await Workflow.ExecuteActivityAsync(
                (IRecoveryPointActivities a) => a.CreateCloneAsync(new CreateCloneRequest(
                    StepScope.Key(input.Run, $"clone/{member.Policy.Id}", Generation.None),
                    member.Policy.Id,
                    points[member.Policy.Id].Point)),
                Calls.Site(input.Site, "3"));
        }

        return clones;
    }

    private async Task<IReadOnlyList<string>> StartAsync(DrillInput input, Dictionary<ProtectionId, CloneResult> clones)
    {
        foreach (var member in input.Group.Members)
        {
            var clone = clones[member.Policy.Id];
            await Workflow.ExecuteActivityAsync(
                (IMachineActivities a) => a.StartMachineAsync(new StartMachineRequest(
                    StepScope.Key(input.Run, $"start/{member.Workload.Id}", Generation.None),
                    member.Workload,
                    clone.Exports,
                    clone.NbdAddress,
                    true)),
                Calls.Site(input.Site, "4", TimeSpan.FromMinutes(10)));
            var healthy = await Workflow.ExecuteActivityAsync(
                (IMachineActivities a) => a.CheckMachineAsync(new StopMachineRequest(
                    StepScope.Key(input.Run, $"check/{member.Workload.Id}", Generation.None), member.Workload, true)),
                Calls.Site(input.Site, "4", TimeSpan.FromMinutes(10)));
            isolation.Add($"{member.Workload.Id} ({healthy.Driver}): {healthy.Detail}");
        }

        return isolation;
    }

    // Runs on success, failure, cancel and after a crash: never with the cancelled token, and until it is done.
    private static async Task<IReadOnlyList<string>> TearDownAsync(DrillInput input)
    {
        var result = await Workflow.ExecuteActivityAsync(
            (IRecoveryPointActivities a) => a.TearDownAsync(new TearDownRequest(StepScope.Key(input.Run, "tear-down", Generation.None))),
            Calls.Forward(input.Site, "6"));
        if (input.Point is null)
        {
            await DropDrillPointsAsync(input);
        }

        return result.Removed;
    }

    private static async Task DropDrillPointsAsync(DrillInput input)
    {
        foreach (var member in input.Group.Members)
        {
            await Workflow.ExecuteActivityAsync(
                (IRecoveryPointActivities a) => a.DropRecoveryPointsOfAsync(new RunPointsRequest(
                    StepScope.Key(input.Run, $"drop/{member.Policy.Id}", Generation.None), member.Policy.Id)),
                Calls.Forward(input.Site, "6"));
        }
    }

    private static string Residue(IReadOnlyList<string> residue) =>
        residue.Count == 0 ? "nothing was left behind" : string.Join(", ", residue);
}
