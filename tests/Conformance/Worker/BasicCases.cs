using Runbooks.Temporal.Activities;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker;
using Runbooks.Temporal.Workflows;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Worker;

/// <summary>Run, activity, timer, signal, query, update: the six things every workflow is made of.</summary>
public sealed class BasicCases
{
    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Run_WithArgument_ReturnsResult(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var result = await given.WithWorkerAsync(given.Serve<Greeting>(new Activities()), () =>
            given.Client.ExecuteWorkflowAsync((Greeting w) => w.RunAsync("Ann"), given.Options));
        Assert.Equal("Hello, Ann!", result);
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Conversation_WithSignalsQueriesAndUpdates_KeepsState(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Conversation>(), async () =>
        {
            var handle = await given.Client.StartWorkflowAsync((Conversation w) => w.RunAsync(), given.Options);
            await handle.SignalAsync(w => w.SayAsync("one"));
            Assert.Equal(2, await handle.ExecuteUpdateAsync(w => w.AddAsync("two")));
            var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
                () => handle.ExecuteUpdateAsync(w => w.AddAsync(string.Empty)));
            Assert.Equal("nothing to add", refused.InnerException!.Message);
            Assert.Equal(["one", "two"], await handle.QueryAsync(w => w.Said()));
            await handle.SignalAsync(w => w.SayAsync("bye"));
            Assert.Equal(3, await handle.GetResultAsync());
        });
    }

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Timer_WithoutCancellation_FiresOnce(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        var elapsed = await given.WithWorkerAsync(given.Serve<Waiting>(), () =>
            given.Client.ExecuteWorkflowAsync((Waiting w) => w.RunAsync(), given.Options));
        Assert.True(elapsed >= TimeSpan.FromMilliseconds(50), $"{elapsed} elapsed");
    }

    [Workflow]
    public class Greeting
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string name) => await Workflow.ExecuteActivityAsync(
            (Activities a) => a.GreetAsync(name), new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) });
    }

    public class Activities
    {
        [Activity]
        public Task<string> GreetAsync(string name) => Task.FromResult($"Hello, {name}!");
    }

    [Workflow]
    public class Conversation
    {
        private readonly List<string> said = [];

        [WorkflowRun]
        public async Task<int> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => said.Contains("bye"));
            return said.Count;
        }

        [WorkflowSignal]
        public Task SayAsync(string text)
        {
            said.Add(text);
            return Task.CompletedTask;
        }

        [WorkflowUpdate]
        public Task<int> AddAsync(string text)
        {
            said.Add(text);
            return Task.FromResult(said.Count);
        }

        [WorkflowUpdateValidator(nameof(AddAsync))]
        public void ValidateAdd(string text)
        {
            if (text.Length == 0)
            {
                throw new ApplicationFailureException("nothing to add");
            }
        }

        [WorkflowQuery]
        public IReadOnlyList<string> Said() => said;
    }

    [Workflow]
    public class Waiting
    {
        [WorkflowRun]
        public async Task<TimeSpan> RunAsync()
        {
            var before = Workflow.UtcNow;
            await Workflow.DelayAsync(TimeSpan.FromMilliseconds(50));
            return Workflow.UtcNow - before;
        }
    }
}
