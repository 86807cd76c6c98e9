using Runbooks.Temporal.Client;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker;
using Runbooks.Temporal.Workflows;
using Runbooks.Tests.Conformance.Servers;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Conformance.Worker;

/// <summary>The course of a run: arguments, cancellation, failure, continuation, memo, random numbers.</summary>
public sealed class FlowCases
{
    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task Init_Constructor_SeesTheArguments(string server) => ExpectAsync(server, "init", "init of init");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task ContinueAsNew_ChangesArgumentsAndKeepsMemo(string server) =>
        ExpectAsync(server, "continue-3", "continued 0 with kept");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task Condition_WithTimeout_SaysWhichCameFirst(string server) =>
        ExpectAsync(server, "conditions", "False,True");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task Locks_ServeInOrder(string server) => ExpectAsync(server, "locks", "1234");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Timer_CancelledInTheSameTask_LeavesNoEvent(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Flow>(), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Flow w) => w.RunAsync("unsent-timer"), given.Options);
            Assert.Equal("canceled", await handle.GetResultAsync());
            Assert.DoesNotContain(
                (await handle.FetchHistoryAsync()).Events, e => e.EventType == EventType.TimerStarted);
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Failure_ByFailureException_EndsTheRunWithItsCauses(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => given.WithWorkerAsync(
            given.Serve<Flow>(),
            () => given.Client.ExecuteWorkflowAsync((Flow w) => w.RunAsync("fail"), given.Options)));
        var application = Assert.IsType<ApplicationFailureException>(failed.InnerException);
        Assert.Equal("Planned", application.ErrorType);
        Assert.Equal("inner", Assert.IsType<ApplicationFailureException>(application.InnerException).Message);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Failure_ByListedException_EndsTheRun(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var options = given.Serve<Flow>();
        options.WorkflowFailureExceptionTypes = [typeof(InvalidDataException)];
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => given.WithWorkerAsync(
            options, () => given.Client.ExecuteWorkflowAsync((Flow w) => w.RunAsync("listed"), given.Options)));
        Assert.Equal(
            "InvalidDataException", Assert.IsType<ApplicationFailureException>(failed.InnerException).ErrorType);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Cancellation_Unhandled_EndsTheRunAsCancelled(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Flow>(), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Flow w) => w.RunAsync("sleep"), given.Options);
            await handle.CancelAsync();
            var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
            Assert.IsType<CanceledFailureException>(failed.InnerException);
            Assert.Equal(WorkflowExecutionStatus.Canceled, (await handle.DescribeAsync()).Status);
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Cancellation_Handled_MayCleanUpWithItsOwnToken(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Flow>(), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Flow w) => w.RunAsync("clean-up"), given.Options);
            await handle.CancelAsync();
            Assert.Equal("cleaned", await handle.GetResultAsync());
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task MemoAndSearchAttributes_Upserted_AreVisible(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Flow>(), async () =>
        {
            var options = given.Options;
            options.Memo = new Dictionary<string, object> { ["first"] = "a", ["gone"] = "b" };
            var handle = await given.Client.StartWorkflowAsync((Flow w) => w.RunAsync("upsert"), options);
            Assert.Equal("a,x", await handle.GetResultAsync());
            var described = await handle.DescribeAsync();
            Assert.Equal(["first", "second"], described.Memo.Keys.Order(StringComparer.Ordinal));
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task RandomAndIds_OnReplay_AreTheSame(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var handle = await given.Client.StartWorkflowAsync((Flow w) => w.RunAsync("random"), given.Options);
        await given.WithWorkerAsync(given.Serve<Flow>(), async () =>
            Assert.Equal("same", await handle.GetResultAsync()));
        await new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Flow>())
            .ReplayWorkflowAsync(await handle.FetchHistoryAsync());
    }

    private static async Task ExpectAsync(string server, string scenario, string expected)
    {
        var given = await WorkerCase.StartAsync(server);
        var handle = await given.Client.StartWorkflowAsync((Flow w) => w.RunAsync(scenario), given.Options);
        await given.WithWorkerAsync(given.Serve<Flow>(), async () =>
            Assert.Equal(expected, await handle.GetResultAsync()));
    }

    [Workflow]
    public class Flow
    {
        private readonly string seen;

        [WorkflowInit]
        public Flow(string scenario) => seen = $"init of {scenario}";

        [WorkflowRun]
        public async Task<string> RunAsync(string scenario)
        {
            switch (scenario)
            {
                case "init":
                    return seen;
                case "continue-3":
                    Workflow.UpsertMemo(MemoUpdate.ValueSet("kept", "kept"));
                    throw Workflow.CreateContinueAsNewException((Flow w) => w.RunAsync("continue-0"));
                case "continue-0":
                    return $"continued 0 with {Workflow.PayloadConverter.ToValue<string>(Workflow.Memo["kept"])}";
                case "conditions":
                    var late = await Workflow.WaitConditionAsync(() => false, TimeSpan.FromMilliseconds(20));
                    var atOnce = await Workflow.WaitConditionAsync(() => true, TimeSpan.FromMinutes(1));
                    return $"{late},{atOnce}";
                case "locks":
                    return await UseLocksAsync();
                case "unsent-timer":
                    return await UnsentTimerAsync();
                case "fail":
                    throw new ApplicationFailureException("outer", new InvalidOperationException("inner"), "Planned");
                case "listed":
                    throw new InvalidDataException("listed");
                case "clean-up":
                    return await CleanUpAsync();
                case "upsert":
                    Workflow.UpsertMemo(MemoUpdate.ValueSet("second", "x"), MemoUpdate.ValueUnset("gone"));
                    return string.Join(',', Workflow.Memo.OrderBy(m => m.Key, StringComparer.Ordinal)
                        .Select(m => Workflow.PayloadConverter.ToValue<string>(m.Value)));
                case "random":
                    // The timer's length and summary come from random numbers: replay would not find it otherwise.
                    await Workflow.DelayAsync(Workflow.Random.Next(1, 50));
                    var options = new ChildWorkflowOptions();
                    return await Workflow.ExecuteChildWorkflowAsync((Flow w) => w.RunAsync("same"), options);
                case "same":
                    return "same";
                default:
                    await Workflow.DelayAsync(TimeSpan.FromMinutes(10));
                    return "slept";
            }
        }

        private static async Task<string> CleanUpAsync()
        {
            try
            {
                await Workflow.DelayAsync(TimeSpan.FromMinutes(10));
                return "slept";
            }
            catch (OperationCanceledException)
            {
                await Workflow.DelayAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                return "cleaned";
            }
        }

        private static async Task<string> UnsentTimerAsync()
        {
            using var source = new CancellationTokenSource();
            var timer = Workflow.DelayAsync(TimeSpan.FromMinutes(1), source.Token);
            source.Cancel();
            try
            {
                await timer;
                return "fired";
            }
            catch (OperationCanceledException)
            {
                return "canceled";
            }
        }

        private static async Task<string> UseLocksAsync()
        {
            var order = string.Empty;
            var mutex = new Temporal.Workflows.Mutex();
            async Task UseAsync(int id)
            {
                await mutex.WaitOneAsync();
                try
                {
                    await Workflow.DelayAsync(1);
                    order += id;
                }
                finally
                {
                    mutex.ReleaseMutex();
                }
            }
            await Workflow.WhenAllAsync(UseAsync(1), UseAsync(2), UseAsync(3), UseAsync(4));
            return order;
        }
    }
}
