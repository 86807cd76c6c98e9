using Runbooks.Engine;
using Runbooks.Engine.Rpc;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Tests.Integration.Engine;

/// <summary>
/// Limits that take long to reach by default, lowered: the rule is the same. And what a reset leaves in the database.
/// </summary>
public sealed class LimitTests
{
    [Fact]
    public async Task History_PastItsFirstMark_SuggestsToContinueAsNew_AndPastItsLimitEndsTheRun()
    {
        await using var engine = await EngineUnderTest.StartAsync(
            new EngineOptions { SuggestContinueEvents = 5, HistoryEventsMax = 12 });
        await engine.StartRunAsync("w");
        var first = await engine.PollAsync();
        Assert.False(first.History.Events[^1].WorkflowTaskStartedEventAttributes.SuggestContinueAsNew);
        await engine.CompleteAsync(first.TaskToken, Markers(3));
        await engine.SignalAsync("w", "s1");
        var second = await engine.PollAsync();
        var started = second.History.Events[^1].WorkflowTaskStartedEventAttributes;
        Assert.True(started.SuggestContinueAsNew);
        Assert.Equal(SuggestContinueAsNewReason.TooManyHistoryEvents, Assert
            .Single(started.SuggestContinueAsNewReasons));

        await engine.CompleteAsync(second.TaskToken, Markers(5));

        var last = (await engine.HistoryAsync("w"))[^1];
        Assert.Equal(
            "Workflow history count exceeds limit.", last.WorkflowExecutionTerminatedEventAttributes?.Reason);
    }

    [Fact]
    public async Task History_TooManyBytes_EndsTheRun()
    {
        await using var engine = await EngineUnderTest.StartAsync(new EngineOptions { HistoryBytesMax = 2_000 });
        await engine.StartRunAsync("w");
        var task = await engine.PollAsync();

        await engine.CompleteAsync(task.TaskToken, Markers(60));

        var last = (await engine.HistoryAsync("w"))[^1];
        Assert.Equal("Workflow history size exceeds limit.", last.WorkflowExecutionTerminatedEventAttributes?.Reason);
    }

    [Fact]
    public async Task Signals_BeyondTheirNumber_AreRefused_AndKnownOnesAreNot()
    {
        await using var engine = await EngineUnderTest.StartAsync(new EngineOptions { SignalsMax = 2 });
        await engine.StartRunAsync("w");
        await engine.SignalAsync("w", "s1");
        await engine.SignalAsync("w", "s2");

        var refused = await Assert.ThrowsAsync<RpcFault>(() => engine.SignalAsync("w", "s3"));

        Assert.Equal(RpcStatus.InvalidArgument, refused.Status);
        Assert.Equal(2,
            (await engine.HistoryAsync("w")).Count(e => e.EventType == EventType.WorkflowExecutionSignaled));
    }

    [Fact]
    public async Task EventsBehindAStartedTask_BeyondTheBuffer_FailTheTaskAndAreAllKept()
    {
        await using var engine = await EngineUnderTest.StartAsync(new EngineOptions { BufferedEventsMax = 3 });
        await engine.StartRunAsync("w");
        var slow = await engine.PollAsync();
        for (var n = 0; n < 4; n++)
        {
            await engine.SignalAsync("w", $"s{n}");
        }

        var history = await engine.HistoryAsync("w");
        Assert.Contains(history, e => e.EventType == EventType.WorkflowTaskFailed);
        Assert.Equal(4, history.Count(e => e.EventType == EventType.WorkflowExecutionSignaled));
        var refused = await Assert.ThrowsAsync<RpcFault>(
            () => engine.CompleteAsync(slow.TaskToken, EngineUnderTest.CompleteRun()));
        Assert.Equal(RpcStatus.NotFound, refused.Status);
    }

    [Fact]
    public async Task Reset_AcknowledgedBeforeARestart_IsTheCurrentRunAfterIt()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var old = await engine.StartRunAsync("w");
        await engine.CompleteAsync(
            (await engine.PollAsync()).TaskToken, EngineUnderTest.StartTimer(TimeSpan.FromHours(1)));
        await engine.SignalAsync("w", "s1");
        var second = await engine.PollAsync();
        await engine.CompleteAsync(second.TaskToken);
        var request = new ResetWorkflowExecutionRequest
        {
            Namespace = "default", WorkflowExecution = new() { WorkflowId = "w", RunId = old }, RequestId = "reset",
            WorkflowTaskFinishEventId = second.StartedEventId + 1, Reason = "back",
        };
        var answer = await engine.CallAsync<ResetWorkflowExecutionResponse>("ResetWorkflowExecution", request);

        await engine.RestartAsync();

        Assert.Equal(
            answer.RunId,
                (await engine.CallAsync<ResetWorkflowExecutionResponse>("ResetWorkflowExecution", request)).RunId);
        var task = await engine.PollAsync();
        Assert.Equal(answer.RunId, task.WorkflowExecution.RunId);
        Assert.Single(task.History.Events, e => e.EventType == EventType.TimerStarted);
        Assert.Single(task.History.Events, e => e.EventType == EventType.WorkflowExecutionSignaled);
        await engine.CompleteAsync(task.TaskToken, EngineUnderTest.CompleteRun());
    }

    private static Command[] Markers(int count) => [.. Enumerable.Range(0, count).Select(n => new Command
    {
        CommandType = CommandType.RecordMarker, RecordMarkerCommandAttributes = new() { MarkerName = $"marker-{n}" },
    })];
}
