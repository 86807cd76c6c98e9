using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Client;

public sealed class ResultCases
{
    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task Result_IsWaitedForAndConverted(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        var result = handle.GetResultAsync<Dictionary<string, int>>();

        await at.Worker.AnswerAsync(ScriptedWorker.Complete(new Dictionary<string, int> { ["answer"] = 42 }));

        Assert.Equal(42, (await result)["answer"]);
        Assert.Equal(WorkflowExecutionStatus.Completed, (await handle.DescribeAsync()).Status);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Result_OfAFailure_CarriesTheWholeCauseChain(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        var cause = new InvalidOperationException("disk gone");

        await at.Worker.AnswerAsync(ScriptedWorker.Fail(
            new ApplicationFailureException("could not", cause, "Seal", nonRetryable: true, details: ["vol_1", 3])));

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        var own = Assert.IsType<ApplicationFailureException>(failed.InnerException);
        Assert.Equal("could not", own.Message);
        Assert.Equal("Seal", own.ErrorType);
        Assert.True(own.NonRetryable);
        Assert.Equal("vol_1", own.Details.ElementAt<string>(0));
        Assert.Equal(3, own.Details.ElementAt<int>(1));
        var inner = Assert.IsType<ApplicationFailureException>(own.InnerException);
        Assert.Equal("disk gone", inner.Message);
        Assert.Equal(nameof(InvalidOperationException), inner.ErrorType);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Result_FollowsContinueAsNew_UnlessAskedNotTo(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();

        await at.Worker.AnswerAsync(ScriptedWorker.ContinueAsNew("Scripted", at.Worker.TaskQueue));
        await at.Worker.AnswerAsync(ScriptedWorker.Complete("second run"));

        Assert.Equal("second run", await handle.GetResultAsync<string>());
        var continued = await Assert.ThrowsAsync<WorkflowContinuedAsNewException>(
            () => handle.GetResultAsync(followRuns: false));
        Assert.Equal("second run", await at.Client.GetWorkflowHandle(at.Id, continued.NewRunId)
            .GetResultAsync<string>());
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Result_FollowsRetries(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync(options => options.RetryPolicy = new()
        {
            InitialInterval = TimeSpan.FromMilliseconds(1),
            MaximumAttempts = 2,
        });

        await at.Worker.AnswerAsync(ScriptedWorker.Fail(new ApplicationFailureException("first attempt")));
        await at.Worker.AnswerAsync(ScriptedWorker.Complete("second attempt"));

        Assert.Equal("second attempt", await handle.GetResultAsync<string>());
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Cancel_IsAskedForOnceAndAnsweredByTheWorkflow(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();

        await handle.CancelAsync();
        await handle.CancelAsync();
        var task = await at.Worker.AnswerAsync(ScriptedWorker.Cancel("tidied"));

        Assert.Single(task.History.Events, item => item.EventType == EventType.WorkflowExecutionCancelRequested);
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        var canceled = Assert.IsType<CanceledFailureException>(failed.InnerException);
        Assert.Equal("tidied", canceled.Details.ElementAt<string>(0));
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Terminate_EndsTheRunWithItsReasonAndDetails(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();

        await handle.TerminateAsync("site lost", new() { Details = ["evidence"] });

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        Assert.Equal("site lost", Assert.IsType<TerminatedFailureException>(failed.InnerException).Message);
        var last = (await handle.FetchHistoryAsync()).Events.Last().WorkflowExecutionTerminatedEventAttributes;
        Assert.Equal("\"evidence\"", last.Details.Payloads_[0].Data.ToStringUtf8());
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task ExecutionTimeout_EndsTheRunAsTimedOut(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync(options => options.ExecutionTimeout = TimeSpan.FromSeconds(1));

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());

        Assert.IsType<TimeoutFailureException>(failed.InnerException);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task SignalAndTerminate_OfAClosedRun_AreNotFound_ButCancelIsNot(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        await handle.TerminateAsync();

        var signal = await Assert.ThrowsAsync<RpcException>(() => handle.SignalAsync("late", []));
        var terminate = await Assert.ThrowsAsync<RpcException>(() => handle.TerminateAsync());

        await handle.CancelAsync();

        Assert.All([signal, terminate], e => Assert.Equal(RpcException.StatusCode.NotFound, e.Code));
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Calls_NamingAnotherFirstRun_AreNotFound(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        var stranger = at.Client.GetWorkflowHandle(at.Id, firstExecutionRunId: Guid.NewGuid().ToString());

        var error = await Assert.ThrowsAsync<RpcException>(() => stranger.CancelAsync());

        Assert.Equal(RpcException.StatusCode.NotFound, error.Code);
        await handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task History_IsReadInPages_AndWaitsForTheClose(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync();
        var reading = ReadAsync(handle, new() { PageSize = 1, WaitNewEvent = true });

        await at.Worker.AnswerAsync(ScriptedWorker.Complete(null));

        Assert.Equal(
            [
                EventType.WorkflowExecutionStarted,
                EventType.WorkflowTaskScheduled,
                EventType.WorkflowTaskStarted,
                EventType.WorkflowTaskCompleted,
                EventType.WorkflowExecutionCompleted,
            ],
            await reading);
    }

    private static async Task<List<EventType>> ReadAsync(
        WorkflowHandle handle, WorkflowHistoryEventFetchOptions options)
    {
        var types = new List<EventType>();
        await foreach (var item in handle.FetchHistoryEventsAsync(options))
        {
            types.Add(item.EventType);
        }

        return types;
    }
}
