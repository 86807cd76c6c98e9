using Runbooks.Domain.Ids;
using Runbooks.Domain.States;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Steps;

namespace Runbooks.Workflows.Groups;

/// <summary>Takes and gives back the lease of a group, for every run that changes it.</summary>
/// <remarks>
/// A disaster failover does not wait for a rehearsal: a drill that holds the group is aborted and given
/// <see cref="TearDownWithin"/> to tear
/// down. After that the lease is taken from it: its tear-down goes on beside the failover (it touches only what the
/// drill made), for it may be
/// waiting for the very site that has died.
/// </remarks>
internal sealed class GroupHold
{
    private static readonly TimeSpan TearDownWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan HandOverWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private readonly ChildWorkflowHandle<GroupLeaseWorkflow> lease;
    private readonly Task ended;

    private GroupHold(ChildWorkflowHandle<GroupLeaseWorkflow> lease)
    {
        this.lease = lease;
        ended = lease.GetResultAsync();
    }

    /// <summary>Holds the group, or refuses with the name of who holds it.</summary>
    public static async Task<GroupHold> TakeAsync(GroupId group, string run) =>
        await TryAsync(group,
            run) ?? throw StepFailure.Refuse(ProcedureRefusals.GroupBusy(group, await HolderAsync(group)));

    /// <summary>The same for a disaster failover: a drill has to go.</summary>
    public static async Task<GroupHold> TakeFromDrillAsync(GroupId group, string run, StepJournal journal)
    {
        if (await TryAsync(group, run) is { } free)
        {
            return free;
        }

        var answer = await Workflow.ExecuteActivityAsync(
            (IGroupActivities a) => a.PreemptDrillAsync(new PreemptRequest(group, run)),
                Calls.Control("preempt").Shielded());
        if (!answer.IsDrill)
        {
            throw StepFailure.Refuse(ProcedureRefusals.GroupBusy(group, answer.Holder));
        }

        const string Title = "End the drill that holds the group";
        journal.Record("preempt", Title, StepState.Running, answer.Holder);
        if (await TryUntilAsync(group, run, TearDownWithin) is { } handed)
        {
            journal.Record("preempt", Title, StepState.Succeeded, $"{answer.Holder} has torn down");
            return handed;
        }

        await TakeAwayAsync(group);
        if (await TryUntilAsync(group, run, HandOverWithin) is { } taken)
        {
            journal.Record("preempt", Title, StepState.Succeeded,
                $"{answer.Holder} still tears down; the group was taken from it");
            return taken;
        }

        journal.Record("preempt", Title, StepState.Failed, answer.Holder);
        throw StepFailure.Refuse(ProcedureRefusals.GroupBusy(group, answer.Holder));
    }

    /// <summary>
    /// Ends the lease before its run ends: whoever sees the run ended can start the next
    /// one at once. That it ends with its parent anyway is for runs that are terminated.
    /// A lease that was taken away is not signalled: its id may be another run's by now.
    /// </summary>
    public async Task GiveBackAsync()
    {
        if (ended.IsCompleted)
        {
            return;
        }

        try
        {
            await lease.SignalAsync(
                w => w.ReleaseAsync(), new ChildWorkflowSignalOptions { CancellationToken = CancellationToken.None });
            await ended;
        }
        catch (FailureException e)
        {
            Workflow.Logger.LogInformation("The lease had ended: {Reason}", e.Message);
        }
    }

    private static async Task<GroupHold?> TryUntilAsync(GroupId group, string run, TimeSpan within)
    {
        for (var until = Workflow.UtcNow + within; Workflow.UtcNow < until;)
        {
            await Workflow.DelayAsync(Between, CancellationToken.None);
            if (await TryAsync(group, run) is { } hold)
            {
                return hold;
            }
        }

        return null;
    }

    private static async Task<GroupHold?> TryAsync(GroupId group, string run)
    {
        try
        {
            return new GroupHold(await Workflow.StartChildWorkflowAsync(
                (GroupLeaseWorkflow w) => w.RunAsync(run),
                new ChildWorkflowOptions
                {
                    Id = GroupLeaseWorkflow.IdOf(group),
                    ParentClosePolicy = ParentClosePolicy.Terminate,

                    // A cancelled run still undoes things: it holds the group until it has.
                    CancellationToken = CancellationToken.None,
                    StaticSummary = run,
                }));
        }
        catch (WorkflowAlreadyStartedException)
        {
            return null;
        }
    }

    private static async Task TakeAwayAsync(GroupId group)
    {
        try
        {
            await Workflow.GetExternalWorkflowHandle<GroupLeaseWorkflow>(GroupLeaseWorkflow.IdOf(group)).SignalAsync(
                w => w.ReleaseAsync(),
                    new ExternalWorkflowSignalOptions { CancellationToken = CancellationToken.None });
        }
        catch (FailureException e)
        {
            Workflow.Logger.LogInformation("The lease had ended: {Reason}", e.Message);
        }
    }

    private static Task<string> HolderAsync(GroupId group) => Workflow.ExecuteActivityAsync(
        (IGroupActivities a) => a.FindGroupHolderAsync(group),
            Calls.Control("holder", TimeSpan.FromMinutes(1)).Shielded());
}
