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
    private bool pastTheFence;

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
            var drained = planned ? await preparation.PrepareAsync(members) : [];
            if (planned)
            {
                decisions = await DecideAsync(input, members);
            }

            // Step 3: Fence. The point of no return: before it nothing has changed, after it the run only goes forward.
            var rows = await journal.RunAsync(
                "3", "Fence", () => FenceAsync(input, members, decisions, drained), r => $"generation {r[0].Generation}");
            return await ForwardAsync(input, members, rows, decisions, planned, preparation.PauseMilliseconds);
        }
        catch (Exception e) when (!pastTheFence && StepFailure.IsExpected(e))
        {
            await preparation.CompensateAsync();
            throw;
        }
    }

    private async Task<FailoverResult> ForwardAsync(
        FailoverInput input, List<GroupMember> members, ArbiterRow[] rows, Decision[] decisions, bool planned, double pause)
    {
        // Step 4: Seal
        var seals = await journal.RunAsync("4", "Seal", () => SealAsync(input, members, rows), s => $"{s.Length} sealed");

        if (planned)
        {
            await TurnAroundAsync(input, members, rows);
        }

        // Step 5: Promote
        var opened = await journal.RunAsync(
            "5", "Promote", () => PromoteAsync(input, members, rows), o => $"served at {o[0].NbdAddress}");
        await RecordAsync(input, members, rows);

        // Step 6: Map
        // Step 7: Start in waves
        if (input.Machines)
        {
            await journal.RunAsync("7", "Start machines", () => StartAsync(input, members, opened));
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
            decisions.Add(await Fencing.DecideAsync(input, member, desk));
        }

        return [.. decisions];
    }

    private static string Loss(Decision[] decisions) =>
        decisions.All(d => d.Acceptance is null)
            ? "complete: loss 0, proven by the arbiter's row"
            : string.Join("; ", decisions.Where(d => d.Acceptance is not null).Select(
                d => $"loss of {(d.LossBytes is { } b ? new ByteCount(b).ToString() : "an unknown amount")} accepted by {d.Acceptance!.By}"));

    private async Task<ArbiterRow[]> FenceAsync(
        FailoverInput input,
        List<GroupMember> members,
        Decision[] decisions,
        Dictionary<ProtectionId, QuiesceResult> drained)
    {
        var rows = new List<ArbiterRow>();
        for (var i = 0; i < members.Count; i++)
        {
            var mark = drained.GetValueOrDefault(members[i].Policy.Id)?.Mark;
            rows.Add(await Fencing.PromoteAsync(input, members[i], decisions[i], mark, desk));
            pastTheFence = true;
        }

        return [.. rows];
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
                    (IRoleActivities a) => a.MeetAsync(request), Calls.Site(members[i].Primary, "4b")));
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
                (IReplicationActivities a) => a.BeginTrackingAsync(request), Calls.Site(input.To, "5")));
        }
    }

    private static async Task RecordAsync(FailoverInput input, List<GroupMember> members, ArbiterRow[] rows)
    {
        for (var i = 0; i < members.Count; i++)
        {
            var state = rows[i].Complete.Count > 1 ? "protected" : "not-protected";
            var record = new ProtectionRecord(members[i].Policy.Id, input.To, state, $"moved by {input.Run}");
            await Workflow.ExecuteActivityAsync((IGroupActivities a) => a.RecordProtectionAsync(record), Calls.Control("5"));
        }
    }

    private static async Task StartAsync(FailoverInput input, List<GroupMember> members, PromoteResult[] opened)
    {
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            await Workflow.ExecuteActivityAsync(
                (IMachineActivities a) => a.StartMachineAsync(new StartMachineRequest(
                    new StepKey(input.Run, $"start/{member.Workload.Id}", opened[i].Generation),
                    member.Workload,
                    opened[i].Exports,
                    opened[i].NbdAddress,
                    false)),
                Calls.Forward(input.To, "7"));
            await Workflow.ExecuteActivityAsync(
                (IMachineActivities a) => a.CheckMachineAsync(new StopMachineRequest(
                    new StepKey(input.Run, $"check/{member.Workload.Id}", opened[i].Generation), member.Workload, false)),
                Calls.Forward(input.To, "7"));
        }
    }

    private static StepKey Key(FailoverInput input, GroupMember member, ArbiterRow row, string step) =>
        new(input.Run, $"{step}/{member.Policy.Id}", row.Generation);
}
