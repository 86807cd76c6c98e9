using Runbooks.Engine.Rpc;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Tests.Integration.Engine;

/// <summary>What must be as it was after the process died between any two answers.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task AcknowledgedStartAndSignal_AreThereAndTheirTaskIsServed()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var run = await engine.StartRunAsync("w");
        await engine.SignalAsync("w", "s1");

        await engine.RestartAsync();

        Assert.Equal(run, await engine.StartRunAsync("w"));
        await engine.SignalAsync("w", "s1");
        var task = await engine.PollAsync();
        Assert.Equal(
            [
                EventType.WorkflowExecutionStarted, EventType.WorkflowTaskScheduled,
                EventType.WorkflowExecutionSignaled, EventType.WorkflowTaskStarted,
            ], task.History.Events.Select(e => e.EventType));
    }

    [Fact]
    public async Task TaskInFlight_IsServedAgain_AndTheLostWorkersAnswerIsRefused()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.StartRunAsync("w");
        var lost = await engine.PollAsync();

        await engine.RestartAsync();

        var again = await engine.PollAsync();
        var refusal = await Assert.ThrowsAsync<RpcFault>(
            () => engine.CompleteAsync(lost.TaskToken, EngineUnderTest.CompleteRun()));
        Assert.Equal(RpcStatus.NotFound, refusal.Status);
        await engine.CompleteAsync(again.TaskToken, EngineUnderTest.CompleteRun());
        Assert.Single(await engine.HistoryAsync("w"), e => e.EventType == EventType.WorkflowExecutionCompleted);
    }

    [Fact]
    public async Task Completion_IsNeverAppliedTwice()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.StartRunAsync("w");
        var task = await engine.PollAsync();
        await engine.CompleteAsync(task.TaskToken, EngineUnderTest.StartTimer(TimeSpan.FromHours(1)));

        await engine.RestartAsync();

        var refusal = await Assert.ThrowsAsync<RpcFault>(
            () => engine.CompleteAsync(task.TaskToken, EngineUnderTest.StartTimer(TimeSpan.FromHours(1))));
        Assert.Equal(RpcStatus.NotFound, refusal.Status);
        Assert.Single(await engine.HistoryAsync("w"), e => e.EventType == EventType.TimerStarted);
    }

    [Fact]
    public async Task Timer_ThatFellDueWhileDown_FiresOnce()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.StartRunAsync("w");
        var task = await engine.PollAsync();
        await engine.CompleteAsync(task.TaskToken, EngineUnderTest.StartTimer(TimeSpan.FromMilliseconds(200)));

        await engine.RestartAsync();

        var woken = await engine.PollAsync();
        Assert.Single(woken.History.Events, e => e.EventType == EventType.TimerFired);
    }

    [Fact]
    public async Task ActivityWithOneAttempt_ThatWasStarted_IsNotGivenOutAgain_AndItsWorkerMayStillAnswer()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.StartRunAsync("w");
        await engine.CompleteAsync((await engine.PollAsync()).TaskToken, EngineUnderTest.ScheduleActivity());
        var started = await engine.PollActivityAsync();

        await engine.RestartAsync();

        Assert.Empty((await engine.PollActivityAsync(EngineUnderTest.Brief())).TaskToken);
        await engine.CallAsync<RespondActivityTaskCompletedResponse>("RespondActivityTaskCompleted",
            new RespondActivityTaskCompletedRequest { TaskToken = started.TaskToken });
        Assert.Single((await engine.PollAsync()).History.Events, e => e.EventType == EventType.ActivityTaskCompleted);
    }

    [Fact]
    public async Task AdmittedUpdate_IsDeliveredAfterTheRestart()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.StartRunAsync("w");
        await engine.CompleteAsync((await engine.PollAsync()).TaskToken);
        await engine.CallAsync<UpdateWorkflowExecutionResponse>("UpdateWorkflowExecution",
            new UpdateWorkflowExecutionRequest
            {
                Namespace = "default", WorkflowExecution = new() { WorkflowId = "w" },
                Request = new() { Meta = new() { UpdateId = "u" }, Input = new() { Name = "n" } },
            }, EngineUnderTest.Brief());

        await engine.RestartAsync();

        Assert.Equal("u", Assert.Single((await engine.PollAsync()).Messages).ProtocolInstanceId);
    }

    [Fact]
    public async Task PromisedChild_IsStartedExactlyOnceThoughTheEngineStoppedAtOnce()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.StartRunAsync("w");
        await engine.CompleteAsync((await engine.PollAsync()).TaskToken, new Command
        {
            CommandType = CommandType.StartChildWorkflowExecution,
            StartChildWorkflowExecutionCommandAttributes = new()
            {
                WorkflowId = "child", WorkflowType = new() { Name = "c" }, TaskQueue = new() { Name = "elsewhere" },
            },
        });

        await engine.RestartAsync();

        var woken = await engine.PollAsync();
        Assert.Single(woken.History.Events, e => e.EventType == EventType.ChildWorkflowExecutionStarted);
        Assert.Equal(EventType.WorkflowExecutionStarted, (await engine.HistoryAsync("child"))[0].EventType);
    }

    [Fact]
    public async Task UndeliveredPolls_GiveTheirTasksBackAtOnce()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.StartRunAsync("w");
        var call = EngineUnderTest.Brief();
        var lost = await engine.PollAsync(call);
        await call.ReportUndeliveredAsync();

        var again = await engine.PollAsync();

        Assert.Equal(lost.StartedEventId, again.StartedEventId);
        await engine.CompleteAsync(again.TaskToken, EngineUnderTest.ScheduleActivity());
        var activityCall = EngineUnderTest.Brief();
        await engine.PollActivityAsync(activityCall);
        await activityCall.ReportUndeliveredAsync();
        Assert.Equal(1, (await engine.PollActivityAsync()).Attempt);
    }
}
