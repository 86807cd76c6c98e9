using System.Collections.Concurrent;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Runbooks.Tests.Conformance.KillCampaign;

/// <summary>
/// Ends the engine, or its database server, at random points under load. RUNBOOKS_KILLS=60 and
/// RUNBOOKS_DATABASE_KILLS=30 for the long forms, RUNBOOKS_SEED to repeat one (which fixes the load and the pauses between kills, not the
/// scheduling of threads).
/// </summary>
public sealed class KillCampaignCases(ITestOutputHelper output)
{
    private static readonly TimeSpan ProgressLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(1);

    [Fact]
    public Task Engine_KilledUnderLoad_LosesNoAcknowledgedThingAndRepeatsNoCommand() =>
        CampaignAsync(Number("RUNBOOKS_KILLS", 8), async (engine, _) =>
        {
            await engine.KillAsync();
            await engine.StartAsync();
        });

    [Fact]
    public Task Database_KilledUnderLoad_LosesNoAcknowledgedThingAndTheEngineGoesOn() =>
        CampaignAsync(Number("RUNBOOKS_DATABASE_KILLS", 4), async (engine, random) =>
        {
            await engine.RestartDatabaseAsync(byKill: random.Next(2) == 0);
            Assert.True(engine.ExitCode is null, $"The engine ended with its database: {engine.Said}");
        });

    private async Task CampaignAsync(int kills, Func<EngineProcess, Random, Task> killAsync)
    {
        var seed = Number("RUNBOOKS_SEED", Environment.TickCount & 0xFFFF);
        output.WriteLine($"seed {seed}, {kills} kills");
        var random = new Random(seed);
        var ledger = new Ledger();
        await using var engine = await EngineProcess.CreateAsync();
        await engine.StartAsync();
        using var driving = new CancellationTokenSource();
        using var working = new CancellationTokenSource();
        var load = new Load(engine.Address, ledger);
        var drivers = Enumerable.Range(0, 16).Select(n => load.DriveAsync((seed * 10) + n, driving.Token)).ToArray();
        var workers = Enumerable.Range(0, 4)
            .SelectMany(_ => new[] { load.WorkAsync(working.Token), load.ActAsync(working.Token) }).ToArray();

        for (var kill = 0; kill < kills; kill++)
        {
            await ProgressAsync(ledger, random.Next(1, 400));
            await Task.Delay(random.Next(0, 15), TestContext.Current.CancellationToken);
            await killAsync(engine, random);
        }
        await driving.CancelAsync();
        await Task.WhenAll(drivers).WaitAsync(SettleLimit, TestContext.Current.CancellationToken);
        await SettleAsync(load);
        await working.CancelAsync();
        await Task.WhenAll(workers);
        await CheckAsync(load, ledger, kills);
        Assert.Equal(0, await engine.StopAsync());
    }

    private async Task CheckAsync(Load load, Ledger ledger, int kills)
    {
        output.WriteLine(ledger.ToString());
        var wrong = new ConcurrentBag<string>();
        foreach (var (workflowId, runId) in ledger.Starts)
        {
            Check(workflowId, await load.HistoryAsync(workflowId, runId), ledger, wrong.Add);
        }
        Assert.True(ledger.Total > kills * 20, "The load did nothing between kills.");
        Assert.True(wrong.IsEmpty, $"{wrong.Count} broken promises: " + string.Join("\n", wrong.Take(20)));
    }

    /// <summary>Waits for so many acknowledgements, so that a kill falls into the load and not into the start.</summary>
    private static async Task ProgressAsync(Ledger ledger, int count)
    {
        var (from, began) = (ledger.Total, TimeProvider.System.GetTimestamp());
        while (ledger.Total < from + count && TimeProvider.System.GetElapsedTime(began) < ProgressLimit)
        {
            await Task.Delay(1);
        }
    }

    private static async Task SettleAsync(Load load)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await load.OpenAsync() is { Count: > 0 } open)
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(began) < SettleLimit,
                $"{open.Count} runs never end, such as {open[0]}: "
                + string.Join(", ", (await load.HistoryAsync(open[0], "")).Select(e => e.EventType)));
            await Task.Delay(100);
        }
    }

    private static void Check(string id, List<HistoryEvent> events, Ledger ledger, Action<string> wrong)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].EventId != i + 1)
            {
                wrong($"{id}: event {events[i].EventId} stands at place {i + 1}");
            }
        }
        if (events[^1].EventType != EventType.WorkflowExecutionCompleted)
        {
            wrong($"{id}: ends with {events[^1].EventType}");
        }
        Once("signal", events.Select(e => e.WorkflowExecutionSignaledEventAttributes?.SignalName),
            Of(ledger.Signals, id));
        Once("marker", events.Select(e => e.MarkerRecordedEventAttributes?.MarkerName), Of(ledger.Completions, id));
        Once("update", events.Select(e => e.WorkflowExecutionUpdateCompletedEventAttributes?.Meta.UpdateId),
            Of(ledger.Updates, id));
        var scheduled = events.Where(e => e.ActivityTaskScheduledEventAttributes is not null)
            .ToDictionary(e => e.EventId, e => e.ActivityTaskScheduledEventAttributes.ActivityId);
        Once("scheduled activity", scheduled.Values, []);
        Once("activity result",
            events.Where(e => e.ActivityTaskCompletedEventAttributes is not null)
                .Select(e => scheduled[e.ActivityTaskCompletedEventAttributes.ScheduledEventId]),
            Of(ledger.Activities, id));

        void Once(string what, IEnumerable<string?> found, IEnumerable<string> acknowledged)
        {
            var names = found.OfType<string>().ToList();
            foreach (var repeated in names.GroupBy(name => name).Where(group => group.Count() > 1))
            {
                wrong($"{id}: {what} {repeated.Key} is there {repeated.Count()} times");
            }
            foreach (var lost in acknowledged.Except(names))
            {
                wrong($"{id}: acknowledged {what} {lost} is lost");
            }
        }
    }

    private static IEnumerable<string> Of(IEnumerable<(string WorkflowId, string Name)> entries, string id) =>
        entries.Where(entry => entry.WorkflowId == id).Select(entry => entry.Name);

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : otherwise;
}
