using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Temporal.Worker;
using Runbooks.Temporal.Workflows;
using Runbooks.Tests.Conformance.Servers;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Conformance.Worker;

/// <summary>Children and other workflows: results, failures, cancellation, signals, and what the parent's end does.</summary>
public sealed class ChildCases
{
    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task Child_Completing_GivesItsResult(string server) => ExpectAsync(server, "complete", "child of parent");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task Child_Failing_GivesItsFailureAsCause(string server) => ExpectAsync(server, "fail", "failed: broken");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task Child_Cancelled_WaitsForItsEnd(string server) => ExpectAsync(server, "cancel", "canceled");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task Child_CancelledByTrying_IsReportedAtOnce(string server) =>
        ExpectAsync(server, "try-cancel", "canceled");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task Child_WithIdInUse_IsRefused(string server) => ExpectAsync(server, "twice", "already started");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task Child_Signalled_ReceivesIt(string server) => ExpectAsync(server, "signal", "got ping");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task External_Signalled_ReceivesIt(string server) => ExpectAsync(server, "external-signal", "got pong");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task External_Cancelled_Ends(string server) => ExpectAsync(server, "external-cancel", "canceled");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public Task External_Missing_FailsTheSignal(string server) =>
        ExpectAsync(server, "external-missing", "Unable to signal external workflow because it was not found");

    [Theory]
    [MemberData(nameof(ServersUnderTest.All), MemberType = typeof(ServersUnderTest))]
    public async Task Child_WithAbandonPolicy_OutlivesItsParent(string server)
    {
        var given = await WorkerCase.StartAsync(server);
        await given.WithWorkerAsync(given.Serve<Parent>().AddWorkflow<Child>(), async () =>
        {
            var id = await given.Client.ExecuteWorkflowAsync((Parent w) => w.RunAsync("abandon"), given.Options);
            var child = given.Client.GetWorkflowHandle<Child>(id);
            Assert.Equal(WorkflowExecutionStatus.Running, (await child.DescribeAsync()).Status);
            await child.SignalAsync(c => c.TellAsync("go"));
            Assert.Equal("got go", await child.GetResultAsync<string>());
        });
    }

    private static async Task ExpectAsync(string server, string scenario, string expected)
    {
        var given = await WorkerCase.StartAsync(server);
        Assert.Equal(expected, await given.WithWorkerAsync(given.Serve<Parent>().AddWorkflow<Child>(), () =>
            given.Client.ExecuteWorkflowAsync((Parent w) => w.RunAsync(scenario), given.Options)));
    }

    [Workflow]
    public class Parent
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string scenario)
        {
            try
            {
                return await PlayAsync(scenario);
            }
            catch (ChildWorkflowFailureException e) when (e.InnerException is CanceledFailureException)
            {
                return "canceled";
            }
            catch (ChildWorkflowFailureException e)
            {
                return $"failed: {e.InnerException!.Message}";
            }
            catch (WorkflowAlreadyStartedException)
            {
                return "already started";
            }
            catch (ApplicationFailureException e)
            {
                return e.Message;
            }
        }

        private static async Task<string> PlayAsync(string scenario)
        {
            var id = $"{Workflow.Info.WorkflowId}-child";
            using var source = new CancellationTokenSource();
            var options = new ChildWorkflowOptions
            {
                Id = id,
                CancellationToken = source.Token,
                CancellationType = scenario == "try-cancel"
                    ? ChildWorkflowCancellationType.TryCancel
                    : ChildWorkflowCancellationType.WaitCancellationCompleted,
                ParentClosePolicy = scenario == "abandon"
                    ? Temporal.Workflows.ParentClosePolicy.Abandon
                    : Temporal.Workflows.ParentClosePolicy.Terminate,
            };
            switch (scenario)
            {
                case "complete":
                    return await Workflow.ExecuteChildWorkflowAsync((Child c) => c.RunAsync("complete"), options);
                case "fail":
                    return await Workflow.ExecuteChildWorkflowAsync((Child c) => c.RunAsync("fail"), options);
                case "external-missing":
                    await Workflow.GetExternalWorkflowHandle<Child>("nobody-" + id).SignalAsync(c => c.TellAsync("x"));
                    return "delivered";
            }
            var handle = await Workflow.StartChildWorkflowAsync((Child c) => c.RunAsync("wait"), options);
            switch (scenario)
            {
                case "cancel" or "try-cancel":
                    source.Cancel();
                    break;
                case "twice":
                    await Workflow.StartChildWorkflowAsync((Child c) => c.RunAsync("wait"), options);
                    break;
                case "signal":
                    await handle.SignalAsync(c => c.TellAsync("ping"));
                    break;
                case "external-signal":
                    await Workflow.GetExternalWorkflowHandle<Child>(id).SignalAsync(c => c.TellAsync("pong"));
                    break;
                case "external-cancel":
                    await Workflow.GetExternalWorkflowHandle(id, handle.FirstExecutionRunId).CancelAsync();
                    break;
                case "abandon":
                    return id;
            }
            return await handle.GetResultAsync();
        }
    }

    [Workflow]
    public class Child
    {
        private string? told;

        [WorkflowRun]
        public async Task<string> RunAsync(string scenario)
        {
            if (scenario == "fail")
            {
                throw new ApplicationFailureException("broken");
            }
            if (scenario == "wait")
            {
                await Workflow.WaitConditionAsync(() => told is not null);
                return $"got {told}";
            }
            return Workflow.Info.Parent is { } parent && parent.WorkflowId.Length > 0 ? "child of parent" : "orphan";
        }

        [WorkflowSignal]
        public Task TellAsync(string text)
        {
            told = text;
            return Task.CompletedTask;
        }
    }
}
