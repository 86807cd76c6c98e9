using Runbooks.Temporal.Client;
using Runbooks.Tests.Sweep.Harness;
using Runbooks.Tests.Sweep.World;
using Runbooks.Workflows.Control;
using Runbooks.Workflows.Failover;

namespace Runbooks.Tests.Sweep.Procedures;

/// <summary>Who is asked whether a site is down, and for how long an answer is waited for.</summary>
public sealed class ObserverTests
{
    [Fact]
    public async Task Observer_ThatHasLongBeenSilent_IsWaitedForNoLongerThanTheOthersLook()
    {
        var unplanned = Scenario.Of("failover-unplanned");
        var now = DateTimeOffset.UtcNow;
        SitePicture[] sites =
        [
            new(WorldModel.North, "north:7000", now), new(WorldModel.South, "south:7000", now),
            new(WorldModel.East, "", null),
        ];
        var scenario = unplanned with
        {
            Input = (world, group) =>
            {
                var input = (FailoverInput)unplanned.Input(world, group);
                return input with { Group = input.Group with { Sites = sites }, ObserveSeconds = 3 };
            },
        };
        var runner = new CaseRunner(
            await SweepEngine.Current, scenario, new SweepCase(SweepEngine.NewId(), scenario.NewWorld()));

        Assert.Null((await runner.RunAsync()).Failure);

        var within = await WithinAsync(runner.Handle);
        Assert.Equal(3, within["site/east"]);
        Assert.Equal(13, within["site/south"]);
        Assert.DoesNotContain("site/north", within.Keys);
    }

    /// <summary>Seconds until somebody must have taken the look, by queue.</summary>
    private static async Task<Dictionary<string, double>> WithinAsync(WorkflowHandle run) =>
        (await run.FetchHistoryAsync()).Events
            .Select(e => e.ActivityTaskScheduledEventAttributes)
            .Where(a => a?.ActivityType.Name == "ObserveSite")
            .ToDictionary(a => a.TaskQueue.Name, a => a.ScheduleToStartTimeout.ToTimeSpan().TotalSeconds);
}
