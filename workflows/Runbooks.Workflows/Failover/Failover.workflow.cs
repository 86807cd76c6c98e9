using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Failover;

/// <summary>
/// Moves a group to another site, planned or not. Before step 3 any failure ends with nothing changed (a planned one starts the source again);
/// after it the run only goes forward. The dead site is never read. The numbers are those of the README beside this file.
/// </summary>
[Workflow("Failover")]
public sealed class FailoverWorkflow
{
    private readonly StepJournal journal = new();
    private readonly Desk desk;
    private readonly HashSet<ProtectionId> fenced = [];

    /// <summary>Makes an instance.</summary>
    public FailoverWorkflow() => desk = new Desk(journal);

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

    /// <summary>Runs the procedure.</summary>
    [WorkflowRun]
    public async Task<FailoverResult> RunAsync(FailoverInput input)
    {
        var members = input.Group.Members.Where(m => m.Primary != input.To).ToList();
        if (members.Count == 0)
        {
            throw StepFailure.Refuse(ProcedureRefusals.NothingToDo(input.Group.Group, input.To));
        }

        var planned = input.Kind == RunKind.FailoverPlanned;
        var preparation = new PlannedPreparation(input, journal);
        try
        {
            // Step 1: Confirm
            await ConfirmAsync(input, members, planned);

            // Step 2: Decide
            var decisions = await journal.RunAsync("2", "Decide", () => DecideAsync(input, members), Loss);
            Dictionary<ProtectionId, QuiesceResult> drained = [];
            if (planned)
            {
                // A member that an earlier run took past the fence has no source left to prepare.
                drained = await preparation.PrepareAsync([.. members.Where((_, i) => decisions[i].Row.Primary != input.To)]);
                decisions = await DecideAsync(input, members);
            }

            // Step 3: Fence. The point of no return: before it nothing has changed, after it the run only goes forward.
            decisions = await journal.RunAsync(
                "3", "Fence", () => FenceAsync(input, members, decisions, drained), d => $"generation {d[0].Row.Generation}");
            return await ForwardAsync(input, members, decisions, planned, preparation.PauseMilliseconds);
        }
        catch (Exception e) when (StepFailure.IsExpected(e))
        {
            await preparation.CompensateAsync(fenced);
            throw;
        }
    }

    private async Task<FailoverResult> ForwardAsync(
        FailoverInput input, List<GroupMember> members, Decision[] decisions, bool planned, double pause)
    {
        ArbiterRow[] rows = [.. decisions.Select(d => d.Row)];

        // Step 4: Seal
        var seals = await OnwardAsync(input, "4", "Seal", () => SealAsync(input, members, rows), s => $"{s.Length} sealed");

        if (planned)
        {
            await TurnAroundAsync(input, members, rows);
        }

        // Step 5: Promote
        var opened = await OnwardAsync(
            input, "5", "Promote", () => PromoteAsync(input, members, rows), o => $"served at {o[0].NbdAddress}");

        // Step 6: Map
        // Step 7: Start in waves
        if (input.Machines)
        {
            await OnwardAsync(
                input, "7", "Start machines", () => StartAsync(input, members, opened), started => $"{started} started");
        }
        else
        {
            journal.Skip("6", "Map", "the runbook's own steps do this");
            journal.Skip("7", "Start machines", "the runbook's own steps do this");
        }

        // Step 8: Switch
        // Step 9: Verify
        // Step 10: Report and protect again
        journal.Record("9", "Service restored", StepState.Succeeded, $"at {input.To}");
        var moved = members.Select((m, i) => new MovedMember(
            m.Policy.Id, m.Workload.Id, rows[i].Generation, opened[i].Exports, opened[i].NbdAddress, seals[i].RecoveryPoint));
        long? loss = decisions.Any(d => d.LossBytes is null) ? null : decisions.Sum(d => d.LossBytes);
        return new FailoverResult([.. moved], loss, pause, Workflow.UtcNow);
    }

