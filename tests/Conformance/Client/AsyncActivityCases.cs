using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Client;

public sealed class AsyncActivityCases
{
    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task Activity_IsCompletedByIds(string server)
    {
        var at = await ClientCase.StartAsync(server);
        await StartActivityAsync(at);

        await at.Client.GetAsyncActivityHandle(at.Id, null, "act").CompleteAsync("by ids");

        var task = await at.Worker.AnswerAsync(ScriptedWorker.Complete(null));
        var done = task.History.Events.Single(item => item.EventType == EventType.ActivityTaskCompleted);
        Assert.Equal(
            "\"by ids\"",
            done.ActivityTaskCompletedEventAttributes.Result.Payloads_[0].Data.ToStringUtf8());
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Activity_IsFailedByToken_WithItsLastProgress(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var token = await StartActivityAsync(at);
        var activity = at.Client.GetAsyncActivityHandle(token);

        await activity.HeartbeatAsync(new() { Details = [10] });
        await activity.FailAsync(
            new ApplicationFailureException("burnt", "Fire"), new() { LastHeartbeatDetails = [20] });

        var task = await at.Worker.AnswerAsync(ScriptedWorker.Complete(null));
        var failed = task.History.Events.Single(item => item.EventType == EventType.ActivityTaskFailed)
            .ActivityTaskFailedEventAttributes;
        Assert.Equal("Fire", failed.Failure.ApplicationFailureInfo.Type);
        Assert.Equal(RetryState.MaximumAttemptsReached, failed.RetryState);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Activity_LearnsOfCancellationByHeartbeat_AndConfirmsIt(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var token = await StartActivityAsync(at);
        var activity = at.Client.GetAsyncActivityHandle(token);
        await activity.HeartbeatAsync();
        var handle = at.Client.GetWorkflowHandle(at.Id);
        await handle.CancelAsync();
        var scheduled = (await handle.FetchHistoryAsync()).Events
            .Single(item => item.EventType == EventType.ActivityTaskScheduled).EventId;
        await at.Worker.AnswerAsync(new Temporalio.Api.Command.V1.Command
        {
            CommandType = CommandType.RequestCancelActivityTask,
            RequestCancelActivityTaskCommandAttributes = new() { ScheduledEventId = scheduled },
        });

        await Assert.ThrowsAsync<AsyncActivityCanceledException>(() => activity.HeartbeatAsync());
        await activity.ReportCancellationAsync(new() { Details = ["stopped"] });

        var task = await at.Worker.AnswerAsync(ScriptedWorker.Complete(null));
        var canceled = task.History.Events.Single(item => item.EventType == EventType.ActivityTaskCanceled)
            .ActivityTaskCanceledEventAttributes;
        Assert.Equal("\"stopped\"", canceled.Details.Payloads_[0].Data.ToStringUtf8());
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Activity_EndedTwice_IsNotFound(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var token = await StartActivityAsync(at);
        var activity = at.Client.GetAsyncActivityHandle(token);
        await activity.CompleteAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => activity.CompleteAsync());

        Assert.Equal(RpcException.StatusCode.NotFound, error.Code);
        await at.Client.GetWorkflowHandle(at.Id).TerminateAsync();
    }

    private static async Task<byte[]> StartActivityAsync(ClientCase at)
    {
        await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync(ScriptedWorker.ScheduleActivity("act", at.Worker.TaskQueue));
        return (await at.Worker.PollActivityTaskAsync()).TaskToken.ToByteArray();
    }
}
