using Runbooks.Domain.States;
using Runbooks.Tests.Sweep.Harness;
using Runbooks.Tests.Sweep.World;
using Runbooks.Workflows.RecoveryPoints;

namespace Runbooks.Tests.Sweep.Procedures;

/// <summary>One firing of a protection's schedule of recovery points.</summary>
public sealed class RecoveryPointsTests
{
    private static readonly Scenario Firing = Scenario.Of("recovery-points");

    [Fact]
    public async Task Firing_AtACompleteStandby_LeavesTheNewPointAloneAndPrimaryUntouched()
    {
        var one = new SweepCase(SweepEngine.NewId(), Firing.NewWorld());
        var end = await new CaseRunner(await SweepEngine.Current, Firing, one).RunAsync();
        Assert.Null(end.Failure);
        var (point, made) = one.World.Sites[WorldModel.South].Points.Single();
        Assert.Equal((RecoveryPointReason.Periodic, 100), (made.Reason, made.Position));
        Assert.Equal(point, one.World.Listed.Single().Point);
        Assert.Empty(one.World.Leaving);
        Assert.Empty(one.World.Sites[WorldModel.North].Points);
        Assert.Equal(2, end.Result!.Value.GetProperty(nameof(PeriodicPoints.Dropped)).GetInt32());
    }

    [Fact]
    public async Task Site_ThatDoesNotAnswer_IsToldAndItsOldPointsWait()
    {
        var one = new SweepCase(SweepEngine.NewId(), Firing.NewWorld());
        one.World.Sites[WorldModel.South].IsSilent = true;
        var end = await new CaseRunner(await SweepEngine.Current, Firing, one).RunAsync();
        Assert.Null(end.Failure);
        Assert.Contains("prt_000001", one.World.Told.Single(), StringComparison.Ordinal);
        Assert.Single(one.World.Listed);
        Assert.Single(one.World.Leaving);
        Assert.Equal(1, end.Result!.Value.GetProperty(nameof(PeriodicPoints.StillThere)).GetInt32());
    }
}