    // Past the fence nothing is given up by itself: what fails for good is asked, and without an answer it is tried again.
    private async Task<T> OnwardAsync<T>(FailoverInput input, string path, string title, Func<Task<T>> body, Func<T, string> detail)
    {
        while (true)
        {
            try
            {
                return await journal.RunAsync(path, title, body, detail);
            }
            catch (Exception e) when (StepFailure.IsExpected(e))
            {
                var answer = await desk.AskAsync(
                    path,
                    title,
                    $"Step {path} failed past the point of no return: {StepFailure.Of(e).Text} Retry, or leave the group as it is now?",
                    ["retry", "leave"],
                    AnswerRoles.Operator,
                    TimeSpan.FromSeconds(input.QuestionSeconds),
                    "retry",
                    CancellationToken.None);
                if (answer.Choice != "retry")
                {
                    throw;
                }
            }
        }
    }

    private async Task ConfirmAsync(FailoverInput input, List<GroupMember> members, bool planned)
    {
        if (planned || input.Observers == 0)
        {
            journal.Skip("1", "Confirm", planned ? "planned: the source is alive" : "a step before has confirmed it");
            return;
        }

        foreach (var source in members.Select(m => m.Primary).Distinct())
        {
            await journal.RunAsync(
                "1",
                $"Confirm that {source} is down",
                () => SourceConfirmation.ConfirmAsync(
                    source, input.Group.Sites, input.Observers, input.ObserveSeconds, desk, TimeSpan.FromSeconds(input.QuestionSeconds), "1"),
                text => text);
        }
    }

    private async Task<Decision[]> DecideAsync(FailoverInput input, List<GroupMember> members)
    {
        var decisions = new List<Decision>();
        foreach (var member in members)
        {
            decisions.Add(await Fencing.DecideAsync(input, member, desk, Workflow.CancellationToken));
            if (input.Point is { } point)
            {
                await Workflow.ExecuteActivityAsync(
                    (IRecoveryPointActivities a) => a.VerifyRecoveryPointAsync(new RecoveryPointRequest(
                        StepScope.Key(input.Run, $"verify/{member.Policy.Id}", Generation.None), member.Policy.Id, point)),
                    Calls.Site(input.To, "2", TimeSpan.FromHours(2)));
            }
        }

        return [.. decisions];
    }

    private static string Loss(Decision[] decisions) =>
        decisions.All(d => d.Acceptance is null)
            ? "complete: loss 0, proven by the arbiter's row"
            : string.Join("; ", decisions.Where(d => d.Acceptance is not null).Select(
                d => $"loss of {(d.LossBytes is { } b ? new ByteCount(b).ToString() : "an unknown amount")} accepted by {d.Acceptance!.By}"));

    private async Task<Decision[]> FenceAsync(
        FailoverInput input,
        List<GroupMember> members,
        Decision[] decisions,
        Dictionary<ProtectionId, QuiesceResult> drained)
    {
        var promoted = new List<Decision>();
        for (var i = 0; i < members.Count; i++)
        {
            var (member, decision) = (members[i], decisions[i]);
            var mark = drained.GetValueOrDefault(member.Policy.Id)?.Mark;
            Task<Decision> PromoteAsync(CancellationToken token) =>
                Fencing.PromoteAsync(input, member, decision, mark, desk, token);
            promoted.Add(fenced.Count == 0
                ? await PromoteAsync(Workflow.CancellationToken)
                : await OnwardAsync(
                    input, $"3/{member.Workload.Id}", $"Fence {member.Workload.Id}", () => PromoteAsync(CancellationToken.None),
                    d => $"generation {d.Row.Generation}"));
            fenced.Add(member.Policy.Id);
        }

        return [.. promoted];
    }

    private static Task<SealResult[]> SealAsync(FailoverInput input, List<GroupMember> members, ArbiterRow[] rows) =>
        Workflow.WhenAllAsync(members.Select((member, i) => Workflow.ExecuteActivityAsync(
            (IRoleActivities a) => a.SealAsync(new SealRequest(Key(input, member, rows[i], "seal"), member.Policy.Id, rows[i])),
            Calls.Forward(input.To, "4"))));

