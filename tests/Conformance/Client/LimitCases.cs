using Google.Protobuf;
using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Conformance.Servers;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Runbooks.Tests.Conformance.Client;

/// <summary>What is too big or too many, at the limits every server of this API has by default.</summary>
public sealed class LimitCases
{
    /// <summary>Over the 2 MiB of one blob, under the 4 MiB of one call.</summary>
    private const int TooBig = 3 << 20;
    private const int TooLongAnId = 1_001;
    private const int PendingMax = 2_000;

    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task Payload_TooBig_IsRefusedWhereverAClientSendsOne(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var running = await at.StartWorkflowAsync();

        await RefusedAsync(at.Client.StartWorkflowAsync("Scripted", [Big()], new(at.Id + "-2", at.Worker.TaskQueue)));
        await RefusedAsync(running.SignalAsync("poke", [Big()]));
        await RefusedAsync(at.Client.StartWorkflowAsync("Scripted", [], new(at.Id + "-3", at.Worker.TaskQueue)
        {
            Memo = new Dictionary<string, object> { ["big"] = Big() },
        }));
        Assert.Equal(WorkflowExecutionStatus.Running, (await running.DescribeAsync()).Status);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Ids_TooLong_AreRefused(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var running = await at.StartWorkflowAsync();
        var id = new string('x', TooLongAnId);

        await RefusedAsync(at.Client.StartWorkflowAsync("Scripted", [], new(id, at.Worker.TaskQueue)));
        await RefusedAsync(at.Client.StartWorkflowAsync(id, [], new(at.Id + "-2", at.Worker.TaskQueue)));
        await RefusedAsync(at.Client.StartWorkflowAsync("Scripted", [], new(at.Id + "-2", id)));
        await RefusedAsync(running.SignalAsync(id, []));
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Command_WithAPayloadTooBig_EndsTheRun(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var running = await at.StartWorkflowAsync();
        var task = await at.Worker.PollWorkflowTaskAsync();
        var command = ScriptedWorker.ScheduleActivity("big", at.Worker.TaskQueue);
        command.ScheduleActivityTaskCommandAttributes.Input = new Payloads
        {
            Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[TooBig]) } },
        };

        // Whether the answer itself is refused differs between versions; what becomes of the run does not.
        await Record.ExceptionAsync(() => at.Worker.CompleteAsync(task, command));

        Assert.Equal(WorkflowExecutionStatus.Terminated, (await running.DescribeAsync()).Status);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Activities_BeyondThePendingLimit_FailTheTaskAndNothingOfItIsKept(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var running = await at.StartWorkflowAsync();
        var task = await at.Worker.PollWorkflowTaskAsync();
        Command[] commands = [.. Enumerable.Range(0, PendingMax + 1)
            .Select(n => ScriptedWorker.ScheduleActivity($"a{n}", at.Worker.TaskQueue))];

        await RefusedAsync(at.Worker.CompleteAsync(task, commands));

        var history = await running.FetchHistoryAsync();
        Assert.DoesNotContain(history.Events, e => e.EventType == EventType.ActivityTaskScheduled);
        var failed = Assert.Single(history.Events, e => e.EventType == EventType.WorkflowTaskFailed);
        Assert.Equal(
            WorkflowTaskFailedCause.PendingActivitiesLimitExceeded, failed.WorkflowTaskFailedEventAttributes.Cause);
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task SearchAttribute_TooLong_FailsTheTask(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var running = await at.StartWorkflowAsync();
        var task = await at.Worker.PollWorkflowTaskAsync();
        var value = ScriptedWorker.Payloads((object)new[] { new string('x', 3 << 10) }).Payloads_[0];

        await RefusedAsync(at.Worker.CompleteAsync(task, new Command
        {
            CommandType = CommandType.UpsertWorkflowSearchAttributes,
            UpsertWorkflowSearchAttributesCommandAttributes = new()
            {
                SearchAttributes = new() { IndexedFields = { ["TemporalChangeVersion"] = value } },
            },
        }));

        var failed = Assert.Single(
            (await running.FetchHistoryAsync()).Events, e => e.EventType == EventType.WorkflowTaskFailed);
        Assert.Equal(WorkflowTaskFailedCause.BadSearchAttributes, failed.WorkflowTaskFailedEventAttributes.Cause);
    }

    private static string Big() => new('x', TooBig);

    private static async Task RefusedAsync(Task call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(RpcException.StatusCode.InvalidArgument, refused.Code);
    }
}
