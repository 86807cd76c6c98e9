using System.Text.Json;
using Runbooks.Tests.Sweep.Harness;
using Runbooks.Tests.Sweep.World;
using Runbooks.Workflows.Drill;

namespace Runbooks.Tests.Sweep.Procedures;

/// <summary>Whom a drill needs, and what it does without the others.</summary>
public sealed class DrillTests
{
    private static readonly Scenario Drill = Scenario.Of("drill");

    /// <summary>The same drill in an installation with a third site, which holds nothing of the group.</summary>
    private static readonly Scenario AmongThree = Drill with
    {
        Input = (world, _) => new DrillInput(
            Scenario.Run,
            world.Picture with { Sites = [new(WorldModel.East, "east:7000", null), .. world.Picture.Sites] },
            WorldModel.South),
    };

    [Fact]
    public async Task UnrelatedSite_ThatIsDown_IsNeverAsked()
    {
        var one = new SweepCase(SweepEngine.NewId(), AmongThree.NewWorld());
        one.World.Sites[WorldModel.East].IsDown = true;

        var result = await EndAsync(AmongThree, one);

        Assert.True(result.GetProperty(nameof(DrillResult.Passed)).GetBoolean(), result.ToString());
        Assert.Empty(Unseen(result));
        Assert.Empty(one.World.Violations);
        Assert.Equal(["site/north", "site/south"], Asked(one));
    }

    [Fact]
    public async Task Primary_ThatIsGone_IsNamedAndTheDrillGoesThrough()
    {
        var one = new SweepCase(SweepEngine.NewId(), Drill.NewWorld());
        one.World.Sites[WorldModel.North].IsSilent = true;

        var result = await EndAsync(Drill, one);

        Assert.True(result.GetProperty(nameof(DrillResult.Passed)).GetBoolean(), result.ToString());
        Assert.Equal(["north: north does not answer"], Unseen(result));
        Assert.Equal(1, one.Calls.Count(c => c.StartsWith("TakeInventory@site/north", StringComparison.Ordinal)));
        Assert.Empty(Oracle.Residue(one.World));
    }

    [Fact]
    public async Task Primary_ThatDiesDuringTheDrill_IsNamedAndTheDrillEnds()
    {
        var one = new SweepCase(SweepEngine.NewId(), Drill.NewWorld());
        one.OnCall = call =>
        {
            one.World.Sites[WorldModel.North].IsSilent |= call.StartsWith("TearDown", StringComparison.Ordinal);
            return Task.CompletedTask;
        };

        var result = await EndAsync(Drill, one);

        Assert.Equal(["north: north does not answer"], Unseen(result));
        Assert.Empty(result.GetProperty(nameof(DrillResult.Residue)).EnumerateArray());
        Assert.Empty(Oracle.Residue(one.World));
    }

    [Fact]
    public async Task SiteOfTheDrill_ThatIsGone_EndsItBeforeAnythingIsMade()
    {
        var one = new SweepCase(SweepEngine.NewId(), Drill.NewWorld());
        var before = one.World.Describe();
        one.World.Sites[WorldModel.South].IsSilent = true;

        var end = await new CaseRunner(await SweepEngine.Current, Drill, one).RunAsync();

        Assert.Equal(Refusals.Code, end.Failure?.Code);
        Assert.Equal(before, one.World.Describe());
    }

    private static async Task<JsonElement> EndAsync(Scenario scenario, SweepCase one)
    {
        var end = await new CaseRunner(await SweepEngine.Current, scenario, one).RunAsync();
        Assert.Null(end.Failure);
        return end.Result!.Value;
    }

    private static IEnumerable<string?> Unseen(JsonElement result) =>
        result.GetProperty(nameof(DrillResult.Unseen)).EnumerateArray().Select(s => s.GetString());

    private static IEnumerable<string> Asked(SweepCase one) => one.Calls
        .Where(c => c.StartsWith("TakeInventory@", StringComparison.Ordinal))
        .Select(c => c.Split('@', ' ')[1])
        .Distinct()
        .Order(StringComparer.Ordinal);
}
