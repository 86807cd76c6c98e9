using System.Diagnostics.CodeAnalysis;
using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker;
using Runbooks.Temporal.Workflows;
using Runbooks.Tests.Conformance.Servers;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Conformance.Worker;

/// <summary>Replay: patches, changed code, failing tasks, evicted runs, workers that die.</summary>
public sealed class DeterminismCases
{
    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Patch_InRunsFromBeforeIt_KeepsOldCode(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var handle = await given.Client.StartWorkflowAsync("Versioned", [], given.Options);
        await given.WithWorkerAsync(given.Serve<Before>(), async () =>
            Assert.Equal("old", await handle.QueryAsync<string>("Path", [])));
        await given.WithWorkerAsync(given.Serve<Patched>(), async () =>
        {
            await handle.SignalAsync("Go", []);
            Assert.Equal("old", await handle.GetResultAsync<string>());
        });
        await ReplayAsync<Patched>(await handle.FetchHistoryAsync());
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Patch_InNewRuns_IsMarkedAndSurvivesDeprecation(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var handle = await given.Client.StartWorkflowAsync("Versioned", [], given.Options);
        await given.WithWorkerAsync(given.Serve<Patched>(), async () =>
            Assert.Equal("new", await handle.QueryAsync<string>("Path", [])));
        await given.WithWorkerAsync(given.Serve<Deprecated>(), async () =>
        {
            await handle.SignalAsync("Go", []);
            Assert.Equal("new", await handle.GetResultAsync<string>());
        });
        var history = await handle.FetchHistoryAsync();
        Assert.Single(history.Events, e => e.EventType == EventType.MarkerRecorded);
        Assert.Single(history.Events, e => e.EventType == EventType.UpsertWorkflowSearchAttributes);
        await ReplayAsync<Patched>(history);
        await ReplayAsync<Deprecated>(history);
        var broken = await Assert.ThrowsAsync<WorkflowNondeterminismException>(() => ReplayAsync<Before>(history));
        Assert.StartsWith("[TMPRL1100] Nondeterminism error:", broken.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Patch_Deprecated_IsSkippedByCodeWithoutIt(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var handle = await given.Client.StartWorkflowAsync("Versioned", [], given.Options);
        await given.WithWorkerAsync(given.Serve<Deprecated>(), async () =>
        {
            await handle.SignalAsync("Go", []);
            Assert.Equal("new", await handle.GetResultAsync<string>());
        });
        await ReplayAsync<After>(await handle.FetchHistoryAsync());
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task ChangedCode_FailsItsTaskAndRecoversWhenMended(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var options = given.Options;
        options.TaskTimeout = TimeSpan.FromSeconds(5);
        var handle = await given.Client.StartWorkflowAsync("Versioned", [], options);
        await given.WithWorkerAsync(given.Serve<Before>(), async () =>
            Assert.Equal("old", await handle.QueryAsync<string>("Path", [])));
        await given.WithWorkerAsync(given.Serve<Changed>(), async () =>
        {
            await handle.SignalAsync("Go", []);
            var failed = await EventAsync(handle, EventType.WorkflowTaskFailed);
            Assert.Equal(
                WorkflowTaskFailedCause.NonDeterministicError, failed.WorkflowTaskFailedEventAttributes.Cause);
        });
        await given.WithWorkerAsync(given.Serve<Before>(), async () =>
            Assert.Equal("old", await handle.GetResultAsync<string>()));
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task ArbitraryException_FailsTheTaskAndRecovers(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var options = given.Options;
        options.TaskTimeout = TimeSpan.FromSeconds(5);
        var id = given.Id;
        await given.WithWorkerAsync(given.Serve<FailsOnce>(), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((FailsOnce w) => w.RunAsync(id), options);
            Assert.Equal("recovered", await handle.GetResultAsync());
            var failed = await EventAsync(handle, EventType.WorkflowTaskFailed);
            Assert.Equal("bug of the day", failed.WorkflowTaskFailedEventAttributes.Failure.Message);
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task DeadlockedCode_FailsTheTask(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var id = given.Id;
        await given.WithWorkerAsync(given.Serve<BlocksOnce>(), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((BlocksOnce w) => w.RunAsync(id), given.Options);
            Assert.Equal("recovered", await handle.GetResultAsync());
            var failed = await EventAsync(handle, EventType.WorkflowTaskFailed);
            Assert.StartsWith(
                "[TMPRL1101]", failed.WorkflowTaskFailedEventAttributes.Failure.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task LeavingTheScheduler_FailsTheTask(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<LeavesScheduler>(), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((LeavesScheduler w) => w.RunAsync(), given.Options);
            var failed = await EventAsync(handle, EventType.WorkflowTaskFailed);
            Assert.Contains(
                "thread of its own", failed.WorkflowTaskFailedEventAttributes.Failure.Message,
                StringComparison.Ordinal);
            await handle.TerminateAsync();
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Cache_OfNone_ReplaysEveryTask(string server) => await CountAsync(server, 0);

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Cache_OfOne_EvictsAndReloads(string server) => await CountAsync(server, 1);

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Worker_Replaced_ResumesRunsWhereTheyWere(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var handle = await given.Client.StartWorkflowAsync((Counter w) => w.RunAsync(3), given.Options);
        for (var i = 1; i <= 3; i++)
        {
            await given.WithWorkerAsync(given.Serve<Counter>(), async () =>
                Assert.Equal(i, await handle.ExecuteUpdateAsync(w => w.CountAsync())));
        }
        await given.WithWorkerAsync(given.Serve<Counter>(), async () => Assert.Equal(3, await handle.GetResultAsync()));
        await ReplayAsync<Counter>(await handle.FetchHistoryAsync());
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task History_InJson_Replays(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var handle = await given.Client.StartWorkflowAsync((Counter w) => w.RunAsync(1), given.Options);
        await given.WithWorkerAsync(given.Serve<Counter>(), () => handle.ExecuteUpdateAsync(w => w.CountAsync()));
        var json = (await handle.FetchHistoryAsync()).ToJson();
        await ReplayAsync<Counter>(WorkflowHistory.FromJson(given.Id, json));
    }

    private static async Task CountAsync(string server, int cached)
    {
        var given = await WorkerCase.StartAsync(server);
        var options = given.Serve<Counter>();
        options.MaxCachedWorkflows = cached;
        await given.WithWorkerAsync(options, async () =>
        {
            var first = await given.Client.StartWorkflowAsync((Counter w) => w.RunAsync(3), given.Options);
            var second = await given.Client.StartWorkflowAsync(
                (Counter w) => w.RunAsync(3), new(given.Id + "-2", given.TaskQueue));
            for (var i = 1; i <= 3; i++)
            {
                Assert.Equal(i, await first.ExecuteUpdateAsync(w => w.CountAsync()));
                Assert.Equal(i, await second.ExecuteUpdateAsync(w => w.CountAsync()));
            }
            Assert.Equal(3, await first.GetResultAsync());
            Assert.Equal(3, await second.GetResultAsync());
        });
    }

    private static async Task<Temporalio.Api.History.V1.HistoryEvent> EventAsync(WorkflowHandle handle, EventType type)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            var history = await handle.FetchHistoryAsync();
            if (history.Events.FirstOrDefault(e => e.EventType == type) is { } found)
            {
                return found;
            }
            await Task.Delay(50, limit.Token);
        }
    }

    private static Task ReplayAsync<T>(WorkflowHistory history) =>
        new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<T>()).ReplayWorkflowAsync(history);

    public abstract class Gate
    {
        protected bool IsOpen { get; private set; }

        [WorkflowQuery]
        public string Path { get; protected set; } = "none";

        [WorkflowSignal]
        public Task GoAsync()
        {
            IsOpen = true;
            return Task.CompletedTask;
        }

        protected async Task<string> WaitAsync(string path)
        {
            Path = path;
            await Workflow.WaitConditionAsync(() => IsOpen);
            return path;
        }
    }

    [Workflow("Versioned")]
    public class Before : Gate
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            Path = "old";
            await Workflow.DelayAsync(1);
            return await WaitAsync("old");
        }
    }

    [Workflow("Versioned")]
    public class Patched : Gate
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            if (!Workflow.Patched("p1"))
            {
                await Workflow.DelayAsync(1);
                return await WaitAsync("old");
            }
            return await WaitAsync("new");
        }
    }

    [Workflow("Versioned")]
    public class Deprecated : Gate
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            Workflow.DeprecatePatch("p1");
            return await WaitAsync("new");
        }
    }

    [Workflow("Versioned")]
    public class After : Gate
    {
        [WorkflowRun]
        public Task<string> RunAsync() => WaitAsync("new");
    }

    [Workflow("Versioned")]
    public class Changed : Gate
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.ExecuteActivityAsync("Nothing", [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(1) });
            return await WaitAsync("changed");
        }
    }

    [Workflow]
    public class FailsOnce
    {
        private static readonly HashSet<string> Failed = [];

        [WorkflowRun]
        public Task<string> RunAsync(string id)
        {
            lock (Failed)
            {
                return Failed.Add(id)
                    ? throw new InvalidOperationException("bug of the day")
                    : Task.FromResult("recovered");
            }
        }
    }

    [Workflow]
    public class BlocksOnce
    {
        private static readonly HashSet<string> Blocked = [];

        [WorkflowRun]
        public Task<string> RunAsync(string id)
        {
            bool first;
            lock (Blocked)
            {
                first = Blocked.Add(id);
            }
            if (first)
            {
                Thread.Sleep(3000);
            }
            return Task.FromResult("recovered");
        }
    }

    [Workflow]
    public class LeavesScheduler
    {
        [WorkflowRun]
        [SuppressMessage("Reliability", "CA2008", Justification = "The mistake is the case.")]
        public async Task RunAsync()
        {
            var timer = Workflow.DelayAsync(300);

            // Long enough that the task is still running when it is awaited, short enough to be back before the timer.
            await Task.Run(() => Thread.Sleep(50));
            await timer;
        }
    }

    [Workflow]
    public class Counter
    {
        private int count;

        [WorkflowRun]
        public async Task<int> RunAsync(int until)
        {
            await Workflow.WaitConditionAsync(() => count >= until && Workflow.AllHandlersFinished);
            return count;
        }

        [WorkflowUpdate]
        public async Task<int> CountAsync()
        {
            count++;
            var mine = count;
            await Workflow.DelayAsync(1);
            return mine;
        }
    }
}
