using Runbooks.Tests.Sweep.Harness;
using Runbooks.Tests.Sweep.World;

namespace Runbooks.Tests.Sweep.Procedures;

/// <summary>
/// Every procedure, as many times as it has calls: each call delivered twice, each call refused for good, the worker gone after each
/// event. The list of calls is not written down anywhere: it is what a clean run did.
/// </summary>
public sealed class SweepTests
{
    private const int AtOnce = 16;

    public static TheoryData<string> Scenarios => [.. Scenario.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Procedure_EveryCallDeliveredTwice_HasTheSameEffects(string name)
    {
        var scenario = Scenario.Of(name);
        var clean = await RunAsync(scenario, new SweepCase(SweepEngine.NewId(), scenario.NewWorld()));
        var twice = await RunAsync(scenario, new SweepCase(SweepEngine.NewId(), scenario.NewWorld()) { LosesFirstResults = true });

        Assert.Equal(clean.World.Describe(), twice.World.Describe());
        Assert.Equal(clean.Outcome, twice.Outcome);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Procedure_EveryCallRefused_ChangesNothingOrGoesForward(string name)
    {
        var scenario = Scenario.Of(name);
        var clean = await RunAsync(scenario, new SweepCase(SweepEngine.NewId(), scenario.NewWorld()));
        var failures = new List<string>();
        using var slots = new SemaphoreSlim(AtOnce);
        await Task.WhenAll(clean.Calls.Distinct().Select(async call =>
        {
            await slots.WaitAsync();
            try
            {
                if (await RefuseAsync(scenario, call) is { } wrong)
                {
                    lock (failures)
                    {
                        failures.Add($"{call}: {wrong}");
                    }
                }
            }
            finally
            {
                slots.Release();
            }
        }));

        Assert.Empty(failures);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Procedure_WorkerForgetsEverythingAfterEachEvent_EndsTheSame(string name)
    {
        var scenario = Scenario.Of(name);
        var engine = await SweepEngine.Current;
        var clean = await RunAsync(scenario, new SweepCase(SweepEngine.NewId(), scenario.NewWorld()));
        var one = new SweepCase(SweepEngine.NewId(), scenario.NewWorld());
        using var worker = engine.NewWorkflowWorker(one.Id, cached: 0);
        await worker.ExecuteAsync(() => RunAsync(scenario, one, one.Id));

        Assert.Equal(clean.World.Describe(), one.World.Describe());
        Assert.Equal(clean.Outcome, one.Outcome);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Procedure_WorkerKilledAtEveryCall_EndsTheSame(string name)
    {
        var scenario = Scenario.Of(name);
        var engine = await SweepEngine.Current;
        var clean = await RunAsync(scenario, new SweepCase(SweepEngine.NewId(), scenario.NewWorld()));
        var one = new SweepCase(SweepEngine.NewId(), scenario.NewWorld());
        await using var mortal = new MortalWorker(engine, one.Id);
        one.OnCall = _ => mortal.KillAsync();
        await RunAsync(scenario, one, one.Id);

        Assert.True(mortal.Deaths > 0);
        Assert.Equal(clean.World.Describe(), one.World.Describe());
        Assert.Equal(clean.Outcome, one.Outcome);
    }

    private static async Task<SweepCase> RunAsync(Scenario scenario, SweepCase one, string? queue = null)
    {
        var runner = new CaseRunner(await SweepEngine.Current, scenario, one);
        var end = await runner.RunAsync(queue);
        Assert.True(end.Failure is null, $"{scenario}: {end.Failure?.Text}");
        Assert.True(end.State is "" or "succeeded", $"{scenario}: {end.Result}");
        Assert.Empty(one.World.Violations);
        Assert.Empty(Oracle.Residue(one.World));
        Assert.Empty(Oracle.NotServed(one.World));
        return one;
    }

    private static async Task<string?> RefuseAsync(Scenario scenario, string call)
    {
        var one = new SweepCase(SweepEngine.NewId(), scenario.NewWorld()) { Refused = call };
        var before = one.World.Describe();
        var runner = new CaseRunner(await SweepEngine.Current, scenario, one)
        {
            Decide = question =>
            {
                // A person at the desk: before the fence they give up, after it (and while something is left behind) they help it on.
                if (question.Choices.Contains("leave") || (one.World.IsFenced && question.Choices.Contains("retry")))
                {
                    one.Heal();
                    return "retry";
                }

                return question.Choices.Contains("retry") ? "abort" : CaseRunner.Willing(question);
            },
        };
        var end = await runner.RunAsync();
        string[] wrong =
        [
            .. one.World.Violations,
            .. Oracle.Residue(one.World),
            .. Oracle.NotServed(one.World),
            .. Oracle.LossIsSaid(one.World, end),
        ];
        if (wrong.Length > 0)
        {
            return string.Join("; ", wrong);
        }

        var after = one.World.Describe();
        var mustBeUntouched = scenario.LeavesNothingBeforeTheFence && !one.World.IsFenced && !Oracle.IsProtected(one.World, scenario);
        return mustBeUntouched && before != after ? $"before the fence, yet changed:\n{before}\n-- became --\n{after}" : null;
    }
}
