using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Runbooks.Temporal.Client;
using Runbooks.Temporal.Common;
using Runbooks.Temporal.Converters;
using Runbooks.Temporal.Exceptions;
using Runbooks.Tests.Conformance.Servers;

namespace Runbooks.Tests.Conformance.Client;

public sealed class StartCases
{
    public static TheoryData<string> Servers => ServersUnderTest.All;

    [Theory, MemberData(nameof(Servers))]
    public async Task Start_CarriesEveryOptionIntoTheStartedEvent(string server)
    {
        var at = await ClientCase.StartAsync(server);

        var handle = await at.StartWorkflowAsync(
            options =>
            {
                options.ExecutionTimeout = TimeSpan.FromHours(3);
                options.RunTimeout = TimeSpan.FromHours(2);
                options.TaskTimeout = TimeSpan.FromSeconds(7);
                options.RetryPolicy = new() { MaximumAttempts = 4, NonRetryableErrorTypes = ["Fatal"] };
                options.Memo = new Dictionary<string, object> { ["note"] = "kept" };
                options.StaticSummary = "one line";
                options.StaticDetails = "more lines";
            },
            "first",
            2);

        var history = await handle.FetchHistoryAsync();
        var started = history.Events.First().WorkflowExecutionStartedEventAttributes;
        Assert.Equal("Scripted", started.WorkflowType.Name);
        Assert.Equal(at.Worker.TaskQueue, started.TaskQueue.Name);
        Assert.Equal(Duration.FromTimeSpan(TimeSpan.FromHours(3)), started.WorkflowExecutionTimeout);
        Assert.Equal(Duration.FromTimeSpan(TimeSpan.FromHours(2)), started.WorkflowRunTimeout);
        Assert.Equal(Duration.FromTimeSpan(TimeSpan.FromSeconds(7)), started.WorkflowTaskTimeout);
        Assert.Equal(4, started.RetryPolicy.MaximumAttempts);
        Assert.Equal(["Fatal"], started.RetryPolicy.NonRetryableErrorTypes);
        Assert.Equal(["\"first\"", "2"], started.Input.Payloads_.Select(payload => payload.Data.ToStringUtf8()));
        var described = await handle.DescribeAsync();
        Assert.Equal("kept", await described.Memo["note"].ToValueAsync<string>());
        Assert.Equal("one line", described.StaticSummary);
        Assert.Equal("more lines", described.StaticDetails);
        Assert.Equal(WorkflowExecutionStatus.Running, described.Status);
        await handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Start_OfAnOpenId_IsRefusedWithTheRunThatHoldsIt(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var first = await at.StartWorkflowAsync();

        var refused = await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() => at.StartWorkflowAsync());

        Assert.Equal(at.Id, refused.WorkflowId);
        Assert.Equal("Scripted", refused.WorkflowType);
        Assert.Equal(first.ResultRunId, refused.RunId);
        await first.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Start_OfAnOpenId_UsingTheExisting_ReturnsItsRun(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var first = await at.StartWorkflowAsync();

        var second = await at.StartWorkflowAsync(
            options => options.IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting);

        Assert.Equal(first.ResultRunId, second.ResultRunId);
        Assert.Null(second.FirstExecutionRunId);
        await first.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Start_OfAnOpenId_TerminatingTheExisting_StartsAnew(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var first = await at.StartWorkflowAsync();

        var second = await at.StartWorkflowAsync(
            options => options.IdConflictPolicy = WorkflowIdConflictPolicy.TerminateExisting);

        Assert.NotEqual(first.ResultRunId, second.ResultRunId);
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => first.GetResultAsync());
        Assert.IsType<TerminatedFailureException>(failed.InnerException);
        await second.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Start_OfACompletedId_IsRefusedWhenOnlyFailuresMayBeRepeated(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var first = await at.StartWorkflowAsync();
        await at.Worker.AnswerAsync(ScriptedWorker.Complete("done"));
        await first.GetResultAsync();

        await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() => at.StartWorkflowAsync(
            options => options.IdReusePolicy = WorkflowIdReusePolicy.AllowDuplicateFailedOnly));
        var second = await at.StartWorkflowAsync();

        Assert.NotEqual(first.ResultRunId, second.ResultRunId);
        await second.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Start_RepeatedWithTheSameRequestId_IsTheSameRun(string server)
    {
        var at = await ClientCase.StartAsync(server);

        var first = await at.StartWorkflowAsync(options => options.RequestId = "once");
        var second = await at.StartWorkflowAsync(options => options.RequestId = "once");

        Assert.Equal(first.ResultRunId, second.ResultRunId);
        await first.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task StartDelay_PostponesTheFirstTaskEvenWhenSignalled(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var handle = await at.StartWorkflowAsync(options => options.StartDelay = TimeSpan.FromHours(1));

        await handle.SignalAsync("knock", []);

        var described = await handle.DescribeAsync();
        Assert.Equal(TimeSpan.FromHours(1), described.ExecutionTime - described.StartTime);
        var history = await handle.FetchHistoryAsync();
        Assert.Equal(
            [EventType.WorkflowExecutionStarted, EventType.WorkflowExecutionSignaled],
            history.Events.Select(item => item.EventType));
        await handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task SignalWithStart_StartsOnceAndSignalsEachTime(string server)
    {
        var at = await ClientCase.StartAsync(server);

        var first = await at.StartWorkflowAsync(options => options.SignalWithStart("ping", [1]));
        var second = await at.StartWorkflowAsync(options => options.SignalWithStart("ping", [2]));

        Assert.Equal(first.ResultRunId, second.ResultRunId);
        var history = await first.FetchHistoryAsync();
        var signals = history.Events
            .Where(item => item.EventType == EventType.WorkflowExecutionSignaled)
            .Select(item => item.WorkflowExecutionSignaledEventAttributes.Input.Payloads_[0].Data.ToStringUtf8());
        Assert.Equal(["1", "2"], signals);
        await first.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task TypedSearchAttributes_ComeBackWithTheirTypes(string server)
    {
        var at = await ClientCase.StartAsync(server);
        var keyword = SearchAttributeKey.CreateKeyword("CaseKeyword");
        var number = SearchAttributeKey.CreateLong("CaseNumber");
        var time = SearchAttributeKey.CreateDateTimeOffset("CaseTime");
        await EnsureAsync(at.Client, keyword, number, time);
        var when = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

        var handle = await at.StartWorkflowAsync(options => options.TypedSearchAttributes =
            new SearchAttributeCollection.Builder()
                .Set(keyword, at.Id).Set(number, 42).Set(time, when).ToSearchAttributeCollection());

        var described = await handle.DescribeAsync();
        Assert.Equal(at.Id, described.TypedSearchAttributes.Get(keyword));
        Assert.Equal(42, described.TypedSearchAttributes.Get(number));
        Assert.Equal(when, described.TypedSearchAttributes.Get(time));
        await handle.TerminateAsync();
    }

    [Theory, MemberData(nameof(Servers))]
    public async Task Codec_ProtectsInputMemoAndResult(string server)
    {
        var converter = DataConverter.Default with { PayloadCodec = new ReversingCodec() };
        var at = await ClientCase.StartAsync(server, options => options.DataConverter = converter);

        var handle = await at.StartWorkflowAsync(
            options => options.Memo = new Dictionary<string, object> { ["note"] = "hidden" }, "secret");
        var task = await at.Worker.PollWorkflowTaskAsync();
        var input = task.History.Events[0].WorkflowExecutionStartedEventAttributes.Input.Payloads_[0];
        await at.Worker.CompleteAsync(task, new Temporalio.Api.Command.V1.Command
        {
            CommandType = CommandType.CompleteWorkflowExecution,
            CompleteWorkflowExecutionCommandAttributes = new() { Result = new() { Payloads_ = { input } } },
        });

        Assert.Equal("\"terces\"", input.Data.ToStringUtf8());
        Assert.Equal("secret", await handle.GetResultAsync<string>());
        Assert.Equal("hidden", await (await handle.DescribeAsync()).Memo["note"].ToValueAsync<string>());
    }

    internal static async Task EnsureAsync(TemporalClient client, params SearchAttributeKey[] keys)
    {
        var request = new Temporalio.Api.OperatorService.V1.AddSearchAttributesRequest { Namespace = "default" };
        foreach (var key in keys)
        {
            request.SearchAttributes[key.Name] = key.ValueType;
        }

        try
        {
            await client.Connection.OperatorService.AddSearchAttributesAsync(request, new() { Retry = true });
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.AlreadyExists)
        {
            // Another case registered them first.
        }
    }
}
