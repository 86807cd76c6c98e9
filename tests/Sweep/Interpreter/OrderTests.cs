using Runbooks.Domain.States;
using Runbooks.Workflows.People;

namespace Runbooks.Tests.Sweep.Interpreter;

/// <summary>What runs when: blocks, for-each, pause, and the way back.</summary>
public sealed class OrderTests
{
    private const string TwoStops = """
        - { id: first, uses: workload.stop, with: { workload: web-2 }, compensate: { uses: workload.start, with: { workload: web-2 } } }
        - { id: second, uses: workload.stop, with: { workload: database-1 }, compensate: { uses: workload.start, with: { workload: database-1 } } }
        """;

    [Fact]
    public async Task Parallel_TwoQuestions_AreOpenAtTheSameTime()
    {
        var play = await Play.StartAsync(
            """
            - id: both
              parallel: true
              steps:
                - { id: left, uses: manual, with: { instructions: "Left" } }
                - { id: right, uses: manual, with: { instructions: "Right" } }
            """);
        await play.UntilAsync("both.left", StepState.Asking);
        await play.UntilAsync("both.right", StepState.Asking);
        await play.AnswerAsync("both.right", "done");
        await play.AnswerAsync("both.left", "done");
        Assert.Equal("succeeded", (await play.EndAsync()).State);
    }

    [Fact]
    public async Task ForEach_OneAtATime_StartsTheSecondAfterTheFirst()
    {
        var play = await Play.StartAsync(
            """
            - id: each
              forEach: "${group.workloads}"
              as: one
              concurrency: 1
              steps:
                - { id: ask, uses: manual, with: { instructions: "${one.id}" } }
            """);
        await play.UntilAsync("each[database-1].ask", StepState.Asking);
        Assert.Null(await play.StateOfAsync("each[web-2].ask"));
        await play.AnswerAsync("each[database-1].ask", "done");
        await play.UntilAsync("each[web-2].ask", StepState.Asking);
        await play.AnswerAsync("each[web-2].ask", "done");
        Assert.Equal("succeeded", (await play.EndAsync()).State);
    }

    [Fact]
    public async Task Failure_AfterTwoSteps_UndoesThemInReverse()
    {
        var play = await Play.StartAsync(TwoStops + "\n" + """- { id: never, uses: condition, with: { value: "1", is: "2" } }""");
        var before = play.World.Sites[World.WorldModel.North].Machines.Order().ToList();
        var end = await play.EndAsync();
        Assert.Equal("failed", end.State);
        Assert.Equal(["second", "first"], Play.Texts(end, "Compensated"));
        Assert.Equal(before, play.World.Sites[World.WorldModel.North].Machines.Order());
    }

    [Fact]
    public async Task Failure_InTheMiddleOfAStep_UndoesWhatItHadDone()
    {
        var one = new World.SweepCase(Harness.SweepEngine.NewId(), Harness.Scenario.Pair())
        {
            Refused = "StopMachine@site/north stop#1/stop/database-1",
        };
        var before = one.World.Describe();
        var play = await Play.StartAsync("- { id: stop, uses: group.stop, compensate: { uses: group.start-wave } }", null, one);
        Assert.Equal("failed", (await play.EndAsync()).State);
        Assert.Contains(one.World.Effects, e => e.Contains("stop-machine", StringComparison.Ordinal));
        Assert.Equal(before, one.World.Describe());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Abort_DuringADelay_UndoesWhatWasDone(bool byEngine)
    {
        var play = await Play.StartAsync(TwoStops + "\n" + "- { id: late, delay: 1h, uses: workload.check, with: { workload: web-2 } }");
        await play.UntilAsync("late", StepState.Waiting);
        await (byEngine ? play.CancelAsync() : play.AbortAsync());
        var end = await play.EndAsync();
        Assert.Equal("aborted", end.State);
        Assert.Equal(["second", "first"], Play.Texts(end, "Compensated"));
        Assert.Equal(StepState.Cancelled, await play.StateOfAsync("late"));
    }

    [Fact]
    public async Task Pause_BetweenSteps_HoldsTheNextUntilItIsResumed()
    {
        var play = await Play.StartAsync(
            """
            - { id: ask, uses: manual, with: { instructions: "First" } }
            - { id: next, uses: workload.check, with: { workload: web-2 } }
            """);
        await play.UntilAsync("ask", StepState.Asking);
        await play.SignalAsync("Pause");
        await play.AnswerAsync("ask", "done");
        await play.UntilAsync("ask", StepState.Succeeded);
        Assert.Null(await play.StateOfAsync("next"));
        await play.SignalAsync("Resume");
        Assert.Equal("succeeded", (await play.EndAsync()).State);
    }

    [Fact]
    public async Task Abort_WhilePaused_StartsNothingMore()
    {
        var play = await Play.StartAsync(
            """
            - { id: ask, uses: manual, with: { instructions: "First" } }
            - { id: next, uses: workload.stop, with: { workload: web-2 } }
            """);
        await play.UntilAsync("ask", StepState.Asking);
        await play.SignalAsync("Pause");
        await play.AnswerAsync("ask", "done");
        await play.UntilAsync("ask", StepState.Succeeded);
        await play.AbortAsync();
        Assert.Equal("aborted", (await play.EndAsync()).State);
        Assert.Contains("web-2", play.World.Sites[World.WorldModel.North].Machines);
    }

    [Fact]
    public async Task Abort_WhilePausedWithAStepRunning_EndsThatStep()
    {
        var play = await Play.StartAsync(
            """
            - id: both
              parallel: true
              steps:
                - { id: ask, uses: manual, with: { instructions: "First" } }
                - { id: long, uses: delay, with: { for: 10h } }
            """);
        await play.UntilAsync("both.long", StepState.Running);
        await play.SignalAsync("Pause");
        await play.AnswerAsync("both.ask", "done");
        await play.UntilAsync("both.ask", StepState.Succeeded);
        await play.SignalAsync("Abort", new AbortOrder("tester", "enough"));
        Assert.Equal("aborted", (await play.EndAsync()).State);
    }
}
