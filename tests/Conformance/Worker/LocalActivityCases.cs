using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker;
using Runbooks.Temporal.Workflows;
using Runbooks.Tests.Conformance.Servers;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Conformance.Worker;

/// <summary>Local activities: markers, retries, timers for long backoffs, heartbeats of long tasks.</summary>
public sealed class LocalActivityCases
{
    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Results_InTheirOwnOrder_ReplayFromMarkers(string server)
    {
        var (result, history) = await RunAsync(server, "order");
        Assert.Equal("quick,slow", result);
        Assert.Equal(2, history.Events.Count(e => e.EventType == EventType.MarkerRecorded));
        await ReplayAsync(history);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Retry_WithShortBackoff_StaysInOneTask(string server)
    {
        var (result, history) = await RunAsync(server, "retry");
        Assert.Equal("attempt 3", result);
        Assert.Single(history.Events, e => e.EventType == EventType.WorkflowTaskCompleted);
        await ReplayAsync(history);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Retry_WithLongBackoff_WaitsByDurableTimer(string server)
    {
        var (result, history) = await RunAsync(server, "long-backoff");
        Assert.Equal("attempt 3", result);
        Assert.Equal(2, history.Events.Count(e => e.EventType == EventType.TimerFired));
        await ReplayAsync(history);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Failure_NonRetryable_ReachesTheWorkflow(string server)
    {
        var (result, history) = await RunAsync(server, "fail");
        Assert.Equal("failed: broken", result);
        await ReplayAsync(history);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Cancellation_Trying_IsReportedAtOnce(string server)
    {
        var (result, history) = await RunAsync(server, "cancel");
        Assert.Equal("canceled", result);
        await ReplayAsync(history);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task LongOne_BeyondTheTaskTimeout_KeepsTheTaskAlive(string server)
    {
        var (result, history) = await RunAsync(server, "long", TimeSpan.FromSeconds(5));
        Assert.Equal("long", result);
        Assert.DoesNotContain(history.Events, e => e.EventType == EventType.WorkflowTaskTimedOut);
        Assert.True(history.Events.Count(e => e.EventType == EventType.WorkflowTaskCompleted) >= 2);
        await ReplayAsync(history);
    }

    private static async Task<(string Result, WorkflowHistory History)> RunAsync(
        string server, string scenario, TimeSpan? taskTimeout = null)
    {
        var given = await WorkerCase.StartAsync(server);
        return await given.WithWorkerAsync(given.Serve<Locals>(new Activities()), async () =>
        {
            var options = given.Options;
            options.TaskTimeout = taskTimeout;
            var handle = await given.Client.StartWorkflowAsync((Locals w) => w.RunAsync(scenario), options);
            return (await handle.GetResultAsync(), await handle.FetchHistoryAsync());
        });
    }

    private static Task ReplayAsync(WorkflowHistory history) =>
        new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Locals>()).ReplayWorkflowAsync(history);

    [Workflow]
    public class Locals
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string scenario)
        {
            var options = new LocalActivityOptions { StartToCloseTimeout = TimeSpan.FromSeconds(20) };
            try
            {
                switch (scenario)
                {
                    case "order":
                        var said = new List<string>();
                        async Task SayAsync(int delay, string word) => said.Add(
                            await Workflow.ExecuteLocalActivityAsync(
                                (Activities a) => a.SayAsync(delay, word), options));
                        await Workflow.WhenAllAsync(SayAsync(300, "slow"), SayAsync(1, "quick"));
                        return string.Join(',', said);
                    case "retry":
                        options.RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(10) };
                        return await Workflow.ExecuteLocalActivityAsync((Activities a) => a.SucceedAtThird(), options);
                    case "long-backoff":
                        options.RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(50) };
                        options.LocalRetryThreshold = TimeSpan.FromMilliseconds(10);
                        return await Workflow.ExecuteLocalActivityAsync((Activities a) => a.SucceedAtThird(), options);
                    case "cancel":
                        using (var source = new CancellationTokenSource())
                        {
                            options.CancellationToken = source.Token;
                            var running = Workflow.ExecuteLocalActivityAsync(
                                (Activities a) => a.SayAsync(15_000, "never"), options);
                            await Workflow.ExecuteLocalActivityAsync(
                                (Activities a) => a.SayAsync(1, "first"),
                                new() { StartToCloseTimeout = TimeSpan.FromSeconds(20) });
                            source.Cancel();
                            return await running;
                        }
                    case "long":
                        return await Workflow.ExecuteLocalActivityAsync(
                            (Activities a) => a.SayAsync(7000, "long"), options);
                    default:
                        return await Workflow.ExecuteLocalActivityAsync((Activities a) => a.Fail(), options);
                }
            }
            catch (ActivityFailureException e) when (e.InnerException is CanceledFailureException)
            {
                return "canceled";
            }
            catch (ActivityFailureException e)
            {
                return $"failed: {e.InnerException!.Message}";
            }
        }
    }

    public class Activities
    {
        [Activity]
        public async Task<string> SayAsync(int delay, string word)
        {
            await Task.Delay(delay, ActivityExecutionContext.Current.CancellationToken);
            return word;
        }

        [Activity]
        public string SucceedAtThird() => ActivityExecutionContext.Current.Info.Attempt is var attempt and >= 3
            ? $"attempt {attempt}"
            : throw new InvalidOperationException("not yet");

        [Activity]
        public string Fail() => throw new ApplicationFailureException("broken", nonRetryable: true);
    }
}
