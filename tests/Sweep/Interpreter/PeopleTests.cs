using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Workflows.People;

namespace Runbooks.Tests.Sweep.Interpreter;

/// <summary>Questions: who answers, what no answer means, and that a no stays a no.</summary>
public sealed class PeopleTests
{
    private const string Signoff = """
        - { id: ok, uses: approval, with: { question: "Go on?", count: 2, expires: 1h }, onFailure: ask }
        """;

    [Fact]
    public async Task Approval_TwoPeopleSayYes_GoesOn()
    {
        var play = await Play.StartAsync(Signoff);
        await play.AnswerAsync("ok", "approve", "ann");
        await play.AnswerAsync("ok", "approve", "bob");
        Assert.Equal("succeeded", (await play.EndAsync()).State);
    }

    [Fact]
    public async Task Approval_SamePersonTwice_IsOneVoice()
    {
        var play = await Play.StartAsync(Signoff);
        await play.AnswerAsync("ok", "approve", "ann");
        await play.AnswerAsync("ok", "approve", "ann");
        await play.UntilAsync("ok", StepState.Asking);
        await play.AnswerAsync("ok", "reject", "bob");
        Assert.Equal("failed", (await play.EndAsync()).State);
    }

    [Fact]
    public async Task Approval_Refused_IsFinalAlthoughTheStepWouldAsk()
    {
        var play = await Play.StartAsync(Signoff, question => question.Choices.Contains("skip") ? "skip" : "reject");
        var end = await play.EndAsync();
        Assert.Equal("failed", end.State);
        Assert.Contains(RefusalCodes.ProcedureNotApproved, Play.Text(end, "Cause"), StringComparison.Ordinal);
        Assert.DoesNotContain(play.Asked, q => q.Choices.Contains("skip"));
    }

    [Theory]
    [InlineData("abort", "failed")]
    [InlineData("approve", "succeeded")]
    public async Task Approval_NobodyAnswers_TakesItsDefault(string fallback, string state)
    {
        var play = await Play.StartAsync(
            $$"""- { id: ok, uses: approval, with: { question: "Go on?", expires: 1s, default: {{fallback}} } }""");
        Assert.Equal(state, (await play.EndAsync()).State);
    }

    [Theory]
    [InlineData("done", "succeeded")]
    [InlineData("failed", "failed")]
    public async Task Manual_Answered_EndsAsThePersonSays(string choice, string state)
    {
        var play = await Play.StartAsync("""- { id: crane, uses: manual, with: { instructions: "Move the rack" } }""", _ => choice);
        Assert.Equal(state, (await play.EndAsync()).State);
    }

    [Fact]
    public async Task FailedStep_Skipped_GoesOnAndSaysSo()
    {
        var play = await Play.StartAsync(
            """
            - { id: never, uses: condition, with: { value: "1", is: "2" }, onFailure: ask }
            - { id: after, uses: workload.check, with: { workload: database-1 } }
            """,
            _ => "skip");
        Assert.Equal("succeeded", (await play.EndAsync()).State);
        Assert.Equal(StepState.Skipped, await play.StateOfAsync("never"));
        Assert.Equal(StepState.Succeeded, await play.StateOfAsync("after"));
    }

    [Fact]
    public async Task FailedStep_RetriedAfterTheCauseIsGone_Succeeds()
    {
        var one = new World.SweepCase(Harness.SweepEngine.NewId(), Harness.Scenario.Pair())
        {
            Refused = "StopMachine@site/north stop#1/stop/database-1",
        };
        var play = await Play.StartAsync(
            "- { id: stop, uses: workload.stop, with: { workload: database-1 }, onFailure: ask }",
            _ =>
            {
                one.Heal();
                return "retry";
            },
            one);
        Assert.Equal("succeeded", (await play.EndAsync()).State);
        Assert.DoesNotContain("database-1", one.World.Sites[World.WorldModel.North].Machines);
    }

    [Fact]
    public async Task Abort_WhileAsking_EndsTheQuestion()
    {
        var play = await Play.StartAsync("""- { id: crane, uses: manual, with: { instructions: "Move the rack" }, onFailure: ask }""");
        await play.UntilAsync("crane", StepState.Asking);
        await play.AbortAsync();
        Assert.Equal("aborted", (await play.EndAsync()).State);
    }

    [Fact]
    public async Task Loss_AskedByAChild_HearsTheAnswerGivenToTheRun()
    {
        var scenario = Harness.Scenario.Of("runbook-failover-unplanned") with { NewWorld = Harness.Scenario.NorthGoneBehind };
        var play = await Play.StartAsync(scenario, Harness.CaseRunner.Willing);
        var end = await play.EndAsync();
        Assert.Equal("succeeded", end.State);
        Assert.Contains(play.World.Acceptances, a => a.By == "tester");
        Assert.Contains("\"lossBytes\":40", end.Result!.Value.GetProperty("Outputs").GetProperty("failover").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Loss_NotAccepted_ChangesNothing(bool byAbort)
    {
        var scenario = Harness.Scenario.Of("runbook-failover-unplanned") with { NewWorld = Harness.Scenario.NorthGoneBehind };
        var one = new World.SweepCase(Harness.SweepEngine.NewId(), scenario.NewWorld());
        var before = one.World.Describe();
        Play? play = null;
        play = await Play.StartAsync(
            scenario,
            question =>
            {
                if (byAbort)
                {
                    _ = play!.SignalAsync("Abort", new AbortOrder("tester", "no loss"));
                    return null;
                }

                return "abort";
            },
            one);
        var end = await play.EndAsync();
        Assert.Equal(byAbort ? "aborted" : "failed", end.State);
        Assert.Equal(before, one.World.Describe());
    }
}
