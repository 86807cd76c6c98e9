using Runbooks.Temporal.Client;
using Runbooks.Tests.Sweep.Harness;
using Runbooks.Tests.Sweep.World;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Sweep.Interpreter;

/// <summary>What a cancel may end and what it may not.</summary>
public sealed class ShieldTests
{
    [Theory]
    [InlineData("Seal@site/south")]
    [InlineData("Promote@site/south")]
    [InlineData("StartMachine@site/south")]
    public async Task Failover_CancelledPastTheFence_GoesForward(string call)
    {
        var (play, end) = await CancelAtAsync(Scenario.Of("failover-unplanned"), call);
        Assert.Null(end.Failure);
        Assert.Empty(Oracle.NotServed(play.World));
        Assert.Equal(WorldModel.South, play.World.Rows.Values.First().Primary);
    }

    [Theory]
    [InlineData("StopMachine@site/north")]
    [InlineData("Quiesce@site/north")]
    public async Task PlannedFailover_CancelledBeforeTheFence_StartsTheSourceAgain(string call)
    {
        var before = Scenario.Pair().Describe();
        var (play, end) = await CancelAtAsync(Scenario.Of("failover-planned"), call);
        Assert.NotNull(end.Failure);
        Assert.Equal(before, play.World.Describe());
    }

    [Theory]
    [InlineData("CreateStandby")]
    [InlineData("BeginTracking")]
    [InlineData("FullCopy")]
    public async Task Setup_Cancelled_LeavesNothing(string call)
    {
        var scenario = Scenario.Of("setup");
        var (play, end) = await CancelAtAsync(scenario, call);
        Assert.NotNull(end.Failure);
        Assert.Equal(scenario.NewWorld().Describe(), play.World.Describe());
    }

    [Theory]
    [InlineData("CreateRecoveryPoint")]
    [InlineData("CreateClone")]
    [InlineData("StartMachine")]
    public async Task Drill_Cancelled_TearsDown(string call)
    {
        var (play, end) = await CancelAtAsync(Scenario.Of("drill"), call);
        Assert.NotNull(end.Failure);
        Assert.Empty(Oracle.Residue(play.World));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Drill_ItsRunIsAbortedOrTerminatedInTheHold_TearsDown(bool terminated)
    {
        var play = await HeldDrillAsync();
        await (terminated ? play.TerminateAsync() : play.AbortAsync());
        await play.UntilCalledAsync("DropRecoveryPointsOf@site/south drill#1/drill/drop/prt_000002");
        var end = await play.EndAsync();
        Assert.Equal(terminated ? string.Empty : "aborted", end.State);
        Assert.Empty(Oracle.Residue(play.World));
    }

    [Fact]
    public async Task Drill_Released_EndsItsHold()
    {
        var play = await HeldDrillAsync();
        await play.SignalAsync("Release");
        Assert.Equal("succeeded", (await play.EndAsync()).State);
    }

    [Fact]
    public async Task Switch_RetriedAfterItWasUndone_QuiescesAgain()
    {
        var scenario = Scenario.Of("runbook-failover-planned");
        var one = new SweepCase(SweepEngine.NewId(), scenario.NewWorld()) { Refused = "PromoteInArbiter@control" };
        var play = await Play.StartAsync(
            scenario,
            _ =>
            {
                one.Heal();
                return "retry";
            },
            one);
        Assert.Equal("succeeded", (await play.EndAsync()).State);
        Assert.Equal(2 * one.World.Members.Count, one.World.Effects.Count(e => e.Contains("quiesce", StringComparison.Ordinal)));
        Assert.Empty(one.World.Violations);
    }

    private static async Task<Play> HeldDrillAsync()
    {
        var play = await Play.StartAsync("- { id: drill, uses: drill.isolated, with: { site: south, hold: 2h } }");
        await play.UntilCalledAsync("CheckMachine@site/south drill#1/drill/check/web-2");
        return play;
    }

    // The call goes on only when the procedure has seen the cancel: that it comes in the middle is the point of the
    // test.
    private static async Task CancelAndWaitAsync(WorkflowHandle handle)
    {
        await handle.CancelAsync();
        for (var seen = false; !seen; await Task.Delay(50))
        {
            var events = (await handle.FetchHistoryAsync()).Events;
            seen = events.SkipWhile(e => e.EventType != EventType.WorkflowExecutionCancelRequested)
                .Any(e => e.EventType == EventType.WorkflowTaskCompleted);
        }
    }

    private static async Task<(Play Play, CaseEnd End)> CancelAtAsync(Scenario scenario, string call)
    {
        var one = new SweepCase(SweepEngine.NewId(), scenario.NewWorld());
        var cancelled = 0;
        var client = (await SweepEngine.Current).Client;
        one.OnCall = async name =>
        {
            if (name.StartsWith(call, StringComparison.Ordinal) && Interlocked.Exchange(ref cancelled, 1) == 0)
            {
                await CancelAndWaitAsync(client.GetWorkflowHandle($"{one.Id}/run"));
            }
        };
        var play = await Play.StartAsync(scenario, CaseRunner.Willing, one);
        var end = await play.EndAsync();
        Assert.Equal(1, cancelled);
        Assert.Empty(one.World.Violations);
        return (play, end);
    }
}
