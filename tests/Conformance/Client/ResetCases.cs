using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Conformance.Servers;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Runbooks.Tests.Conformance.Client;

/// <summary>Going back to a point of a run's history.</summary>
public sealed class ResetCases
{
    /// <summary>Event 4 ends the first workflow task of every run here.</summary>
    private const long FirstTask = 4;

    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task OpenRun_Reset_EndsAndANewOneBeginsAtThePointWithItsSignals(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var old = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();
        await old.SignalAsync("poke", ["first"]);
        await at.Worker.AnswerAsync();

        var runId = await ResetAsync(at, old.ResultRunId!, FirstTask);

        Assert.Equal(
            [
                EventType.WorkflowExecutionStarted, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted,
                EventType.WorkflowTaskFailed, EventType.WorkflowExecutionSignaled, EventType.WorkflowTaskScheduled,
            ], (await HistoryAsync(at, runId)).Select(e => e.EventType));
        var failed = (await HistoryAsync(at, runId))[3].WorkflowTaskFailedEventAttributes;
        Assert.Equal(
            (WorkflowTaskFailedCause.ResetWorkflow, old.ResultRunId, runId, "back again"),
            (failed.Cause, failed.BaseRunId, failed.NewRunId, failed.Failure.Message));
        var last = (await HistoryAsync(at, old.ResultRunId!))[^1].WorkflowExecutionTerminatedEventAttributes;
        Assert.Equal(("back again", "history-resetter"), (last.Reason, last.Identity));
        var described = await DescribeAsync(at, old.ResultRunId!);
        Assert.Equal(runId, described.WorkflowExtendedInfo.ResetRunId);
        Assert.Equal(
            old.ResultRunId, (await DescribeAsync(at, runId)).WorkflowExecutionInfo.FirstRunId);

        var task = await at.Worker.AnswerAsync(ScriptedWorker.Complete("anew"));
        Assert.Equal(runId, task.WorkflowExecution.RunId);
        Assert.Equal((0, 7), (task.PreviousStartedEventId, task.StartedEventId));
        Assert.Equal("anew", await at.Client.GetWorkflowHandle(at.Id).GetResultAsync<string>());
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task ClosedRun_Reset_IsCurrentAgain_AndItsOldResultStays(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var old = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync(ScriptedWorker.Complete("once"));

        await ResetAsync(at, old.ResultRunId!, FirstTask);

        await at.Worker.AnswerAsync(ScriptedWorker.Complete("twice"));
        Assert.Equal("twice", await at.Client.GetWorkflowHandle(at.Id).GetResultAsync<string>());
        Assert.Equal("once", await at.Client.GetWorkflowHandle(at.Id, old.ResultRunId).GetResultAsync<string>());
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Activity_PendingAtThePoint_IsDueAnew(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var old = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync(ScriptedWorker.ScheduleActivity("step", at.Worker.TaskQueue));
        await old.SignalAsync("poke", []);
        var second = await at.Worker.AnswerAsync();
        await CompleteActivityAsync(at, old.ResultRunId!);

        var runId = await ResetAsync(at, old.ResultRunId!, second.StartedEventId + 1);

        await CompleteActivityAsync(at, runId);
        var task = await at.Worker.AnswerAsync(ScriptedWorker.Complete(null));
        Assert.Equal(runId, task.WorkflowExecution.RunId);
        Assert.Single(task.History.Events, e => e.EventType == EventType.ActivityTaskCompleted);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Signals_Excluded_AreLeftBehind_AndUpdatesComeAgain(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var old = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();
        await old.SignalAsync("poke", []);
        await at.Worker.AnswerAsync();
        var updating = old.ExecuteUpdateAsync<string>("change", []);
        await at.Worker.AnswerUpdatesAsync(
            await at.Worker.PollWorkflowTaskAsync(), _ => new() { Success = ScriptedWorker.Payloads("done") });
        Assert.Equal("done", await updating);
        var request = Request(at, old.ResultRunId!, FirstTask);
        request.ResetReapplyExcludeTypes.Add(ResetReapplyExcludeType.Signal);

        await at.Client.Connection.WorkflowService.ResetWorkflowExecutionAsync(request);

        var task = await at.Worker.PollWorkflowTaskAsync();
        Assert.DoesNotContain(task.History.Events, e => e.EventType == EventType.WorkflowExecutionSignaled);
        // Ours brings it as it came first, the real server as an event; workers take both.
        var again = task.Messages.Select(m => m.Body.Unpack<Temporalio.Api.Update.V1.Request>()).Concat(
            task.History.Events.Where(e => e.EventType == EventType.WorkflowExecutionUpdateAdmitted)
                .Select(e => e.WorkflowExecutionUpdateAdmittedEventAttributes.Request));
        Assert.Equal("change", Assert.Single(again).Input.Name);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task TimerAndAttributes_AtThePoint_AreAsTheyWere(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var old = await at.StartWorkflowAsync(o => o.Memo = new Dictionary<string, object> { ["stage"] = "start" });
        await at.Worker.AnswerAsync(
            new()
            {
                CommandType = CommandType.StartTimer,
                StartTimerCommandAttributes = new() { TimerId = "soon", StartToFireTimeout = new() { Seconds = 2 } },
            },
            new()
            {
                CommandType = CommandType.ModifyWorkflowProperties,
                ModifyWorkflowPropertiesCommandAttributes = new()
                {
                    UpsertedMemo = new Memo { Fields = { ["stage"] = ScriptedWorker.Payloads("later").Payloads_[0] } },
                },
            });
        await old.SignalAsync("poke", []);
        var second = await at.Worker.AnswerAsync();

        var runId = await ResetAsync(at, old.ResultRunId!, second.StartedEventId + 1);

        Assert.Contains("later", (await DescribeAsync(at, runId)).WorkflowExecutionInfo.Memo.Fields["stage"].Data
            .ToStringUtf8(), StringComparison.Ordinal);
        await at.Worker.AnswerAsync();
        var task = await at.Worker.AnswerAsync(ScriptedWorker.Complete(null));
        Assert.Contains(task.History.Events, e => e.EventType == EventType.TimerFired);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Point_ThatIsNone_IsRefused(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var old = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync();

        foreach (var point in new long[] { 1, 2, 99 })
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => ResetAsync(at, old.ResultRunId!, point));
            Assert.Equal(RpcException.StatusCode.InvalidArgument, refused.Code);
        }

        var unknown = Request(at, Guid.NewGuid().ToString(), FirstTask);
        unknown.WorkflowExecution.WorkflowId = at.Id + "-unknown";
        var missing = await Assert.ThrowsAsync<RpcException>(
            () => at.Client.Connection.WorkflowService.ResetWorkflowExecutionAsync(unknown));
        Assert.Equal(RpcException.StatusCode.NotFound, missing.Code);
        Assert.Equal(WorkflowExecutionStatus.Running, (await DescribeAsync(at, "")).WorkflowExecutionInfo.Status);
    }

    private static ResetWorkflowExecutionRequest Request(ClientCase at, string runId, long point) => new()
    {
        Namespace = "default",
        WorkflowExecution = new() { WorkflowId = at.Id, RunId = runId },
        Reason = "back again",
        WorkflowTaskFinishEventId = point,
        RequestId = Guid.NewGuid().ToString(),
    };

    private static async Task<string> ResetAsync(ClientCase at, string runId, long point) =>
        (await at.Client.Connection.WorkflowService.ResetWorkflowExecutionAsync(Request(at, runId, point))).RunId;

    private static async Task CompleteActivityAsync(ClientCase at, string runId)
    {
        var activity = await at.Worker.PollActivityTaskAsync();
        Assert.Equal(runId, activity.WorkflowExecution.RunId);
        await at.Client.Connection.WorkflowService.RespondActivityTaskCompletedAsync(
            new() { Namespace = "default", TaskToken = activity.TaskToken, Identity = "scripted" });
    }

    private static async Task<List<HistoryEvent>> HistoryAsync(ClientCase at, string runId) =>
        [.. (await at.Client.GetWorkflowHandle(at.Id, runId).FetchHistoryAsync()).Events];

    private static Task<DescribeWorkflowExecutionResponse> DescribeAsync(ClientCase at, string runId) =>
        at.Client.Connection.WorkflowService.DescribeWorkflowExecutionAsync(new()
        {
            Namespace = "default", Execution = new() { WorkflowId = at.Id, RunId = runId },
        });
}
