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
}
