using Runbooks.Domain.Arbiter;
using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Domain.Units;
using Runbooks.Workflows.CatchUp;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Failover;
using Runbooks.Workflows.People;
using Runbooks.Workflows.Sites;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Failback;

/// <summary>Meets a returned site, catches it up in reverse and switches to it as planned. The numbers are those of the README.</summary>
[Workflow("Failback")]
public sealed class FailbackWorkflow
{
    private readonly StepJournal journal = new();
    private readonly Relay relay = new();

    /// <summary>The steps so far.</summary>
    [WorkflowQuery]
    public IReadOnlyList<StepChange> Steps() => journal.Steps;

    /// <summary>Hears an answer to a question of the switch.</summary>
    [WorkflowSignal]
    public Task AnswerAsync(Answer answer) => relay.AnswerAsync(answer);

    /// <summary>Runs the procedure.</summary>
    [WorkflowRun]
    public async Task<FailbackResult> RunAsync(FailbackInput input)
    {
        var members = input.Group.Members.Where(m => m.Primary != input.To).ToList();
        if (members.Count == 0)
        {
            throw StepFailure.Refuse(ProcedureRefusals.NothingToDo(input.Group.Group, input.To));
        }

        // Step 1: Meet the returned site
        var met = await journal.RunAsync("1", "Meet the returned site", () => MeetAsync(input, members), Describe);

        // Step 2: Choose the target
        journal.Record("2", "Choose the target", StepState.Succeeded, $"{input.To}");

        // Step 3: Catch up in reverse
        var sent = await journal.RunAsync(
            "3", "Catch up in reverse", () => CatchUpAsync(input, members), b => $"{new ByteCount(b)} sent");

        // Step 4: Rehearse
        journal.Skip("4", "Rehearse", "not asked for in this run");

        var kept = met.Where(m => m.KeptPoint is not null).Select(m => m.KeptPoint!.Value).ToList();
        var size = members.Sum(m => m.Workload.Disks.Sum(d => d.SizeBytes));
        if (input.OnlyProtect)
        {
            var row = await Workflow.ExecuteActivityAsync(
                (IArbiterActivities a) => a.ReadArbiterRowAsync(members[0].Policy.Id), Calls.Control("3"));
            return new FailbackResult(sent, size, kept, 0, row?.Generation.Value ?? 0);
        }

        // Step 5: Planned failover to the target
        var moved = await journal.RunAsync(
            "5", "Planned switch", () => SwitchAsync(input), r => $"{r.PauseMilliseconds:0.#} ms of waiting writes");

        // Step 6: Protect in the first direction
        journal.Record("6", "Protected in the first direction", StepState.Succeeded, "by the switch itself: nothing to copy");
        return new FailbackResult(sent, size, kept, moved.PauseMilliseconds, moved.Members[0].Generation.Value);
    }

    private static string Describe(MeetResult[] met) => met.Any(m => m.Diverged)
        ? $"{met.Count(m => m.Diverged)} diverged; {new ByteCount(met.Sum(m => m.DivergedBytes))} kept as recovery points"
        : "no writes of its own";

    private static async Task<MeetResult[]> MeetAsync(FailbackInput input, List<GroupMember> members)
    {
        var results = new List<MeetResult>();
        foreach (var member in members)
        {
            var row = await RowAsync(member.Policy.Id);
            var address = AddressOf(input, member.Primary);
            results.Add(await Workflow.ExecuteActivityAsync(
                (IRoleActivities a) => a.MeetAsync(new MeetRequest(
                    StepScope.Key(input.Run, $"meet/{member.Policy.Id}", row.Generation), member.Policy.Id, row, address)),
                Calls.Site(input.To, "1", TimeSpan.FromMinutes(10))));
        }

        return [.. results];
    }

    private async Task<long> CatchUpAsync(FailbackInput input, List<GroupMember> members)
    {
        var sent = 0L;
        foreach (var member in members)
        {
            var row = await RowAsync(member.Policy.Id);
            await Workflow.ExecuteActivityAsync(
                (IReplicationActivities a) => a.BeginTrackingAsync(new BeginTrackingRequest(
                    StepScope.Key(input.Run, $"attach/{member.Policy.Id}", row.Generation),
                    member.Policy,
                    member.Workload,
                    input.To,
                    AddressOf(input, input.To))),
                Calls.Site(member.Primary, "3"));
            if (Workflow.Patched(Patches.FailbackSeeds))
            {
                await SeedAsync(input, member, row.Generation);
            }

            var caughtUp = await Workflow.ExecuteChildWorkflowAsync(
                (CatchUpWorkflow w) => w.RunAsync(new CatchUpInput(input.Run, member.Policy.Id, member.Primary, input.To)),
                new ChildWorkflowOptions
                {
                    Id = $"{Workflow.Info.WorkflowId}/catch-up/{member.Policy.Id}",
                    ParentClosePolicy = ParentClosePolicy.RequestCancel,
                });
            sent += caughtUp.SentBytes;
        }

        return sent;
    }

    // A sibling standby of the old primary, or one that was detached: the new primary has no list of what it lacks.
    // Where it has one, the call
    // finds the link past its copy and answers at once.
    private static Task SeedAsync(FailbackInput input, GroupMember member, Generation generation) =>
        Workflow.WhenAllAsync(
        member.Workload.Disks.Select(disk => Workflow.ExecuteActivityAsync(
            (IReplicationActivities a) => a.FullCopyAsync(new CopyRequest(
                StepScope.Key(input.Run, $"seed/{disk.Volume}", generation), member.Policy.Id, disk.Volume, input.To,
                member.Policy.CatchUpBytesPerSecondMax)),
            Calls.Copy(member.Primary, $"3/{disk.Name}"))));

    private Task<FailoverResult> SwitchAsync(FailbackInput input)
    {
        var failover = new FailoverInput(
            input.Run, RunKind.FailoverPlanned, input.Group, input.To, input.RequestedBy, input.Reason)
        {
            CompareRanges = input.CompareRanges,
            Machines = input.Machines,
        };
        return relay.RunAsync(
            (FailoverWorkflow w) => w.RunAsync(failover),
            new ChildWorkflowOptions
            {
                Id = $"{Workflow.Info.WorkflowId}/switch",
                ParentClosePolicy = ParentClosePolicy.RequestCancel,
            });
    }

    private static async Task<ArbiterRow> RowAsync(ProtectionId protection) =>
        await Workflow.ExecuteActivityAsync((IArbiterActivities a) => a.ReadArbiterRowAsync(protection), Calls.Control("1"))
        ?? throw StepFailure.Refuse(ArbiterRows.Unknown(protection));

    private static string AddressOf(FailbackInput input, SiteId site) =>
        input.Group.Sites.FirstOrDefault(s => s.Site == site)?.WanAddress ?? string.Empty;
}
