using Runbooks.Domain.Errors;
using Runbooks.Tests.Sweep.Harness;
using Runbooks.Tests.Sweep.World;
using Runbooks.Workflows.Unprotect;

namespace Runbooks.Tests.Sweep.Procedures;

/// <summary>
/// What a removal must not do: take a protection from another site's hands, or from under another run.
/// </summary>
public sealed class UnprotectTests
{
    [Fact]
    public async Task Protection_ThatMovedSinceItWasAskedFor_IsLeftAlone()
    {
        var one = new SweepCase(SweepEngine.NewId(), Scenario.Of("failback").NewWorld());
        var before = one.World.Describe();
        var end = await new CaseRunner(await SweepEngine.Current, Removal, one).RunAsync();
        Assert.Equal(RefusalCodes.ProcedureMoved, end.Failure?.Code);
        Assert.Equal(before, one.World.Describe());
        Assert.Empty(one.World.Records);
    }

    [Fact]
    public async Task Standby_ThatDoesNotAnswer_IsListedAndCannotBePromoted()
    {
        var scenario = Scenario.Of("unprotect-standby-gone");
        var one = new SweepCase(SweepEngine.NewId(), scenario.NewWorld());
        var end = await new CaseRunner(await SweepEngine.Current, scenario, one).RunAsync();
        var left = end.Result!.Value.GetProperty(nameof(UnprotectResult.Left)).EnumerateArray().Single().GetString();
        Assert.StartsWith("south: ", left, StringComparison.Ordinal);
        Assert.NotNull(one.World.Rows.Values.Single().ClosedAt);
        Assert.Equal("removed", one.World.Records[^1].State);
        Assert.Contains("Left behind: south", one.World.Records[^1].Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Primary_ThatDoesNotAnswer_KeepsItsProtection()
    {
        var one = new SweepCase(SweepEngine.NewId(), Scenario.Pair());
        one.World.Sites[WorldModel.North].IsSilent = true;
        var before = one.World.Describe();
        var end = await new CaseRunner(await SweepEngine.Current, Removal, one).RunAsync();
        Assert.NotNull(end.Failure);
        Assert.Equal(before, one.World.Describe());
    }

    [Fact]
    public async Task Primary_GoneForGood_IsRemovedByForceAndWhatStaysIsSaid()
    {
        var scenario = Scenario.Of("unprotect-primary-gone");
        var one = new SweepCase(SweepEngine.NewId(), scenario.NewWorld());
        var end = await new CaseRunner(await SweepEngine.Current, scenario, one).RunAsync();
        Assert.Null(end.Failure);
        var left = end.Result!.Value.GetProperty(nameof(UnprotectResult.Left)).EnumerateArray().Single().GetString();
        Assert.StartsWith("north: its agent was gone", left, StringComparison.Ordinal);
        Assert.NotNull(one.World.Rows.Values.Single().ClosedAt);
        Assert.Equal("removed", one.World.Records[^1].State);
    }

    [Fact]
    public async Task Primary_ThatAnswers_IsNotRemovedByForce()
    {
        var scenario = Scenario.Of("unprotect-primary-gone");
        var one = new SweepCase(SweepEngine.NewId(), Scenario.Of("unprotect").NewWorld());
        var before = one.World.Describe();
        var end = await new CaseRunner(await SweepEngine.Current, scenario, one).RunAsync();
        Assert.Equal(RefusalCodes.ProcedureNotGone, end.Failure?.Code);
        Assert.Equal(before, one.World.Describe());
    }

    private static Scenario Removal => Scenario.Of("unprotect");
}
