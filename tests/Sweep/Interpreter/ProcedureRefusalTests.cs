using Runbooks.Domain.Errors;
using Runbooks.Domain.States;
using Runbooks.Domain.Ids;
using Runbooks.Tests.Sweep.Harness;
using Runbooks.Tests.Sweep.World;

namespace Runbooks.Tests.Sweep.Interpreter;

/// <summary>
/// What a run refuses by itself: the result says the code, the cause
/// and what to do, and nothing has moved to the other site.
/// </summary>
public sealed class ProcedureRefusalTests
{
    [Fact]
    public async Task Condition_ThatIsFalse_FailsTheStepByName() => Says(
        await EndAsync("""- { id: count, uses: condition, with: { value: "1", is: "2", message: Too few. } }"""),
        RefusalCodes.ProcedureConditionFalse, "count");

    [Fact]
    public async Task Step_ForAWorkloadThatTheGroupLacks_NamesIt() => Says(
        await EndAsync("- { id: look, uses: workload.check, with: { workload: nobody-7 } }"),
        RefusalCodes.ProcedureUnknownMember, "nobody-7");

    [Fact]
    public async Task Run_ThatAPersonEnds_SaysWhoAndWhy()
    {
        var play = await Play.StartAsync("""- { id: crane, uses: manual, with: { instructions: "Move the rack" } }""");
        await play.UntilAsync("crane", StepState.Asking);
        await play.AbortAsync();
        var end = await play.EndAsync();
        Assert.Equal("aborted", end.State);
        Says((play, end), RefusalCodes.ProcedureAborted, "enough");
    }

    [Fact]
    public async Task Copies_ThatDiffer_AreNamedAndNothingIsSwitched()
    {
        var world = Scenario.Pair();
        world.LoseLink(20);
        var ended = await EndAsync(
            """
            - { id: same, uses: group.compare, with: { with: south } }
            - { id: move, uses: group.switch, with: { to: south }, needs: [same] }
            """,
            world);
        Says(ended, RefusalCodes.ProcedureCopiesDiffer, "[0, 1048576)");
        StillAtNorth(ended.Play.World);
    }

    [Fact]
    public async Task Source_ThatAnswers_IsNotFailedOverUntilAPersonSaysSo()
    {
        var ended = await EndAsync(
            """
            - { id: down, uses: site.confirm-down, with: { site: north, observers: 2 } }
            - { id: move, uses: group.failover, with: { to: south }, needs: [down] }
            """);
        Says(ended, RefusalCodes.ProcedureSourceNotDown, "reachable");
        Assert.Contains(ended.Play.Asked, q => q.Choices.Contains("override"));
        StillAtNorth(ended.Play.World);
    }

    [Fact]
    public async Task Loss_ThatNobodyAccepts_StopsTheFailoverBeforeItsFence()
    {
        var ended =
            await EndAsync("- { id: move, uses: group.failover, with: { to: south } }", Scenario.NorthGoneBehind());
        Says(ended, RefusalCodes.ProcedureLossRefused, "south");
        Assert.Contains(ended.Play.Asked, q => q.Choices.Contains("accept"));
        Assert.Empty(ended.Play.World.Acceptances);
        StillAtNorth(ended.Play.World);
    }

    [Fact]
    public async Task Failover_ToWhereTheGroupLives_IsNothingToDo()
    {
        var ended = await EndAsync("- { id: move, uses: group.failover, with: { to: north } }");
        Says(ended, RefusalCodes.ProcedureNothingToDo, "north");
        StillAtNorth(ended.Play.World);
    }

    // Whatever is asked is answered with the careful choice: abort.
    private static async Task<(Play Play, CaseEnd End)> EndAsync(string steps, WorldModel? world = null)
    {
        var play = await Play.StartAsync(
            steps,
            question => question.Choices.Contains("abort") ? "abort" : null,
            new SweepCase(SweepEngine.NewId(), world ?? Scenario.Pair()));
        var end = await play.EndAsync();
        Assert.Equal("failed", end.State);
        return (play, end);
    }

    private static void Says((Play Play, CaseEnd End) ended, string code, string fact)
    {
        var cause = Play.Text(ended.End, "Cause");
        Assert.Contains(code, cause, StringComparison.Ordinal);
        Assert.Contains(fact, cause, StringComparison.Ordinal);
        Assert.Contains("orrection", cause, StringComparison.Ordinal);
        Assert.Empty(ended.Play.World.Violations);
    }

    private static void StillAtNorth(WorldModel world) => Assert.All(
        world.Members.Select(m => m.Policy.Id), (ProtectionId id) =>
            Assert.Equal(WorldModel.North, world.Rows[id].Primary));
}