    // A planned swap: the old primary becomes a standby before the new one opens, so that the first write finds it there.
    private async Task TurnAroundAsync(FailoverInput input, List<GroupMember> members, ArbiterRow[] rows)
    {
        var address = input.Group.Sites.FirstOrDefault(s => s.Site == input.To)?.WanAddress ?? string.Empty;
        await journal.RunAsync("4b", "The old primary becomes a standby", async () =>
        {
            for (var i = 0; i < members.Count; i++)
            {
                var request = new MeetRequest(Key(input, members[i], rows[i], "meet"), members[i].Policy.Id, rows[i], address);
                await TryAsync(() => Workflow.ExecuteActivityAsync(
                    (IRoleActivities a) => a.MeetAsync(request), Calls.Site(members[i].Primary, "4b").Shielded()));
            }
        });
    }

    // Past the fence the old site may vanish too: that leaves the group unprotected, not the run stuck.
    private static async Task TryAsync(Func<Task> body)
    {
        try
        {
            await body();
        }
        catch (ActivityFailureException e) when (!TemporalException.IsCanceledException(e))
        {
            Workflow.Logger.LogWarning("The old primary did not turn around: {Reason}", StepFailure.Of(e).Text);
        }
    }

    private static async Task<PromoteResult[]> PromoteAsync(FailoverInput input, List<GroupMember> members, ArbiterRow[] rows)
    {
        var opened = await Workflow.WhenAllAsync(members.Select((member, i) => Workflow.ExecuteActivityAsync(
            (IRoleActivities a) => a.PromoteAsync(
                new PromoteRequest(Key(input, member, rows[i], "promote"), member.Policy.Id, rows[i], input.Point)),
            Calls.Forward(input.To, "5"))));
        if (input.Kind == RunKind.FailoverPlanned)
        {
            await AttachOldPrimaryAsync(input, members, rows);
        }

        await RecordAsync(input, members, rows);
        return opened;
    }

    private static async Task AttachOldPrimaryAsync(FailoverInput input, List<GroupMember> members, ArbiterRow[] rows)
    {
        for (var i = 0; i < members.Count; i++)
        {
            var old = members[i].Primary;
            var address = input.Group.Sites.FirstOrDefault(s => s.Site == old)?.WanAddress ?? string.Empty;
            var request = new BeginTrackingRequest(
                Key(input, members[i], rows[i], "attach"), members[i].Policy, members[i].Workload, old, address);
            await TryAsync(() => Workflow.ExecuteActivityAsync(
                (IReplicationActivities a) => a.BeginTrackingAsync(request), Calls.Site(input.To, "5").Shielded()));
        }
    }

    private static async Task RecordAsync(FailoverInput input, List<GroupMember> members, ArbiterRow[] rows)
    {
        for (var i = 0; i < members.Count; i++)
        {
            var state = rows[i].Complete.Count > 1 ? "protected" : "not-protected";
            var record = new ProtectionRecord(members[i].Policy.Id, input.To, state, $"moved by {input.Run}");
            await Workflow.ExecuteActivityAsync((IGroupActivities a) => a.RecordProtectionAsync(record), Calls.Control("5").Shielded());
        }
    }

    private static async Task<int> StartAsync(FailoverInput input, List<GroupMember> members, PromoteResult[] opened)
    {
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            await Workflow.ExecuteActivityAsync(
                (IMachineActivities a) => a.StartMachineAsync(new StartMachineRequest(
                    StepScope.Key(input.Run, $"start/{member.Workload.Id}", opened[i].Generation),
                    member.Workload,
                    opened[i].Exports,
                    opened[i].NbdAddress,
                    false)),
                Calls.Forward(input.To, "7"));
            await Workflow.ExecuteActivityAsync(
                (IMachineActivities a) => a.CheckMachineAsync(new StopMachineRequest(
                    StepScope.Key(input.Run, $"check/{member.Workload.Id}", opened[i].Generation), member.Workload, false)),
                Calls.Forward(input.To, "7"));
        }

        return members.Count;
    }

    private static StepKey Key(FailoverInput input, GroupMember member, ArbiterRow row, string step) =>
        StepScope.Key(input.Run, $"{step}/{member.Policy.Id}", row.Generation);
}
