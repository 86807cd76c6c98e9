using Runbooks.Domain.Errors;
using Runbooks.Domain.States;

namespace Runbooks.Tests.Sweep.Interpreter;

/// <summary>One run holds a group at a time, and not a moment longer than it lives.</summary>
public sealed class LeaseTests
{
    private const string Question = """- { id: ask, uses: manual, with: { instructions: "Wait" } }""";

    [Fact]
    public async Task SecondRun_OfAHeldGroup_IsRefused()
    {
        var first = await Play.StartAsync(Question);
        await first.UntilAsync("ask", StepState.Asking);
        var second = await Play.StartAsync(Question, group: first.Case.Id);
        Assert.Equal(RefusalCodes.ProcedureGroupBusy, (await second.EndAsync()).Failure?.Code);
        await first.AnswerAsync("ask", "done");
        Assert.Equal("succeeded", (await first.EndAsync()).State);
    }

    [Fact]
    public async Task NextRun_AtTheMomentTheFirstHasEnded_GetsTheGroup()
    {
        var group = Harness.SweepEngine.NewId();
        for (var i = 0; i < 5; i++)
        {
            var play = await Play.StartAsync("- { id: look, uses: workload.check, with: { workload: web-2 } }", group: group);
            Assert.Equal("succeeded", (await play.EndAsync()).State);
        }
    }

    [Fact]
    public async Task NextRun_AfterTheFirstWasTerminated_GetsTheGroup()
    {
        var first = await Play.StartAsync(Question);
        await first.UntilAsync("ask", StepState.Asking);
        await first.TerminateAsync();

        // The engine ends the lease after the run, not with it: until then the next run is refused.
        for (var i = 0; i < 50; i++)
        {
            var next = await Play.StartAsync(Question, _ => "done", group: first.Case.Id);
            if ((await next.EndAsync()).State == "succeeded")
            {
                return;
            }
        }

        Assert.Fail("The lease of a terminated run was never released.");
    }

    [Fact]
    public async Task SecondRun_OfAHeldGroup_LearnsWhoHoldsIt()
    {
        var first = await Play.StartAsync(Question);
        await first.UntilAsync("ask", StepState.Asking);
        var refused = await (await Play.StartAsync(Question, group: first.Case.Id)).EndAsync();
        Assert.Contains("run_000000 (drill-isolated, running)", refused.Failure!.Text, StringComparison.Ordinal);
        await first.AnswerAsync("ask", "done");
        await first.EndAsync();
    }

    [Fact]
    public async Task DisasterFailover_OfAGroupThatADrillHolds_EndsTheDrillAndGoesOn()
    {
        var drill = await Play.StartAsync(Question);
        await drill.UntilAsync("ask", StepState.Asking);
        var failover = await Play.StartAsync(Disaster(drill.AbortAsync), group: drill.Case.Id);
        Assert.Equal("succeeded", (await failover.EndAsync()).State);
        Assert.Equal("aborted", (await drill.EndAsync()).State);
    }

    [Fact]
    public async Task DisasterFailover_OfADrillThatDoesNotEnd_TakesTheGroupFromIt()
    {
        var drill = await Play.StartAsync(Question);
        await drill.UntilAsync("ask", StepState.Asking);
        var failover = await Play.StartAsync(Disaster(() => Task.CompletedTask), group: drill.Case.Id);
        Assert.Equal("succeeded", (await failover.EndAsync()).State);

        // What the drill gives back at its end is not the lease of whoever holds the group by then.
        var next = await Play.StartAsync(Question, group: drill.Case.Id);
        await next.UntilAsync("ask", StepState.Asking);
        await drill.AnswerAsync("ask", "done");
        Assert.Equal("succeeded", (await drill.EndAsync()).State);
        var refused = await Play.StartAsync(Question, group: drill.Case.Id);
        Assert.Equal(RefusalCodes.ProcedureGroupBusy, (await refused.EndAsync()).Failure?.Code);
        await next.AnswerAsync("ask", "done");
        await next.EndAsync();
    }

    [Fact]
    public async Task DisasterFailover_OfAGroupThatAnotherMoveHolds_IsRefused()
    {
        var first = await Play.StartAsync(Question);
        await first.UntilAsync("ask", StepState.Asking);
        var second = await Play.StartAsync(Disaster(null), group: first.Case.Id);
        Assert.Equal(RefusalCodes.ProcedureGroupBusy, (await second.EndAsync()).Failure?.Code);
        await first.AnswerAsync("ask", "done");
        await first.EndAsync();
    }

    private static Harness.Scenario Disaster(Func<Task>? drill) => Harness.Scenario.OfText(
        "disaster",
        """
        apiVersion: runbooks/v1
        kind: Runbook
        metadata: { name: disaster, title: A disaster, owner: tests }
        spec:
          for: failover-unplanned
          steps:
            - { id: look, uses: workload.check, with: { workload: web-2 } }
        """,
        RunKind.FailoverUnplanned,
        () =>
        {
            var world = Harness.Scenario.Pair();
            world.Drill = drill;
            return world;
        });
}
